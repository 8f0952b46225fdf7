/** Anything at all may come to a TFTP server: it stays up, answers little, and keeps nothing of it. */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { ackOf, dataOf, errorOf, oackOf, RawTftp, rrq, wrq } from '../support/raw-tftp.ts';
import { startTestTftp, type TestTftpServer } from '../support/tftp-server.ts';
import { sampleBytes } from '../support/tree.ts';
import { eventually } from '../support/wait.ts';

/** The same datagrams in each run. */
const SEED = 20_261_123;
/** Short waits, so that what is never answered is given up soon. */
const TIMING = { firstMs: 30, leastMs: 20, mostMs: 60, dallyMs: 50 } as const;
const THERE = 'there.bin';
const CONTENT = sampleBytes(3_000);

/**
 * The bound on what one request of a forged address makes the server send there: three packets, each a block of RFC 1350
 * or an OACK, which says no more than was asked and as many digits as a size can have.
 */
const MOST_PACKETS = 3;
const PLAIN_PACKET_BYTES = 516;
const DIGITS_BYTES = 16;
const mostBytesFor = (request: Uint8Array): number =>
  MOST_PACKETS * Math.max(PLAIN_PACKET_BYTES, request.length + DIGITS_BYTES);

const text = fc.string({ unit: 'binary-ascii', maxLength: 12 });
const name = fc.oneof(
  fc.constantFrom(THERE, 'new.bin', '', '/', '..', '../../etc/passwd', 'a/b', '\\a', 'x'.repeat(300)),
  text,
);
const mode = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('octet', 'OCTET', 'netascii') },
  fc.constantFrom('mail', ''),
  text,
);
const number = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1',
    '8',
    '512',
    '1428',
    '65464',
    '65535',
    '65536',
    '99999999999999999999',
    '1e3',
    ' 7',
  ),
  text,
);
const option = fc.tuple(
  fc.oneof(fc.constantFrom('blksize', 'BLKSIZE', 'tsize', 'timeout', 'windowsize', 'rollover', 'multicast'), text),
  number,
);
const request = fc
  .tuple(fc.boolean(), name, mode, fc.array(option, { maxLength: 40 }))
  .map(([isRead, ...[file, how, options]]) => (isRead ? rrq : wrq)(file, how, ...options.flat()));
/** Cut short, with a byte changed, or with more behind it. */
const damaged = fc
  .tuple(request, fc.nat(), fc.nat(255), fc.constantFrom('cut', 'change', 'append'))
  .map(([bytes, at, byte, how]) => {
    const copy = Buffer.from(bytes);
    if (how === 'cut') return copy.subarray(0, at % (copy.length + 1));
    if (how === 'append') return Buffer.concat([copy, Buffer.alloc(at % 1_000, byte)]);
    copy[at % copy.length] = byte;
    return copy;
  });
const block = fc.integer({ min: 0, max: 65_535 });
const packet = fc.oneof(
  fc.oneof(block, fc.integer({ min: 0, max: 8 })).map(ackOf),
  fc
    .tuple(fc.oneof(block, fc.integer({ min: 0, max: 8 })), fc.uint8Array({ maxLength: 600 }))
    .map(([at, bytes]) => dataOf(at, bytes)),
  fc.tuple(fc.nat(255), text).map(([code, message]) => errorOf(code, message)),
  fc.array(option, { maxLength: 10 }).map((options) => oackOf(...options.flat())),
);
const junk = fc.uint8Array({ maxLength: 1_500 }).map((bytes) => Buffer.from(bytes));
const anything = fc.oneof(request, damaged, packet, junk);

const some = <T>(arbitrary: fc.Arbitrary<T>, count: number): T[] =>
  fc.sample(arbitrary, { numRuns: count, seed: SEED });

/** A socket that counts what comes to it and answers nothing. */
async function mute(): Promise<{ readonly socket: Socket; readonly heard: { packets: number; bytes: number } }> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const heard = { packets: 0, bytes: 0 };
  socket.on('message', (bytes) => {
    heard.packets += 1;
    heard.bytes += bytes.length;
  });
  return { socket, heard };
}

async function openDescriptors(): Promise<number> {
  return (await readdir('/proc/self/fd')).length;
}

async function underAttack(attack: (server: TestTftpServer) => Promise<void>): Promise<void> {
  const limits = { transfers: 2_000, transfersPerAddress: 2_000, uploadBytes: 100_000 };
  await using server = await startTestTftp({ timing: TIMING, limits });
  await writeFile(join(server.root, THERE), CONTENT);
  const before = await openDescriptors();
  await attack(server);
  await settled(server);
  await eventually(async () => (await openDescriptors()) <= before, 'all sockets are closed');
  assert.deepEqual((await readdir(server.root)).sort(), [...filesOf(server)].sort());
  assert.deepEqual(await readFile(join(server.root, THERE)), CONTENT);
  using honest = await RawTftp.open(server);
  assert.ok((await honest.receive(rrq(THERE, 'octet'))).equals(CONTENT));
  const faults = server.events.filter(
    (event) => event.kind === 'fault' || ('cause' in event && event.cause !== undefined),
  );
  assert.deepEqual(faults, []);
}

/** All that was sent to its port before has come there. */
async function arrived(server: TestTftpServer): Promise<void> {
  using honest = await RawTftp.open(server);
  assert.equal(await honest.ask(rrq('nothing', 'octet')), 'ERROR 1 File not found');
}

