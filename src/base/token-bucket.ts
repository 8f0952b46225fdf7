/** How much may pass in a time: tokens come at a steady rate, and what is not used is kept up to a bound. */

export interface BucketOptions {
  readonly perSecond: number;
  /** Most tokens that are saved up; the bucket begins full. */
  readonly capacity: number;
}

/**
 * Whoever takes more than there is runs the bucket into debt and is told how long to wait; the next waits behind. So all
 * are served in the order in which they asked. Pure: times in milliseconds of one monotonic clock are passed in.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #capacity: number;
  #tokens: number;
  #atMs: number;

  /** Throws a `RangeError` when the rate or the capacity is not a positive number. */
  constructor({ perSecond, capacity }: BucketOptions, nowMs: number) {
    if (!(perSecond > 0 && perSecond < Infinity)) throw new RangeError(`A rate of ${perSecond} a second is no rate`);
    if (!(capacity > 0)) throw new RangeError(`A bucket for ${capacity} tokens holds none`);
    this.#perMs = perSecond / 1000;
    this.#capacity = capacity;
    this.#tokens = capacity;
    this.#atMs = nowMs;
  }

  /** Takes tokens, and gives the milliseconds after which they may be used. */
  take(tokens: number, nowMs: number): number {
    this.#fill(nowMs);
    this.#tokens -= tokens;
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMs;
  }

  /** Gives back what was taken and not used. */
  giveBack(tokens: number): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + tokens);
  }

  #fill(nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.#atMs);
    this.#tokens = Math.min(this.#capacity, this.#tokens + passedMs * this.#perMs);
    this.#atMs = Math.max(this.#atMs, nowMs);
  }
}
