/** Work that is done several pieces at a time. */

/** Does every piece, also those that are `add`ed on the way, at most `parallel` at once; the last added is the next.
 * The first failure ends it: pieces that run are waited for, no more are begun, and it rejects. */
export async function inParallel<T>(
  pieces: readonly T[],
  parallel: number,
  work: (piece: T, add: (piece: T) => void) => Promise<void>,
): Promise<void> {
  const waiting = pieces.toReversed();
  const add = (piece: T): void => void waiting.push(piece);
  const failures: unknown[] = [];
  const running = new Set<Promise<void>>();
  for (;;) {
    while (failures.length === 0 && running.size < parallel && waiting.length > 0) {
      // The queue is not empty; a piece may be anything, also undefined.
      const piece = waiting.pop() as T;
      const done: Promise<void> = work(piece, add)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => running.delete(done));
      running.add(done);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  if (failures.length > 0) throw failures[0];
}
