/** How fast bytes may move, all files and segments of one run together. */
import type { Clock } from '../../base/clock.ts';
import { TokenBucket } from '../../base/token-bucket.ts';
import { pause } from '../../base/wait.ts';

/** So much of a second goes at once: short enough that many take turns, long enough to be cheap. */
const PIECE_SECONDS = 0.1;
const MIN_PIECE_BYTES = 4096;

export interface Pace {
  /** No more than this should be moved at once. */
  readonly pieceBytes: number;
  /** Waits until so many bytes may pass; who asks first is served first. Rejects with the signal's reason. */
  pass(bytes: number, signal: AbortSignal | undefined): Promise<void>;
}

/** Throws a `RangeError` for a rate that is not a positive number. */
export function createPace(bytesPerSecond: number, clock: Clock): Pace {
  const pieceBytes = Math.max(MIN_PIECE_BYTES, Math.floor(bytesPerSecond * PIECE_SECONDS));
  const bucket = new TokenBucket({ perSecond: bytesPerSecond, capacity: pieceBytes }, clock.monotonic());
  return {
    pieceBytes,
    async pass(bytes, signal) {
      signal?.throwIfAborted();
      const waitMs = bucket.take(bytes, clock.monotonic());
      if (waitMs === 0) return;
      try {
        await pause(clock, waitMs, signal);
      } catch (error) {
        bucket.giveBack(bytes);
        throw error;
      }
    },
  };
}
