/** Uploads and downloads that break in the middle, and are continued as clients do it (RFC 3659 §5, RFC 959 §4.1.3). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { faultsOf, startTestServer, type TestServer } from '../support/ftp-server.ts';
import { RawFtp } from '../support/raw-ftp.ts';
import { sampleBytes, sha256 } from '../support/tree.ts';
import { eventually } from '../support/wait.ts';

const WHOLE = sampleBytes(3_000_000);
const SENT_BYTES = 1_234_567;

/** Sends a part of the file, and waits until STAT tells that all of it has arrived. */
async function sendPart(client: RawFtp): Promise<Socket> {
  const data = await client.passive();
  await client.expect(150, 'STOR file');
  data.write(WHOLE.subarray(0, SENT_BYTES));
  const hasArrived = async (): Promise<boolean> =>
    (await client.expect(211, 'STAT')).lines.some((line) => line.includes(` ${SENT_BYTES} bytes`));
  await eventually(hasArrived, 'all bytes have arrived');
  return data;
}

/** Ways in which an upload breaks off after some bytes; each leaves a client that is logged in. */
const BREAKS: Readonly<Record<string, (server: TestServer, client: RawFtp) => Promise<RawFtp>>> = {
  async ABOR(_server, client) {
    await sendPart(client);
    await client.expect(426, 'ABOR');
    await client.expect(226);
    return client;
  },
  async 'a reset of the data connection'(_server, client) {
    (await sendPart(client)).resetAndDestroy();
    await client.expect(426);
    return client;
  },
  async 'the death of the client'(server, client) {
    const data = await sendPart(client);
    client.socket.destroy();
    data.destroy();
    await server.event('session-closed');
    const next = await RawFtp.login(server.port);
    await next.expect(200, 'TYPE I');
    return next;
  },
};

const CONTINUATIONS: Readonly<Record<string, (client: RawFtp, fromBytes: number) => Promise<unknown>>> = {
  async 'REST and STOR'(client, fromBytes) {
    const data = await client.passive();
    await client.expect(350, `REST ${fromBytes}`);
    await client.expect(150, 'STOR file');
    data.end(WHOLE.subarray(fromBytes));
    await client.expect(226);
  },
  APPE: (client, fromBytes) => client.send('APPE file', WHOLE.subarray(fromBytes)),
};

for (const [how, breakOff] of Object.entries(BREAKS))
  for (const [way, continueWith] of Object.entries(CONTINUATIONS))
    test(`an upload broken by ${how} is continued with ${way}`, async () => {
      await using server = await startTestServer();
      const first = await RawFtp.login(server.port);
      await first.expect(200, 'TYPE I');
      await using client = await breakOff(server, first);
      await using other = await RawFtp.login(server.port, 'ro');
      await other.expect(200, 'TYPE I');
      await other.expect(550, 'SIZE file');
      assert.deepEqual((await other.fetch('NLST')).toString(), '', 'what is left over is seen by others');
      const kept = Number((await client.expect(213, 'SIZE file')).text);
      assert.equal(kept, SENT_BYTES);
      await continueWith(client, kept);
      assert.equal(sha256(await readFile(join(server.root, 'file'))), sha256(WHOLE));
      assert.equal((await readdir(server.root)).length, 1, 'something was left over');
      assert.deepEqual(faultsOf(server), []);
    });

/** A server with an old file, and a client whose upload of a new one over it has been reset. */
async function brokenOverOld(server: TestServer): Promise<RawFtp> {
  await writeFile(join(server.root, 'file'), 'the old content');
  const client = await RawFtp.login(server.port);
  await client.expect(200, 'TYPE I');
  (await sendPart(client)).resetAndDestroy();
  await client.expect(426);
  return client;
}

test('what a broken upload would have replaced stays whole for everybody: its size is the size of what RETR sends', async () => {
  await using server = await startTestServer();
  await using client = await brokenOverOld(server);
  assert.equal((await client.expect(213, 'SIZE file')).text, '15');
  assert.equal((await client.fetch('RETR file')).toString(), 'the old content');
});

test('over an old file, REST goes on with the broken upload and APPE asks which of the two is meant', async () => {
  await using server = await startTestServer();
  await using client = await brokenOverOld(server);
  await client.passive();
  assert.match((await client.expect(450, 'APPE file')).text, new RegExp(`REST ${SENT_BYTES}`));
  await CONTINUATIONS['REST and STOR']?.(client, SENT_BYTES);
  assert.equal(sha256(await readFile(join(server.root, 'file'))), sha256(WHOLE));
});

test('an addition to a published file that breaks leaves the file as it was, and can be made again', async () => {
  await using server = await startTestServer();
  await writeFile(join(server.root, 'log'), 'one\n');
  await using client = await RawFtp.login(server.port);
  await client.expect(200, 'TYPE I');
  const data = await client.passive();
  await client.expect(150, 'APPE log');
  data.write('tw');
  await eventually(
    async () => (await client.expect(211, 'STAT')).lines.some((line) => line.includes(' 2 bytes')),
    'it came',
  );
  data.resetAndDestroy();
  await client.expect(426);
  assert.equal((await client.expect(213, 'SIZE log')).text, '4');
  await client.send('APPE log', 'two\n');
  assert.equal(await readFile(join(server.root, 'log'), 'utf8'), 'one\ntwo\n');
  assert.deepEqual(await readdir(server.root), ['log']);
});

test('DELE is rid of what a broken upload left', async () => {
  await using server = await startTestServer();
  await using client = await brokenOverOld(server);
  await client.expect(250, 'DELE file');
  await client.expect(550, 'SIZE file');
  await client.expect(550, 'DELE file');
  assert.deepEqual(await readdir(server.root), []);
});

test('REST holds for one transfer only, also when that is refused', async () => {
  await using server = await startTestServer();
  await writeFile(join(server.root, 'file'), '0123456789');
  await using client = await RawFtp.login(server.port, 'ro');
  await client.expect(200, 'TYPE I');
  await client.expect(350, 'REST 5');
  await client.expect(550, 'STOR file');
  assert.equal((await client.fetch('RETR file')).toString(), '0123456789');
});

test('a download broken in the middle is continued with REST', async () => {
  await using server = await startTestServer();
  await writeFile(join(server.root, 'file'), WHOLE);
  await using client = await RawFtp.login(server.port);
  await client.expect(200, 'TYPE I');
  const data = await client.passive();
  await client.expect(150, 'RETR file');
  const [head] = (await once(data, 'data')) as [Buffer];
  data.resetAndDestroy();
  // What is small enough may have been sent whole before the reset.
  await client.reply();
  await client.expect(350, `REST ${head.length}`);
  const tail = await client.fetch('RETR file');
  assert.equal(sha256(Buffer.concat([head, tail])), sha256(WHOLE));
});

test('a reader keeps the file that it began to read', async () => {
  await using server = await startTestServer();
  const old = Buffer.alloc(32 * 1024 * 1024, 'old');
  await writeFile(join(server.root, 'file'), old);
  await using reader = await RawFtp.login(server.port);
  await using writer = await RawFtp.login(server.port);
  await reader.expect(200, 'TYPE I');
  await writer.expect(200, 'TYPE I');
  const data = await reader.passive();
  await reader.expect(150, 'RETR file');
  await writer.send('STOR file', 'new');
  const chunks: Buffer[] = [];
  data.on('data', (chunk: Buffer) => void chunks.push(chunk));
  await once(data, 'end');
  await reader.expect(226);
  assert.equal(sha256(Buffer.concat(chunks)), sha256(old));
  assert.equal((await reader.fetch('RETR file')).toString(), 'new');
});
