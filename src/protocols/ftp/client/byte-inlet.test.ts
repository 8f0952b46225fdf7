import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { ByteInlet } from './byte-inlet.ts';

const read = async (inlet: ByteInlet): Promise<string> => {
  const into = new Uint8Array(4);
  let text = '';
  for (;;) {
    const count = inlet.take(into);
    text += Buffer.from(into.subarray(0, count)).toString();
    if (inlet.isAtEnd) return text;
    if (count === 0) await inlet.news();
  }
};

describe('the bytes of a data connection', () => {
  test('come whole, in pieces of whatever size is asked for', async () => {
    const stream = new PassThrough();
    const inlet = new ByteInlet(stream);
    stream.write('hello');
    stream.end(' world');
    assert.equal(await read(inlet), 'hello world');
    assert.equal(inlet.failure, undefined);
  });

  test('none at all, ended before anybody listened: an end and no cut', async () => {
    const stream = new PassThrough();
    stream.end();
    stream.resume();
    await once(stream, 'close');
    const inlet = new ByteInlet(stream);
    assert.ok(inlet.isAtEnd);
    assert.equal(inlet.failure, undefined);
  });

  test('cut before anybody listened: a failure, not a wait', async () => {
    const stream = new PassThrough();
    const closed = new Promise((resolve) => stream.on('error', () => undefined).once('close', resolve));
    stream.destroy(new Error('reset'));
    await closed;
    const inlet = new ByteInlet(stream);
    assert.ok(!inlet.isAtEnd);
    assert.equal(inlet.failure?.message, 'reset');
  });
});
