/** Files that are written: published whole or not at all, within what may come, whatever order packets come in. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PERMISSIONS } from '../../src/accounts/permission.ts';
import { quota } from '../../src/files/wrap/quota.ts';
import { systemClock } from '../../src/base/clock.ts';
import { ackOf, dataOf, errorOf, RawTftp, wrq } from '../support/raw-tftp.ts';
import { QUICK, startTestTftp, type TestTftpServer } from '../support/tftp-server.ts';

const NO_REPEATS = { ...QUICK, firstMs: 5_000, leastMs: 5_000, mostMs: 5_000 };

const contentOf = async (served: TestTftpServer, name = 'f'): Promise<string> =>
  await readFile(join(served.root, name), 'latin1');
/** Names in the folder but for what belongs to the server itself. */
const namesIn = async (served: TestTftpServer): Promise<string[]> =>
  (await readdir(served.root)).filter((name) => !name.startsWith('.portcall'));

describe('a file that is written', () => {
  test('stands there when its last block has been acknowledged, and not before', async () => {
    await using served = await startTestTftp();
    using client = await RawTftp.open(served);
    assert.equal(await client.ask(wrq('f', 'octet')), 'ACK 0');
    assert.equal(await client.ask(dataOf(1, 'a'.repeat(512))), 'ACK 1');
    assert.deepEqual(await namesIn(served), []);
    assert.equal(await client.ask(dataOf(2, 'b')), 'ACK 2');
    assert.equal(await contentOf(served), `${'a'.repeat(512)}b`);
    const { outcome, bytes, evidence } = await served.event('transfer');
    assert.deepEqual({ outcome, bytes, evidence }, { outcome: 'complete', bytes: 513, evidence: 'likely' });
  });

  test('comes whole at every size and block size, in windows too', async () => {
    await using served = await startTestTftp();
    for (const [blockBytes, window] of [
      [8, 1],
      [512, 1],
      [512, 16],
      [8_192, 4],
      [65_464, 1],
    ] as const)
      for (const size of [0, 1, blockBytes - 1, blockBytes, 5 * blockBytes, 33 * blockBytes + 7]) {
        const content = Buffer.alloc(size, 'content ');
        using client = await RawTftp.open(served);
        await client.ask(wrq('f', 'octet', 'blksize', String(blockBytes), 'windowsize', String(window)));
        await client.give(content, { blockBytes, window });
        assert.equal(await contentOf(served), content.toString('latin1'), `${size} in ${blockBytes} by ${window}`);
      }
  });

  test('replaces the old one at once; readers keep what they read, and an end in between changes nothing', async () => {
    await using served = await startTestTftp();
    await writeFile(join(served.root, 'f'), 'old');
    using client = await RawTftp.open(served);
    await client.ask(wrq('f', 'octet'));
    await client.ask(dataOf(1, 'n'.repeat(512)));
    assert.equal(await contentOf(served), 'old');
    client.send(errorOf(0, 'changed my mind'));
    assert.equal((await served.event('transfer')).outcome, 'aborted');
    assert.equal(await contentOf(served), 'old');
    assert.deepEqual(await namesIn(served), ['f']);
  });

  test('a client that falls silent leaves nothing', async () => {
    await using served = await startTestTftp({ timing: { ...QUICK, tries: 2 } });
    using client = await RawTftp.open(served);
    await client.ask(wrq('f', 'octet'));
    await client.ask(dataOf(1, 'n'.repeat(512)));
    const { outcome, reason } = await served.event('transfer');
    assert.deepEqual({ outcome, reason }, { outcome: 'stalled', reason: 'the client answered no more' });
    assert.deepEqual(await namesIn(served), []);
  });

  test('as text gets line ends of this system, also where a pair lies across two blocks', async () => {
    await using served = await startTestTftp();
    using client = await RawTftp.open(served);
    await client.ask(wrq('f', 'netascii'));
    await client.ask(dataOf(1, `${'x'.repeat(511)}\r`));
    await client.ask(dataOf(2, '\nb\r\0c'));
    assert.equal(await contentOf(served), `${'x'.repeat(511)}\nb\rc`);
  });

  test('a block that comes twice is acknowledged twice and written once', async () => {
    await using served = await startTestTftp({ timing: NO_REPEATS });
    using client = await RawTftp.open(served);
    await client.ask(wrq('f', 'octet'));
    for (let time = 0; time < 3; time += 1) assert.equal(await client.ask(dataOf(1, 'a'.repeat(512))), 'ACK 1');
    assert.equal(await client.ask(dataOf(2, 'b')), 'ACK 2');
    assert.equal(await client.ask(dataOf(2, 'b')), 'ACK 2', 'the last ACK was lost');
    assert.equal((await contentOf(served)).length, 513);
  });

  test('a block out of its order is asked for, once', async () => {
    await using served = await startTestTftp({ timing: NO_REPEATS });
    using client = await RawTftp.open(served);
    await client.ask(wrq('f', 'octet', 'windowsize', '4'));
    client.send(dataOf(1, 'a'.repeat(512)));
    for (const block of [3, 4]) client.send(dataOf(block, 'c'.repeat(512)));
    assert.equal(await client.next(), 'ACK 1');
    assert.ok(await client.isSilent());
  });

  test('a block larger than agreed on ends it', async () => {
    await using served = await startTestTftp();
    using client = await RawTftp.open(served);
    await client.ask(wrq('f', 'octet'));
    assert.equal(await client.ask(dataOf(1, 'a'.repeat(513))), 'ERROR 4 A block larger than agreed on');
    assert.equal((await served.event('transfer')).outcome, 'failed');
    assert.deepEqual(await namesIn(served), []);
  });

  test('request that comes twice is one upload', async () => {
    await using served = await startTestTftp({ timing: NO_REPEATS });
    using client = await RawTftp.open(served);
    client.send(wrq('f', 'octet'));
    assert.equal(await client.ask(wrq('f', 'octet')), 'ACK 0');
    assert.ok(await client.isSilent());
    assert.equal(served.server.sessions().length, 1);
  });

  test('by two at once is one of the two, whole', async () => {
    await using served = await startTestTftp();
    using one = await RawTftp.open(served);
    using other = await RawTftp.open(served);
    for (const client of [one, other]) await client.ask(wrq('f', 'octet'));
    for (const [client, letter] of [
      [one, 'a'],
      [other, 'b'],
    ] as const)
      await client.ask(dataOf(1, letter.repeat(512)));
    for (const [client, letter] of [
      [other, 'b'],
      [one, 'a'],
    ] as const)
      assert.equal(await client.ask(dataOf(2, letter)), 'ACK 2');
    assert.equal(await contentOf(served), 'a'.repeat(513));
  });
});

