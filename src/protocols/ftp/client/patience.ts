/** Waiting for a peer, and no longer than was said. */
import type { Clock } from '../../../base/clock.ts';
import type { FileError } from '../../../files/error.ts';

export interface Patience {
  readonly clock: Clock;
  readonly ms: number;
  /** Made when the time is over. */
  readonly failure: () => FileError;
  readonly signal?: AbortSignal | undefined;
}

/** Settles as the work does; rejects when the time is over or the signal is aborted. The work goes on, unheard. */
export function inTime<T>(work: Promise<T>, { clock, ms, failure, signal }: Patience): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      settle();
      reject(signal?.reason as Error);
    };
    const cancel = clock.after(ms, () => {
      settle();
      reject(failure());
    });
    const settle = (): void => {
      cancel();
      signal?.removeEventListener('abort', giveUp);
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted === true) giveUp();
    work.finally(settle).then(resolve, reject);
  });
}
