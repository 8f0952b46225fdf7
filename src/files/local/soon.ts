/** Quick work done at once on the loop's own thread, answered as a promise. */
import type { CallOptions } from '../file-system.ts';

/** What is thrown rejects the promise; a call that was aborted before it began does nothing. */

export async function soon<T>(options: CallOptions | undefined, act: () => T): Promise<Awaited<T>> {
  options?.signal?.throwIfAborted();
  return act() as Awaited<T>;
}
