/** What the library of SSH does not do by itself, and is seen to here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makePrivateKey, parsePrivateKey } from './library.ts';

test('every key that is made can be read, and signs', () => {
  const data = Buffer.from('to be signed');
  // The library spoils one in some 200: so many are enough to meet it.
  for (let made = 0; made < 1_500; made += 1) {
    const key = parsePrivateKey(makePrivateKey('ed25519', 'test'));
    const signature: Buffer | Error = key.sign(data);
    assert.ok(Buffer.isBuffer(signature) && key.verify(data, signature));
  }
});