describe('what may be written', () => {
  test('nothing by who may only read', async () => {
    await using served = await startTestTftp({ allow: ['read', 'list'] });
    using client = await RawTftp.open(served);
    assert.equal(await client.ask(wrq('f', 'octet')), 'ERROR 2 Access violation');
  });

  test('new names only, where nothing may be overwritten', async () => {
    await using served = await startTestTftp({ allow: ['write', 'append'] });
    await writeFile(join(served.root, 'f'), 'old');
    using client = await RawTftp.open(served);
    assert.equal(await client.ask(wrq('f', 'octet')), 'ERROR 6 File already exists');
    client.peer = { address: served.host, port: served.port };
    assert.equal(await client.ask(wrq('g', 'octet')), 'ACK 0');
    assert.equal(await contentOf(served), 'old');
  });

  test('no more than is free: said before the first byte when the client tells its size', async () => {
    await using served = await startTestTftp({ wrap: (files) => quota(files, { bytes: 10_000 }, systemClock) });
    using client = await RawTftp.open(served);
    assert.equal(await client.ask(wrq('f', 'octet', 'tsize', '10001')), 'ERROR 3 Disk full');
    client.peer = { address: served.host, port: served.port };
    assert.equal(await client.ask(wrq('f', 'octet', 'tsize', '9000')), 'OACK tsize=9000');
  });

  test('no more than is free: noticed on the way when it does not', async () => {
    await using served = await startTestTftp({ wrap: (files) => quota(files, { bytes: 600 }, systemClock) });
    using client = await RawTftp.open(served);
    await client.ask(wrq('f', 'octet'));
    await client.ask(dataOf(1, 'a'.repeat(512)));
    assert.equal(await client.ask(dataOf(2, 'b'.repeat(511))), 'ERROR 3 Quota exceeded');
    assert.deepEqual(await namesIn(served), []);
  });

  test('no file beyond the bound, told or not', async () => {
    await using served = await startTestTftp({ limits: { uploadBytes: 600 } });
    using client = await RawTftp.open(served);
    assert.equal(await client.ask(wrq('f', 'octet', 'tsize', '601')), 'ERROR 3 Larger than allowed');
    client.peer = { address: served.host, port: served.port };
    await client.ask(wrq('f', 'octet'));
    await client.ask(dataOf(1, 'a'.repeat(512)));
    assert.equal(await client.ask(dataOf(2, 'b'.repeat(200))), 'ERROR 3 Larger than allowed');
  });

  test('what was announced, no more and no less', async () => {
    await using served = await startTestTftp();
    for (const [sent, refusal] of [
      [512 + 89, 'ERROR 3 Larger than allowed'],
      [512 + 87, 'ERROR 0 Size is not as announced'],
      [512 + 88, 'ACK 2'],
    ] as const) {
      using client = await RawTftp.open(served);
      assert.equal(await client.ask(wrq('f', 'octet', 'tsize', '600')), 'OACK tsize=600');
      await client.ask(dataOf(1, 'a'.repeat(512)));
      assert.equal(await client.ask(dataOf(2, 'b'.repeat(sent - 512))), refusal);
    }
    const { evidence } = await served.event('transfer', ({ outcome }) => outcome === 'complete');
    assert.equal(evidence, 'proven');
  });
});

