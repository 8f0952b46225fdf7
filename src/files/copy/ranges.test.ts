import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Range, type Ranges, areRanges, cutAt, missingOf, totalOf, withRange } from './ranges.ts';

const SIZE = 40;
const someRange = fc.tuple(fc.nat(SIZE), fc.nat(SIZE)).map(([a, b]): Range => [Math.min(a, b), Math.max(a, b)]);
const someRanges = fc.array(someRange, { maxLength: 12 });

const bytesOf = (ranges: Ranges): boolean[] =>
  Array.from({ length: SIZE }, (_, index) => ranges.some(([start, end]) => index >= start && index < end));

test('ranges say exactly which bytes are there, in order and apart, and what is missing of them', () => {
  fc.assert(
    fc.property(someRanges, fc.nat(SIZE), (given, limit) => {
      const ranges = given.reduce<Ranges>(withRange, []);
      assert.ok(areRanges(ranges));
      assert.deepEqual(bytesOf(ranges), bytesOf(given));
      assert.equal(totalOf(ranges), bytesOf(given).filter(Boolean).length);
      const missing = missingOf(ranges, SIZE);
      assert.ok(areRanges(missing));
      assert.deepEqual(
        bytesOf(missing),
        bytesOf(given).map((has) => !has),
      );
      assert.deepEqual(
        bytesOf(cutAt(ranges, limit)),
        bytesOf(given).map((has, index) => has && index < limit),
      );
    }),
  );
});

test('what is not a list of ranges in order is refused', () => {
  for (const value of [
    null,
    {},
    [1],
    [[1]],
    [[2, 1]],
    [[-1, 2]],
    [[0, 1.5]],
    [
      [0, 2],
      [1, 3],
    ],
    [['0', '1']],
  ])
    // prettier-ignore
    assert.ok(!areRanges(value), JSON.stringify(value));
  assert.ok(areRanges([]));
});
