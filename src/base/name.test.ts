import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeName, encodeName, holdsRawBytes } from './name.ts';

test('UTF-8 is read as UTF-8, other bytes one by one', () => {
  assert.equal(decodeName(Buffer.from('größe €😀')), 'größe €😀');
  assert.equal(decodeName(Uint8Array.of(0x67, 0xf6, 0xdf)), 'g\udcf6\udcdf');
  assert.equal(holdsRawBytes('größe'), false);
  assert.equal(holdsRawBytes('g\udcf6'), true);
  assert.equal(holdsRawBytes('😀'), false);
});

test('overlong forms, surrogates in UTF-8 and cut sequences stay the bytes that they are', () => {
  for (const bytes of [
    [0xc0, 0xaf],
    [0xe0, 0x80, 0xaf],
    [0xed, 0xa0, 0x80],
    [0xf0, 0x9f, 0x98],
    [0xff, 0xfe],
    [0xf8, 0x88],
  ])
    assert.deepEqual([...encodeName(decodeName(Uint8Array.from(bytes)))], bytes);
});

test('any bytes survive the way to text and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) =>
      assert.deepEqual([...encodeName(decodeName(bytes))], [...bytes]),
    ),
  );
});
