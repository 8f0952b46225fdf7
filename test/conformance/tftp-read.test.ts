/** Files that are read: block by block and in windows, at every edge of their sizes, with packets lost and repeated. */
import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ackOf, dataOf, errorOf, RawTftp, rrq } from '../support/raw-tftp.ts';
import { QUICK, startTestTftp, type TestTftpServer } from '../support/tftp-server.ts';

const pattern = (bytes: number): Buffer => Buffer.from(Array.from({ length: bytes }, (_, index) => index % 251));

/** A file of so many bytes under the name `f`. */
async function put(served: TestTftpServer, bytes: number): Promise<Buffer> {
  const content = pattern(bytes);
  await writeFile(join(served.root, 'f'), content);
  return content;
}

describe('a file that is read', () => {
  test('comes whole at every size and block size, and ends with a block that is not full', async () => {
    await using served = await startTestTftp();
    for (const blockBytes of [8, 512, 1_428, 65_464])
      for (const size of [0, 1, blockBytes - 1, blockBytes, blockBytes + 1, 3 * blockBytes]) {
        const content = await put(served, size);
        using client = await RawTftp.open(served);
        const taken = await client.receive(rrq('f', 'octet', 'blksize', String(blockBytes)), { blockBytes });
        assert.ok(taken.equals(content), `${size} bytes in blocks of ${blockBytes}`);
        assert.ok(await client.isSilent(5));
      }
  });

  test('as text has the line ends of the network, cut into blocks behind the conversion', async () => {
    await using served = await startTestTftp();
    await writeFile(join(served.root, 'f'), 'a\nb\r\nc\rd\n'.repeat(200));
    using client = await RawTftp.open(served);
    const taken = await client.receive(rrq('f', 'netascii'));
    assert.equal(taken.toString('latin1'), 'a\r\nb\r\0\r\nc\r\0d\r\n'.repeat(200));
  });

  test('an ACK that comes twice, an old one and one of the future change nothing', async () => {
    await using served = await startTestTftp({ timing: { ...QUICK, firstMs: 5_000, leastMs: 5_000, mostMs: 5_000 } });
    await put(served, 2_000);
    using client = await RawTftp.open(served);
    assert.equal(await client.ask(rrq('f', 'octet')), 'DATA 1 (512)');
    assert.equal(await client.ask(ackOf(1)), 'DATA 2 (512)');
    for (const block of [1, 0, 7, 3, 65_535]) client.send(ackOf(block));
    assert.ok(await client.isSilent(), 'the Sorcerer has no apprentice here');
    assert.equal(await client.ask(ackOf(2)), 'DATA 3 (512)');
  });

  test('a block that is not acknowledged comes again, each time after a longer wait', async () => {
    await using served = await startTestTftp();
    await put(served, 600);
    using client = await RawTftp.open(served);
    assert.equal(await client.ask(rrq('f', 'octet')), 'DATA 1 (512)');
    client.send(ackOf(1));
    const times: number[] = [];
    for (let time = 0; time < 4; time += 1) {
      assert.equal(await client.next(), 'DATA 2 (88)');
      times.push(performance.now());
    }
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    assert.ok(
      gaps.every((gap, index) => index === 0 || gap > 1.4 * (gaps[index - 1] ?? 0)),
      gaps.join(', '),
    );
  });

  test('an OACK that is lost comes again, and ACK 0 begins the file', async () => {
    await using served = await startTestTftp();
    await put(served, 600);
    using client = await RawTftp.open(served);
    assert.equal(await client.ask(rrq('f', 'octet', 'blksize', '500')), 'OACK blksize=500');
    assert.equal(await client.next(), 'OACK blksize=500');
    assert.equal(await client.ask(ackOf(0)), 'DATA 1 (500)');
  });

  test('in a window, goes on behind the block that is acknowledged, once for each such word', async () => {
    await using served = await startTestTftp({ timing: { ...QUICK, firstMs: 5_000, leastMs: 5_000, mostMs: 5_000 } });
    await put(served, 512 * 8);
    using client = await RawTftp.open(served);
    assert.equal(await client.ask(rrq('f', 'octet', 'windowsize', '4')), 'OACK windowsize=4');
    client.send(ackOf(0));
    for (const block of [1, 2, 3, 4]) assert.equal(await client.next(), `DATA ${block} (512)`);
    client.send(ackOf(2));
    client.send(ackOf(2));
    for (const block of [3, 4, 5, 6]) assert.equal(await client.next(), `DATA ${block} (512)`);
    assert.ok(await client.isSilent());
    client.send(ackOf(6));
    for (const block of [7, 8, 9]) assert.match(await client.next(), new RegExp(`^DATA ${block} `));
  });

  test('whose last ACK never comes is complete, and the log says what is missing', async () => {
    await using served = await startTestTftp();
    await put(served, 600);
    using client = await RawTftp.open(served);
    await client.ask(rrq('f', 'octet'));
    assert.equal(await client.ask(ackOf(1)), 'DATA 2 (88)');
    const { outcome, reason, bytes } = await served.event('transfer');
    assert.deepEqual(
      { outcome, reason, bytes },
      { outcome: 'complete', reason: 'the last ACK never came', bytes: 600 },
    );
  });

  test('that shrinks meanwhile ends with an ERROR, never as if it were whole', async () => {
    await using served = await startTestTftp();
    await put(served, 2 ** 20);
    using client = await RawTftp.open(served);
    assert.equal(await client.ask(rrq('f', 'octet', 'tsize', '0')), 'OACK tsize=1048576');
    await truncate(join(served.root, 'f'), 1_000);
    await assert.rejects(async () => await client.receive(ackOf(0)), /ERROR 0 File system failure/);
    assert.equal((await served.event('transfer')).outcome, 'failed');
  });

  test('goes to a client whose request came twice as one transfer', async () => {
    await using served = await startTestTftp({ timing: { ...QUICK, firstMs: 5_000 } });
    await put(served, 600);
    using client = await RawTftp.open(served);
    client.send(rrq('f', 'octet'));
    assert.equal(await client.ask(rrq('f', 'octet')), 'DATA 1 (512)');
    assert.ok(await client.isSilent());
    assert.equal(served.server.sessions().length, 1);
  });

  test('is served anew to a client that was begun anew on the same port', async () => {
    await using served = await startTestTftp({ timing: { ...QUICK, firstMs: 20 } });
    await put(served, 600);
    using client = await RawTftp.open(served);
    const [front, { port }] = [client.peer, served];
    await client.ask(rrq('f', 'octet'));
    assert.equal(await client.ask(ackOf(1)), 'DATA 2 (88)');
    await client.isSilent(60);
    client.send(rrq('f', 'octet'), port);
    let answer = await client.next();
    while (answer === 'DATA 2 (88)') answer = await client.next();
    assert.match(answer, /ERROR 0 The client asked for something else|DATA 1 /);
    assert.equal(front.port, port);
  });

  test('to 60 clients at once is the same for all', async () => {
    await using served = await startTestTftp();
    const content = await put(served, 20_000);
    await Promise.all(
      Array.from({ length: 60 }, async () => {
        using client = await RawTftp.open(served);
        assert.ok((await client.receive(rrq('f', 'octet'))).equals(content));
      }),
    );
  });
});

