/** Time as it is passed in, so that a test can move it. */

export interface Clock {
  /** Milliseconds since 1970 (UTC), for what is shown and stored. */
  now(): number;
  /** Milliseconds that only grow, for durations and deadlines: a change of the system's date does not touch it. */
  monotonic(): number;
  /** Calls back once after a delay; the returned function cancels. Does not keep the process alive. */
  after(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