describe('an operator', () => {
  test('sees transfers, and ends one with a word to the client', async () => {
    await using served = await startTestTftp({ allow: PERMISSIONS });
    using client = await RawTftp.open(served);
    await client.ask(wrq('f', 'octet', 'tsize', '2000'));
    await client.ask(dataOf(1, 'a'.repeat(512)));
    const [session] = served.server.sessions();
    assert.equal(session?.transfer?.path, '/f');
    assert.deepEqual([session.transfer.bytes, session.transfer.totalBytes], [512, 2_000]);
    assert.ok(served.server.kick(session.session, 'maintenance tonight'));
    assert.equal(await client.next(), 'ERROR 0 maintenance tonight');
    assert.deepEqual(await namesIn(served), []);
  });

  test('who stops the server lets transfers end first, and tells the others', async () => {
    await using served = await startTestTftp({ timing: { ...QUICK, dallyMs: 1 } });
    using client = await RawTftp.open(served);
    await client.ask(wrq('f', 'octet'));
    const closed = served.server.close({ graceMs: 5_000 });
    using late = await RawTftp.open(served);
    late.send(wrq('g', 'octet'));
    assert.ok(await late.isSilent());
    assert.equal(await client.ask(dataOf(1, 'a')), 'ACK 1');
    await closed;
    assert.equal(await contentOf(served), 'a');
    await using other = await startTestTftp();
    using slow = await RawTftp.open(other);
    await slow.ask(wrq('f', 'octet'));
    await other.server.close({ graceMs: 0 });
    assert.equal(await slow.next(), 'ERROR 0 The server is shutting down');
  });

  test('keeps half of its places for clients that have answered', async () => {
    await using served = await startTestTftp({ limits: { transfers: 4 }, timing: NO_REPEATS });
    const silent = await Promise.all([1, 2].map(() => RawTftp.open(served)));
    for (const [index, client] of silent.entries()) await client.ask(wrq(`f${index}`, 'octet'));
    using third = await RawTftp.open(served);
    third.send(wrq('g', 'octet'));
    assert.ok(await third.isSilent());
    assert.match((await served.event('connection-refused')).reason, /2 clients have asked and not answered/);
    silent[0]?.send(dataOf(1, Buffer.alloc(512)));
    assert.equal(await silent[0]?.next(), 'ACK 1');
    third.send(wrq('g', 'octet'));
    assert.equal(await third.next(), 'ACK 0');
    for (const client of silent) client[Symbol.dispose]();
  });

  test('whose bounds are full leaves new clients unanswered until there is room', async () => {
    await using served = await startTestTftp({ limits: { transfersPerAddress: 1 }, timing: NO_REPEATS });
    using client = await RawTftp.open(served);
    using second = await RawTftp.open(served);
    await client.ask(wrq('f', 'octet'));
    second.send(wrq('g', 'octet'));
    assert.ok(await second.isSilent());
    assert.match((await served.event('connection-refused')).reason, /1 transfers of this address/);
    client.send(errorOf(0));
    await served.event('transfer');
    second.send(wrq('g', 'octet'));
    assert.equal(await second.next(), 'ACK 0');
    second.send(ackOf(0));
  });
});
