import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { blockWithin, wireBlock } from './block-number.ts';

describe('the number of a block', () => {
  test('begins again behind 65535, at 0 or at 1', () => {
    for (const block of [0, 1, 65_535])
      for (const rollover of [0, 1] as const) assert.equal(wireBlock(block, rollover), block);
    assert.deepEqual(
      [65_536, 65_537, 131_071, 131_072].map((block) => wireBlock(block, 0)),
      [0, 1, 65_535, 0],
    );
    assert.deepEqual(
      [65_536, 65_537, 131_070, 131_071].map((block) => wireBlock(block, 1)),
      [1, 2, 65_535, 1],
    );
  });

  test('is found again within a window, and nowhere else', () => {
    const rollovers = fc.constantFrom(0 as const, 1 as const);
    fc.assert(
      fc.property(fc.nat(300_000), fc.nat(5_000), fc.nat(5_000), rollovers, (first, length, offset, rollover) => {
        const last = first + length;
        const block = first + offset;
        const found = blockWithin(wireBlock(block, rollover), { first, last }, rollover);
        assert.equal(found, block <= last ? block : undefined);
      }),
      { numRuns: 1_000 },
    );
  });
});
