import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { encodeNetascii, NetasciiDecoder } from './netascii.ts';

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const ENDINGS = fc.array(fc.constantFrom(0, 10, 13, 65), { maxLength: 60 }).map((bytes) => Uint8Array.from(bytes));

function decodeAll(pieces: readonly Uint8Array[]): Uint8Array {
  const decoder = new NetasciiDecoder();
  return Buffer.concat([...pieces.map((piece) => decoder.decode(piece)), decoder.end()]);
}

describe('netascii', () => {
  test('travels as real servers send it', () => {
    const sent = encodeNetascii(latin1('a\nb\r\nc\rd\n'));
    assert.equal(textOf(sent), 'a\r\nb\r\0\r\nc\r\0d\r\n');
  });

  test('comes back as it was, cut into pieces anywhere', () => {
    fc.assert(
      fc.property(ENDINGS, fc.nat(70), (bytes, at) => {
        const sent = encodeNetascii(bytes);
        assert.deepEqual(Buffer.from(decodeAll([sent.subarray(0, at), sent.subarray(at)])), Buffer.from(bytes));
      }),
    );
  });

  test('a CR before something else is kept, and one at the very end too', () => {
    assert.equal(textOf(decodeAll([latin1('a\rb'), latin1('c\r')])), 'a\rbc\r');
    assert.equal(textOf(decodeAll([latin1('a\r'), latin1('\r\n')])), 'a\r\n');
  });
});