describe('strangers', () => {
  test('are told that nobody knows them, and the transfer goes on', async () => {
    await using served = await startTestTftp({ timing: { ...QUICK, firstMs: 5_000 } });
    await put(served, 600);
    using client = await RawTftp.open(served);
    using stranger = await RawTftp.open(served);
    await client.ask(rrq('f', 'octet'));
    stranger.send(ackOf(1), client.peer.port);
    assert.equal(await stranger.next(), 'ERROR 5 Unknown transfer ID');
    stranger.send(errorOf(0), client.peer.port);
    assert.ok(await stranger.isSilent(), 'an ERROR is never answered');
    assert.ok(await client.isSilent());
    assert.equal(await client.ask(ackOf(1)), 'DATA 2 (88)');
  });

  test('who never answer get three packets and no more, and their place is free', async () => {
    await using served = await startTestTftp();
    await put(served, 60_000);
    using client = await RawTftp.open(served);
    client.send(rrq('f', 'octet'));
    for (let time = 0; time < 3; time += 1) assert.equal(await client.next(), 'DATA 1 (512)');
    const { outcome, reason } = await served.event('transfer');
    assert.deepEqual({ outcome, reason }, { outcome: 'stalled', reason: 'the client never answered' });
    assert.ok(await client.isSilent());
    assert.deepEqual(served.server.sessions(), []);
  });

  test('who ask from the port of a service are not answered at all', async (context) => {
    await using served = await startTestTftp();
    await put(served, 10);
    const client = await RawTftp.open(served, { port: 13 }).catch(() => undefined);
    if (client === undefined) {
      context.skip('port 13 cannot be bound here');
      return;
    }
    using asking = client;
    asking.send(rrq('f', 'octet'));
    assert.ok(await asking.isSilent());
  });

  test('who send DATA to a reader are passed over', async () => {
    await using served = await startTestTftp({ timing: { ...QUICK, firstMs: 5_000 } });
    await put(served, 600);
    using client = await RawTftp.open(served);
    await client.ask(rrq('f', 'octet'));
    client.send(dataOf(1, 'x'));
    assert.ok(await client.isSilent());
    assert.equal(await client.ask(ackOf(1)), 'DATA 2 (88)');
  });
});

