import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TokenBucket } from './token-bucket.ts';

test('a full bucket gives at once, an empty one after a wait', () => {
  const bucket = new TokenBucket({ perSecond: 1000, capacity: 100 }, 0);
  assert.equal(bucket.take(100, 0), 0);
  assert.equal(bucket.take(50, 0), 50);
  assert.equal(bucket.take(50, 0), 100, 'the second waits behind the first');
  assert.equal(bucket.take(10, 100), 10);
});

test('what is not used is saved up to the capacity and no further', () => {
  const bucket = new TokenBucket({ perSecond: 1000, capacity: 100 }, 0);
  assert.equal(bucket.take(100, 1_000_000), 0);
  assert.equal(bucket.take(1, 1_000_000), 1);
});

test('what is given back can be taken again', () => {
  const bucket = new TokenBucket({ perSecond: 1000, capacity: 100 }, 0);
  bucket.take(100, 0);
  bucket.giveBack(60);
  assert.equal(bucket.take(60, 0), 0);
  bucket.giveBack(1000);
  assert.equal(bucket.take(101, 0), 1);
});

test('a clock that steps back gives nothing', () => {
  const bucket = new TokenBucket({ perSecond: 1000, capacity: 1 }, 500);
  bucket.take(1, 500);
  assert.equal(bucket.take(1, 0), 1);
  assert.equal(bucket.take(1, 500), 2);
});

test('rates that are none are refused', () => {
  for (const perSecond of [0, -1, NaN, Infinity])
    assert.throws(() => new TokenBucket({ perSecond, capacity: 1 }, 0), RangeError);
  assert.throws(() => new TokenBucket({ perSecond: 1, capacity: 0 }, 0), RangeError);
});

test('never more passes than the rate and one full bucket allow', () => {
  const asking = fc.array(fc.tuple(fc.nat(500), fc.nat(300)), { maxLength: 50 });
  fc.assert(
    fc.property(asking, (asked) => {
      const bucket = new TokenBucket({ perSecond: 1000, capacity: 100 }, 0);
      let [nowMs, taken] = [0, 0];
      for (const [passedMs, tokens] of asked) {
        nowMs += passedMs;
        taken += tokens;
        const usableAtMs = nowMs + bucket.take(tokens, nowMs);
        assert.ok(taken <= 100 + usableAtMs + 1e-6, `${taken} by ${usableAtMs} ms`);
      }
    }),
  );
});
