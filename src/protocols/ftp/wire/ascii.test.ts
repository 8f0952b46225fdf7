import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AsciiConverter, fromNetworkAscii, toNetworkAscii } from './ascii.ts';

function convert(converter: AsciiConverter, chunks: readonly Uint8Array[]): Buffer {
  const converted = chunks.map((chunk) => Uint8Array.from(converter.convert(chunk)));
  return Buffer.concat([...converted, converter.end()]);
}

const text = (converter: AsciiConverter, ...chunks: string[]): string =>
  convert(
    converter,
    chunks.map((chunk) => Buffer.from(chunk)),
  ).toString();

test('to the network', () => {
  assert.equal(text(toNetworkAscii(), 'a\nb\r\nc\n\n'), 'a\r\nb\r\nc\r\n\r\n');
  assert.equal(text(toNetworkAscii(), 'a\r', '\nb\r', 'c'), 'a\r\nb\rc');
  assert.equal(text(toNetworkAscii(), 'a\r', '', '\nb'), 'a\r\nb');
  assert.equal(text(toNetworkAscii()), '');
});

test('from the network', () => {
  assert.equal(text(fromNetworkAscii(), 'a\r\nb\nc\r'), 'a\nb\nc\r');
  assert.equal(text(fromNetworkAscii(), 'a\r', '\nb\r', 'c\r', '\r\n'), 'a\nb\rc\r\n');
  assert.equal(text(fromNetworkAscii(), '\r', '', '\n'), '\n');
  assert.equal(text(fromNetworkAscii(), '\r\r\r\n\r'), '\r\r\n\r');
});

const lineBytes = fc.uint8Array({ max: 255 }).map((bytes) => bytes.map((byte) => [10, 13, byte][byte % 3] ?? byte));
const longLines = fc
  .array(fc.uint8Array({ minLength: 25, maxLength: 60 }))
  .map((parts) => Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\r\n')])));
const anyBytes = fc.oneof(lineBytes, longLines);

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set([...places.map((place) => place % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

for (const [make, pattern, replacement] of [
  [toNetworkAscii, /(?<!\r)\n/g, '\r\n'],
  [fromNetworkAscii, /\r\n/g, '\n'],
] as const) {
  test(`${make.name}: however the bytes are cut, the result is that of the whole`, () => {
    fc.assert(
      fc.property(anyBytes, fc.array(fc.nat()), (bytes, places) => {
        const expected = Buffer.from(bytes).toString('latin1').replace(pattern, replacement);
        assert.equal(convert(make(), cut(bytes, places)).toString('latin1'), expected);
      }),
    );
  });
}

test('a local text without CR comes back from the network as it was', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const local = bytes.filter((byte) => byte !== 13);
      const there = convert(toNetworkAscii(), [local]);
      assert.deepEqual(convert(fromNetworkAscii(), [there]), Buffer.from(local));
    }),
  );
});