const settled = (server: TestTftpServer): Promise<void> =>
  eventually(() => server.server.sessions().length === 0, 'no transfer runs');

/** What was there, and what was written to its end. */
function filesOf({ events }: TestTftpServer): ReadonlySet<string> {
  const complete = events.filter((event) => event.kind === 'transfer').filter(({ outcome }) => outcome === 'complete');
  const written = complete.filter(({ direction }) => direction === 'upload').map(({ path }) => path.slice(1));
  return new Set([THERE, ...written]);
}

test('a request from a forged address draws three packets at most, none of them a larger one', () =>
  underAttack(async (server) => {
    const requests = [
      rrq(THERE, 'octet'),
      rrq(THERE, 'octet', 'tsize', '0'),
      wrq('new', 'octet'),
      ...some(request, 150),
    ];
    const victims = await Promise.all(requests.map(async (bytes) => ({ bytes, ...(await mute()) })));
    for (const { bytes, socket } of victims) socket.send(bytes, server.port, server.host);
    await arrived(server);
    await settled(server);
    for (const { bytes, heard, socket } of victims) {
      const said = `${heard.packets} packets of ${heard.bytes} bytes for ${JSON.stringify(bytes.toString('latin1'))}`;
      assert.ok(heard.packets <= MOST_PACKETS && heard.bytes <= mostBytesFor(bytes), said);
      socket.close();
    }
    assert.deepEqual(
      victims.slice(0, 3).map(({ heard }) => heard),
      [
        { packets: 3, bytes: 3 * PLAIN_PACKET_BYTES },
        { packets: 3, bytes: 3 * '..tsize.3000.'.length },
        { packets: 3, bytes: 3 * 4 },
      ],
    );
  }));

test('datagrams of any kind at the port that all ask', () =>
  underAttack(async (server) => {
    const attackers = await Promise.all(Array.from({ length: 40 }, mute));
    for (const [index, bytes] of some(anything, 800).entries()) {
      attackers[index % attackers.length]?.socket.send(bytes, server.port, server.host);
      if (index % 40 === 39) await new Promise((resolve) => setImmediate(resolve));
    }
    await arrived(server);
    await settled(server);
    for (const { socket } of attackers) socket.close();
  }));

test('datagrams of any kind from a stranger do a transfer no harm, and draw sixteen answers at most', () =>
  underAttack(async (server) => {
    using client = await RawTftp.open(server);
    const { socket, heard } = await mute();
    assert.equal(await client.ask(rrq(THERE, 'octet')), 'DATA 1 (512)');
    const { address, port } = client.peer;
    const pieces: number[] = [512];
    for (const [index, bytes] of some(anything, 200).entries()) {
      socket.send(bytes, port, address);
      if (index % 40 !== 39) continue;
      await new Promise((resolve) => setImmediate(resolve));
      const answer = await nextBlock(client, pieces.length);
      assert.equal(answer, `DATA ${pieces.length + 1} (${pieces.length === 5 ? 440 : 512})`);
      pieces.push(512);
    }
    client.send(ackOf(pieces.length));
    const { outcome } = await server.event('transfer');
    assert.equal(outcome, 'complete');
    assert.ok(heard.packets <= 16, `${heard.packets} answers`);
    socket.close();
  }));

/** The block behind this one; those that came again meanwhile are passed over. */
async function nextBlock(client: RawTftp, acknowledged: number): Promise<string> {
  client.send(ackOf(acknowledged));
  for (;;) {
    const answer = await client.next();
    if (!answer.startsWith(`DATA ${acknowledged} `)) return answer;
  }
}

test('datagrams of any kind from the client itself end its transfer or do not, and leave nothing', () =>
  underAttack(async (server) => {
    const groups = some(fc.array(fc.oneof(packet, damaged, junk), { maxLength: 12 }), 120);
    await Promise.all(
      groups.map(async (datagrams, index) => {
        using client = await RawTftp.open(server);
        const windows = index % 3 === 0 ? ['windowsize', '4', 'blksize', '100'] : [];
        const first = index % 2 === 0 ? rrq(THERE, 'octet', ...windows) : wrq(`new${index}`, 'octet', ...windows);
        await client.ask(first);
        for (const bytes of datagrams) client.send(bytes);
        await settled(server);
      }),
    );
  }));

test('a file larger than was announced, or than may come, is refused and not kept', () =>
  underAttack(async (server) => {
    for (const options of [['tsize', '1000'], []]) {
      using client = await RawTftp.open(server);
      let answer = await client.ask(wrq('endless', 'octet', 'blksize', '8192', ...options));
      for (let at = 1; !answer.startsWith('ERROR') && at < 200; at += 1)
        answer = await client.ask(dataOf(at, Buffer.alloc(8_192)));
      assert.match(answer, /^ERROR (0|3) /);
    }
  }));

test('a client that gives up while its file is made safe: the log and the folder say the same', () =>
  underAttack(async (server) => {
    const clients = Array.from({ length: 40 }, async (_, index) => {
      using client = await RawTftp.open(server);
      await client.ask(wrq(`late${index}`, 'octet'));
      client.send(dataOf(1, 'all of it'));
      if (index % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
      client.send(errorOf(0, 'never mind'));
      await settled(server);
    });
    await Promise.all(clients);
    assert.equal(server.events.filter(({ kind }) => kind === 'transfer').length, 40);
  }));
