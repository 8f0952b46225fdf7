import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseByteSize } from './byte-size.ts';

const rows: readonly (readonly [string | number, number | undefined])[] = [
  [4096, 4096],
  ['0', 0],
  ['4096', 4096],
  ['12 B', 12],
  ['10 MiB', 10_485_760],
  ['10MB', 10_000_000],
  ['1G', 1_073_741_824],
  ['1.5 k', 1536],
  ['2 tib', 2_199_023_255_552],
  ['1 kB', 1000],
  ['', undefined],
  ['MiB', undefined],
  ['-1', undefined],
  [-1, undefined],
  [Infinity, undefined],
  [1e21, undefined],
  ['1 PiB', undefined],
  ['1  M', undefined],
  ['1e3', undefined],
  ['1,5 M', undefined],
  ['9000 TiB', undefined],
];

for (const [text, bytes] of rows)
  test(`${JSON.stringify(text)} is ${bytes ?? 'no size'}`, () => assert.equal(parseByteSize(text), bytes));

test('never throws, and gives whole numbers or nothing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.double()), (text) => {
      const bytes = parseByteSize(text);
      assert.ok(bytes === undefined || (Number.isSafeInteger(bytes) && bytes >= 0));
    }),
  );
});
