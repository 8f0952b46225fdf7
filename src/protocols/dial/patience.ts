/** Waiting for a peer, and no longer than was said. */
import type { Clock } from '../../base/clock.ts';
import type { FileError } from '../../files/error.ts';

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

export interface Progress {
  /** Something that changes while the peer takes what was written; `undefined` where nobody can tell. */
  readonly mark: () => Promise<number | undefined>;
  /** How long a peer is waited for when nobody can tell. Milliseconds. */
  readonly blindMs: number;
}

/** Resolves to whether the work has settled within the time. Rejects with the signal's reason, never with the work's. */
async function settlesWithin(work: Promise<unknown>, { clock, ms, failure, signal }: Patience): Promise<boolean> {
  const settled = work.then(
    () => true,
    () => true,
  );
  const late = failure();
  try {
    return await inTime(settled, { clock, ms, failure: () => late, signal });
  } catch (error) {
    if (error === late) return false;
    throw error;
  }
}

/** Parts of the time at whose ends the peer is looked at. */
const LOOKS = 4;

/**
 * As {@link inTime}, for what ends when the peer has taken bytes that the kernel holds: the time is over only when none of
 * them has moved from the first look in it to the last. A slow peer is not a dead one.
 */
export async function whileMoving<T>(work: Promise<T>, patience: Patience, { mark, blindMs }: Progress): Promise<T> {
  const { ms, failure } = patience;
  const part = { ...patience, ms: ms / LOOKS };
  let before: number | undefined;
  let stillLooks = 0;
  for (let looks = 1; !(await settlesWithin(work, part)); looks += 1) {
    const now = await mark();
    stillLooks = looks > 1 && now === before ? stillLooks + 1 : 1;
    before = now;
    const isOver = now === undefined ? looks * part.ms >= blindMs : stillLooks >= LOOKS;
    if (isOver) throw failure();
  }
  return await work;
}
