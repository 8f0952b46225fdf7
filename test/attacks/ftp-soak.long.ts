/** Ten thousand transfers that are broken off in every way: no descriptor, timer or memory may stay behind. */
import assert from 'node:assert/strict';
import { open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { assertAlive } from '../support/alive.ts';
import { startTestServer, type TestServer } from '../support/ftp-server.ts';
import { RawFtp } from '../support/raw-ftp.ts';
import { eventually } from '../support/wait.ts';

const ROUNDS = 10_000;
const AT_ONCE = 8;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

interface Held {
  readonly descriptors: number;
  readonly timers: number;
  readonly sockets: number;
  readonly heapBytes: number;
}

async function held(): Promise<Held> {
  collectGarbage();
  collectGarbage();
  const resources = process.getActiveResourcesInfo();
  const count = (name: string): number => resources.filter((resource) => resource === name).length;
  return {
    descriptors: (await readdir('/proc/self/fd')).length,
    timers: count('Timeout'),
    sockets: count('TCPSocketWrap') + count('TCPServerWrap') + count('TCPConnectWrap'),
    heapBytes: process.memoryUsage().heapUsed,
  };
}

/** One way to break off; each leaves the session fit for the next. */
type Break = (client: RawFtp) => Promise<void>;

const WAYS: readonly Break[] = [
  async function aborDownload(client) {
    const data = await client.passive();
    await client.expect(150, 'RETR big');
    await client.expect(426, 'ABOR');
    await client.expect(226);
    data.destroy();
  },
  async function resetDownload(client) {
    const data = await client.passive();
    await client.expect(150, 'RETR big');
    data.resetAndDestroy();
    await client.expect(426);
  },
  async function aborUpload(client) {
    const data = await client.passive();
    await client.expect(150, 'STOR up');
    data.write('some bytes');
    await client.expect(426, 'ABOR');
    await client.expect(226);
    data.destroy();
  },
  async function unusedPort(client) {
    await client.passivePort();
    await client.passivePort();
    await client.expect(200, 'NOOP');
  },
  async function unusedConnection(client) {
    const data = await client.passive();
    await client.expect(550, 'RETR nothing');
    data.destroy();
  },
  async function activeNeverUsed(client) {
    const active = await client.active();
    await client.expect(200, 'NOOP');
    active.close();
  },
  async function listingReset(client) {
    const data = await client.passive();
    data.resetAndDestroy();
    client.write('LIST\r\n');
    const { code } = await client.reply();
    if (code === 150) await client.reply();
  },
];

/** Every 50th session is killed in the middle of a transfer instead. */
async function worker(server: TestServer, rounds: number): Promise<void> {
  let client = await RawFtp.login(server.port);
  await client.expect(200, 'TYPE I');
  for (let round = 0; round < rounds; round += 1) {
    await WAYS[round % WAYS.length]?.(client);
    if (round % 50 !== 49) continue;
    const data = await client.passive();
    await client.expect(150, 'RETR big');
    client.socket.resetAndDestroy();
    data.destroy();
    client = await RawFtp.login(server.port);
    await client.expect(200, 'TYPE I');
  }
  await client.expect(221, 'QUIT');
  await client.closed();
}

const workers = (server: TestServer, rounds: number): Promise<unknown> =>
  Promise.all(Array.from({ length: AT_ONCE }, () => worker(server, Math.ceil(rounds / AT_ONCE))));

test(`${ROUNDS} broken transfers leave nothing behind`, async () => {
  await using server = await startTestServer({
    limits: { connectionsPerAddress: 100, connectionsPerMinute: 100_000, loginsPerMinute: 100_000 },
  });
  {
    await using file = await open(join(server.root, 'big'), 'w');
    await file.truncate(64 * 1024 * 1024);
  }
  // The first rounds warm up pools and caches that are meant to stay.
  await workers(server, 1_000);
  await eventually(() => server.sessionCount === 0, 'all sessions are gone');
  (server.events as unknown[]).length = 0;
  const before = await held();
  await workers(server, ROUNDS);
  await eventually(() => server.sessionCount === 0, 'all sessions are gone');
  (server.events as unknown[]).length = 0;
  await eventually(async () => (await held()).descriptors <= before.descriptors + 2, 'the descriptors are back').catch(
    async (error: unknown) => {
      const open = await readdir('/proc/self/fd');
      const links = await Promise.all(open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => 'gone')));
      throw new Error(`${String(error)}: ${links.join(' ')}`);
    },
  );
  const after = await held();
  assert.ok(after.timers <= before.timers + 2, `timers: ${before.timers} before, ${after.timers} after`);
  assert.ok(after.sockets <= before.sockets + 2, `sockets: ${before.sockets} before, ${after.sockets} after`);
  const grown = after.heapBytes - before.heapBytes;
  assert.ok(grown < 8 * 1024 * 1024, `the heap grew by ${grown} bytes`);
  await assertAlive(server);
});
