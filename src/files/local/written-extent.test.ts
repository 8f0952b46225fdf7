import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { WrittenExtent } from './written-extent.ts';

test('the end is behind the last byte before the first hole, in whatever order the pieces come', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 12 })), { maxLength: 20 }), (pieces) => {
      const extent = new WrittenExtent(5);
      const arrived = new Set([0, 1, 2, 3, 4]);
      for (const [from, length] of pieces) {
        extent.add(from, from + length);
        for (let at = from; at < from + length; at += 1) arrived.add(at);
      }
      let end = 5;
      while (arrived.has(end)) end += 1;
      assert.equal(extent.end, end);
    }),
  );
});
