import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { ChannelLostError } from './byte-channel.ts';
import { StreamChannel } from './stream-channel.ts';

function pair(): { near: StreamChannel; far: StreamChannel; to: PassThrough; from: PassThrough } {
  const [to, from] = [new PassThrough(), new PassThrough()];
  return {
    to,
    from,
    near: new StreamChannel({ incoming: from, outgoing: to }),
    far: new StreamChannel({ incoming: to, outgoing: from }),
  };
}

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString();

describe('a channel over streams', () => {
  test('what is written arrives, and its end behind it', async () => {
    const { near, far } = pair();
    await near.write(Buffer.from('one'));
    near.end();
    assert.equal(text(await far.read()), 'one');
    assert.equal(await far.read(), undefined);
    assert.equal(await far.read(), undefined);
  });

  test('a reader waits for what has not come yet', async () => {
    const { near, far } = pair();
    const waiting = far.read();
    await near.write(Buffer.from('late'));
    assert.equal(text(await waiting), 'late');
  });

  test('what has come before the loss is still read; then the loss is told', async () => {
    const { near, far, to } = pair();
    await near.write(Buffer.from('rest'));
    const first = await far.read();
    to.destroy(new Error('cut'));
    assert.equal(text(first), 'rest');
    await assert.rejects(far.read(), ChannelLostError);
    await assert.rejects(near.write(Buffer.from('x')), ChannelLostError);
  });

  test('the last words of a peer that takes nothing any more are read to their end', async () => {
    const { near, to, from } = pair();
    to.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    await assert.rejects(near.write(Buffer.from('x')), ChannelLostError);
    from.end('no such file');
    assert.equal(text(await near.read()), 'no such file');
    assert.equal(await near.read(), undefined);
  });

  test('a reader and a writer that wait are told when the channel is destroyed', async () => {
    const { near } = pair();
    const reading = assert.rejects(near.read(), ChannelLostError);
    near.destroy();
    await reading;
    await assert.rejects(near.write(Buffer.from('x')), ChannelLostError);
  });

  test('a write waits for the reader: nothing grows without bound', async () => {
    const { near, far } = pair();
    let written = 0;
    const writing = (async () => {
      for (; written < 100; written += 1) await near.write(Buffer.alloc(32 * 1024));
      near.end();
    })();
    for (let turns = 0; turns < 200; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(written < 50, `${written} writes went ahead of the reader`);
    let bytes = 0;
    for (let chunk = await far.read(); chunk !== undefined; chunk = await far.read()) bytes += chunk.length;
    await writing;
    assert.equal(bytes, 100 * 32 * 1024);
  });
});
