/** Crowds: thousands of idle sessions, hundreds of clients that do not read, and a server out of descriptors. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertAlive } from '../support/alive.ts';
import { startTestServer } from '../support/ftp-server.ts';
import { RawFtp } from '../support/raw-ftp.ts';
import { eventually } from '../support/wait.ts';

const MEBIBYTE = 1024 * 1024;

test('3,000 idle sessions cost little, and a new client is served at once', async () => {
  await using server = await startTestServer({
    limits: { connectionsPerAddress: 5_000, connectionsPerMinute: 100_000, loginsPerMinute: 100_000 },
  });
  const before = process.memoryUsage().rss;
  const clients: RawFtp[] = [];
  for (let batch = 0; batch < 30; batch += 1)
    clients.push(...(await Promise.all(Array.from({ length: 100 }, () => RawFtp.login(server.port)))));
  assert.equal(server.sessionCount, 3_000);
  const grown = process.memoryUsage().rss - before;
  // Both ends live in this process.
  assert.ok(grown < 3_000 * 100 * 1024, `${Math.round(grown / 3_000 / 1024)} KiB for both ends of a session`);
  const started = performance.now();
  await assertAlive(server);
  assert.ok(performance.now() - started < 1_000);
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  await eventually(() => server.sessionCount === 0, 'all sessions are gone');
});

test('200 downloads of 1 GiB that nobody reads stay within the memory for buffers', async () => {
  await using server = await startTestServer({ limits: { connectionsPerAddress: 500 } });
  {
    await using file = await open(join(server.root, 'big'), 'w');
    await file.truncate(1024 * MEBIBYTE);
  }
  const before = process.memoryUsage().rss;
  const clients: RawFtp[] = [];
  for (let count = 0; count < 200; count += 1) {
    const client = await RawFtp.login(server.port);
    clients.push(client);
    await client.expect(200, 'TYPE I');
    (await client.passive()).pause();
    await client.expect(150, 'RETR big');
  }
  await assertAlive(server);
  const grown = process.memoryUsage().rss - before;
  assert.ok(grown < 256 * MEBIBYTE, `${Math.round(grown / MEBIBYTE)} MiB for 200 stalled downloads`);
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  await eventually(() => server.sessionCount === 0, 'all sessions are gone');
});

/** Only a process of its own can run out of descriptors without harm. */
const CROWDED = `
import { startTestServer } from './test/support/ftp-server.ts';
import { assertAlive } from './test/support/alive.ts';
await using server = await startTestServer({ limits: { connectionsPerAddress: 5000, connectionsPerMinute: 100000, loginsPerMinute: 100000 } });
console.log(server.port);
for await (const _ of process.stdin) break;
await assertAlive(server);
console.log('alive');
process.exit(0);
`;

test('a server out of descriptors goes on when some are free again', async () => {
  const script = `ulimit -n 100; exec "$0" --input-type=module-typescript -e "$1"`;
  const child = spawn('/bin/sh', ['-c', script, process.execPath, CROWDED], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  try {
    await eventually(() => /^\d+\n/.test(output), 'the server listens');
    const port = parseInt(output, 10);
    const crowd = await Promise.all(Array.from({ length: 300 }, () => RawFtp.connect(port).catch(() => undefined)));
    await eventually(() => crowd.some((client) => client?.socket.destroyed === true), 'some are turned away');
    for (const client of crowd) client?.socket.destroy();
    child.stdin.end('go\n');
    await eventually(() => output.includes('alive'), 'the server serves again');
  } catch (error) {
    throw new Error(`the server said: ${output}`, { cause: error });
  } finally {
    child.kill('SIGKILL');
  }
});
