/** Thousands of short TFTP transfers, through loss and broken off in every way: no socket, timer, file or memory stays. */
import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { TftpFileSystem } from '../../src/protocols/tftp/client/options.ts';
import { connectTftp } from '../../src/protocols/tftp/client/connect-tftp.ts';
import { at } from '../support/file-tree.ts';
import { startLossyProxy } from '../support/lossy-proxy.ts';
import { ackOf, dataOf, errorOf, RawTftp, rrq, wrq } from '../support/raw-tftp.ts';
import { getFile, putFile } from '../support/tftp-files.ts';
import { startTestTftp, type TestTftpServer } from '../support/tftp-server.ts';
import { sampleBytes } from '../support/tree.ts';
import { eventually } from '../support/wait.ts';

const TRANSFERS = 6_000;
const WARM_UP = 600;
const AT_ONCE = 12;
/** What is lost is sent again soon, and what is abandoned given up soon, but not before loss has had its many chances. */
const TIMING = { firstMs: 40, leastMs: 20, mostMs: 80, tries: 20, triesUnproven: 20, dallyMs: 800 } as const;
const CONTENT = sampleBytes(20_001);
/**
 * Those who leave have ports that the system gives to nobody: whoever had one of them next would hear what was meant for
 * them.
 */
const LEAVING = { first: 10_000, last: 30_000 } as const;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

interface Held {
  readonly descriptors: number;
  readonly timers: number;
  readonly heapBytes: number;
}

async function held(): Promise<Held> {
  collectGarbage();
  collectGarbage();
  return {
    descriptors: (await readdir('/proc/self/fd')).length,
    timers: process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length,
    heapBytes: process.memoryUsage().heapUsed,
  };
}

interface Stage {
  readonly server: TestTftpServer;
  /** Our client, on the other side of a network that loses 5 % of packets. */
  readonly files: TftpFileSystem;
  readonly number: number;
}

const leaving = (server: TestTftpServer, number: number): Promise<RawTftp> =>
  RawTftp.open(server, { address: '127.0.0.2', port: LEAVING.first + (number % (LEAVING.last - LEAVING.first)) });

/** One way for a transfer to go, or to be broken off. */
const WAYS: readonly ((stage: Stage) => Promise<void>)[] = [
  async function whole({ files }) {
    assert.ok((await getFile(files, '/there')).equals(CONTENT));
  },
  async function written({ files, server, number }) {
    await putFile(files, `/new${number}`, CONTENT);
    await rm(join(server.root, `new${number}`));
  },
  async function closedEarly({ files }) {
    await using reader = await files.openReader(at('/there'));
    await reader.read(new Uint8Array(1_000), 0);
  },
  async function discarded({ files, number }) {
    const upload = await files.openUpload(at(`/never${number}`));
    await upload.write(CONTENT.subarray(0, 5_000), 0);
    await upload.discard();
  },
  async function askedOnly({ server, number }) {
    using client = await leaving(server, number);
    await client.ask(rrq('there', 'octet', 'tsize', '0', 'windowsize', '8'));
  },
  async function fellSilent({ server, number }) {
    using client = await leaving(server, number);
    await client.ask(rrq('there', 'octet'));
    await client.ask(ackOf(1));
  },
  async function writtenHalf({ server, number }) {
    using client = await leaving(server, number);
    await client.ask(wrq(`half${number}`, 'octet'));
    await client.ask(dataOf(1, CONTENT.subarray(0, 512)));
  },
  async function refused({ server, number }) {
    using client = await leaving(server, number);
    await client.ask(wrq(`refused${number}`, 'octet'));
    client.send(errorOf(0));
  },
  async function missing({ server, number }) {
    using client = await leaving(server, number);
    assert.equal(await client.ask(rrq('nothing', 'octet')), 'ERROR 1 File not found');
  },
];

async function transfers(server: TestTftpServer, count: number, seed: number): Promise<void> {
  // The sockets of a proxy live as long as it does.
  await using proxy = await startLossyProxy({ server, seed });
  let next = seed - 1;
  const worker = async (): Promise<void> => {
    await using files = await connectTftp({ ...proxy, windowBlocks: 4, timing: TIMING });
    for (let number = (next += 1); number < seed + count; number = next += 1)
      await WAYS[number % WAYS.length]?.({ server, files, number });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** In parts, so that the proxies do not run out of descriptors. */
async function manyTransfers(server: TestTftpServer, count: number): Promise<void> {
  for (let done = 0; done < count; done += 300) await transfers(server, Math.min(300, count - done), 1 + done);
  await eventually(() => server.server.sessions().length === 0, 'all transfers have ended');
  const faults = server.events.filter(({ kind }) => kind === 'fault');
  assert.deepEqual(faults, []);
  (server.events as unknown[]).length = 0;
}

test(`${TRANSFERS} transfers, many of them abandoned, leave nothing behind`, async () => {
  await using server = await startTestTftp({
    timing: TIMING,
    limits: { transfersPerAddress: 1_000, transfers: 1_000 },
  });
  await writeFile(join(server.root, 'there'), CONTENT);
  // The first ones warm up pools and caches that are meant to stay.
  await manyTransfers(server, WARM_UP);
  const before = await held();
  await manyTransfers(server, TRANSFERS);
  await eventually(async () => (await held()).descriptors <= before.descriptors, 'all sockets are closed');
  const after = await held();
  assert.ok(after.timers <= before.timers + 2, `timers: ${before.timers} before, ${after.timers} after`);
  const grownBytes = after.heapBytes - before.heapBytes;
  assert.ok(grownBytes < 4 * 1024 * 1024, `the heap grew by ${grownBytes} bytes`);
  assert.deepEqual(await readdir(server.root), ['there']);
});
