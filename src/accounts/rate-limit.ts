/** How often each of many may do something: a bucket of tokens per key, filled evenly, for a bounded number of keys. */
import type { Clock } from '../base/clock.ts';

export interface RateLimitOptions {
  readonly perMinute: number;
  /** How many may come at once after a pause. */
  readonly burst: number;
  /** Buckets that are kept; beyond, the one that was used longest ago is forgotten, and so is full again. */
  readonly keys: number;
  readonly clock: Clock;
}

export interface RateLimit {
  /** 0 when it may happen now, and then it counts; otherwise how many milliseconds it is too early. */
  take(key: string): number;
  readonly size: number;
}

interface Bucket {
  readonly tokens: number;
  /** Monotonic milliseconds. */
  readonly atMs: number;
}

const MINUTE_MS = 60_000;

export function createRateLimit({ perMinute, burst, keys, clock }: RateLimitOptions): RateLimit {
  // A Map keeps the order of insertion, and each use inserts anew: the first is the one not used for longest.
  const buckets = new Map<string, Bucket>();
  return {
    take(key) {
      const nowMs = clock.monotonic();
      const before = buckets.get(key) ?? { tokens: burst, atMs: nowMs };
      const tokens = Math.min(burst, before.tokens + ((nowMs - before.atMs) * perMinute) / MINUTE_MS);
      // A thousandth less than a whole one: sums of parts are not exact.
      const isEnough = tokens >= 0.999;
      buckets.delete(key);
      buckets.set(key, { tokens: isEnough ? Math.max(0, tokens - 1) : tokens, atMs: nowMs });
      const [unused] = buckets.keys();
      if (buckets.size > keys && unused !== undefined) buckets.delete(unused);
      return isEnough ? 0 : Math.ceil(((1 - tokens) * MINUTE_MS) / perMinute);
    },
    get size() {
      return buckets.size;
    },
  };
}