describe('one port for all', () => {
  test('serves many at once from the port that was asked', async () => {
    await using served = await startTestTftp({ ports: 'single' });
    const content = await put(served, 20_000);
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        using client = await RawTftp.open(served);
        assert.ok((await client.receive(rrq('f', 'octet', 'blksize', '1000'), { blockBytes: 1_000 })).equals(content));
        assert.equal(client.peer.port, served.port);
      }),
    );
  });

  test('sends small windows only: an ACK in the name of somebody else draws no more than that', async () => {
    await using served = await startTestTftp({ ports: 'single' });
    await put(served, 2_000_000);
    using client = await RawTftp.open(served);
    const request = rrq('f', 'octet', 'blksize', '65464', 'windowsize', '256');
    assert.equal(await client.ask(request), 'OACK blksize=8192 windowsize=1');
    client.send(errorOf(0));
    using other = await RawTftp.open(served);
    assert.equal(await other.ask(rrq('f', 'octet', 'windowsize', '256')), 'OACK windowsize=6');
    other.send(errorOf(0));
  });
});

describe('a port of its own for each transfer', () => {
  test('lies in the range that was told', async () => {
    await using served = await startTestTftp({ transferPorts: { first: 40_100, last: 40_140 } });
    await put(served, 600);
    using client = await RawTftp.open(served);
    await client.ask(rrq('f', 'octet'));
    assert.ok(client.peer.port >= 40_100 && client.peer.port <= 40_140, String(client.peer.port));
  });

  test('is another one each time', async () => {
    await using served = await startTestTftp();
    await put(served, 1);
    const ports = new Set<number>();
    for (let time = 0; time < 20; time += 1) {
      using client = await RawTftp.open(served);
      await client.ask(rrq('f', 'octet'));
      ports.add(client.peer.port);
    }
    assert.ok(ports.size > 10 && !ports.has(served.port));
  });
});

describe('addresses', () => {
  test('an answer comes from the address that was asked, of several', async () => {
    const localAddresses = () => [{ address: '127.0.0.1' }, { address: '127.0.0.2' }, { address: '::1' }];
    await using served = await startTestTftp({ host: '::', localAddresses });
    await put(served, 600);
    for (const host of ['127.0.0.1', '127.0.0.2', '::1']) {
      using client = await RawTftp.open({ host, port: served.port });
      assert.equal(await client.ask(rrq('f', 'octet')), 'DATA 1 (512)');
      assert.equal(client.peer.address, host);
      client.send(errorOf(0));
    }
  });

  test('blocks are no larger than what the interface carries in one piece, where fragments are avoided', async () => {
    const localAddresses = () => [{ address: '127.0.0.1', mtuBytes: 1_500 }];
    for (const [fragments, answer] of [
      ['avoided', 'OACK blksize=1468'],
      ['allowed', 'OACK blksize=8192'],
    ] as const) {
      await using served = await startTestTftp({ localAddresses, fragments });
      await put(served, 600);
      using client = await RawTftp.open(served);
      assert.equal(await client.ask(rrq('f', 'octet', 'blksize', '8192')), answer);
    }
  });
});
