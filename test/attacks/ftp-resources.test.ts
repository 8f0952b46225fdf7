/** Attacks on time, memory and descriptors: pattern bombs, clients that do not read, storms, and connections left half open. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { open, readdir, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertAlive } from '../support/alive.ts';
import { startTestServer, type TestServer } from '../support/ftp-server.ts';
import { RawFtp } from '../support/raw-ftp.ts';
import { eventually, within } from '../support/wait.ts';

const MEBIBYTE = 1024 * 1024;

async function zeros(server: TestServer, name: string, mebibytes: number): Promise<void> {
  await using file = await open(join(server.root, name), 'w');
  await file.truncate(mebibytes * MEBIBYTE);
}

test('pattern bombs end within their bound, and the others are served meanwhile', async () => {
  await using server = await startTestServer({ limits: { globMs: 300, globEntries: 5_000 } });
  for (let outer = 0; outer < 12; outer += 1)
    for (let inner = 0; inner < 12; inner += 1)
      mkdirSync(join(server.root, `d${outer}/e${inner}/f`), { recursive: true });
  for (let index = 0; index < 20; index += 1) writeFileSync(join(server.root, 'a'.repeat(100 + index)), '');
  const bombs = [
    '*/../*/../*/../*/../*/../*',
    '*/*/*/../../../*/*/*/../../../*/*/*',
    '{a,b}'.repeat(20),
    '{a,{b,{c,{d,{e,f}}}}}'.repeat(6),
    `${'a*'.repeat(40)}b`,
    `${'*?'.repeat(400)}x`,
    '['.repeat(900),
    '{'.repeat(1000),
    `${'*/'.repeat(200)}*`,
  ];
  await using client = await RawFtp.login(server.port);
  for (const bomb of bombs)
    for (const verb of ['NLST', 'LIST', 'STAT']) {
      const started = performance.now();
      const data = verb === 'STAT' ? undefined : await client.passive();
      data?.resume();
      const answer = client.command(`${verb} ${bomb}`);
      await assertAlive(server);
      const { code } = await answer;
      if (code === 150) await client.reply();
      assert.ok(
        performance.now() - started < 3_000,
        `${verb} ${bomb.slice(0, 30)} took ${performance.now() - started} ms`,
      );
    }
});

test('downloads that nobody reads cost little memory and end by the stall time-out', async () => {
  await using server = await startTestServer({ limits: { stallMs: 1_000 } });
  await zeros(server, 'big', 1024);
  const before = process.memoryUsage().rss;
  const clients: RawFtp[] = [];
  for (let count = 0; count < 30; count += 1) {
    const client = await RawFtp.login(server.port);
    clients.push(client);
    await client.expect(200, 'TYPE I');
    (await client.passive()).pause();
    await client.expect(150, 'RETR big');
  }
  await assertAlive(server);
  const grown = process.memoryUsage().rss - before;
  assert.ok(grown < 128 * MEBIBYTE, `${Math.round(grown / MEBIBYTE)} MiB more for 30 stalled downloads`);
  const ends = await Promise.all(clients.map((client) => client.reply()));
  assert.deepEqual([...new Set(ends.map(({ code }) => code))], [426]);
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  await assertAlive(server);
});

test('an upload that sends nothing ends by the stall time-out and publishes nothing', async () => {
  await using server = await startTestServer({ limits: { stallMs: 1_000 } });
  await using client = await RawFtp.login(server.port);
  const data = await client.passive();
  await client.expect(150, 'STOR half');
  data.write('half of it');
  await client.expect(426);
  assert.ok(!(await readdir(server.root)).includes('half'));
  await client.expect(200, 'NOOP');
  await assertAlive(server);
});

test('connections that say nothing, or log in by single bytes, end by the login time-out', async () => {
  await using server = await startTestServer({ limits: { loginMs: 1_000 } });
  const silent = await RawFtp.open(server.port);
  const slow = await RawFtp.open(server.port);
  const drip = setInterval(() => slow.write('x'), 50);
  try {
    assert.equal((await silent.reply()).code, 421);
    assert.equal((await slow.reply()).code, 421);
    await Promise.all([silent.closed(), slow.closed()]);
  } finally {
    clearInterval(drip);
    silent.socket.destroy();
    slow.socket.destroy();
  }
  await assertAlive(server);
});

test('a session without commands ends by the idle time-out, one with a transfer does not', async () => {
  await using server = await startTestServer({ limits: { idleMs: 1_000, stallMs: 60_000 } });
  await zeros(server, 'big', 64);
  const idle = await RawFtp.login(server.port);
  const busy = await RawFtp.login(server.port);
  await busy.expect(200, 'TYPE I');
  const data = await busy.passive();
  await busy.expect(150, 'RETR big');
  assert.equal((await idle.reply()).code, 421);
  await idle.closed();
  data.resume();
  await busy.expect(226);
  await busy[Symbol.asyncDispose]();
});

test('more connections than one address may have are told so, and freed places are free', async () => {
  await using server = await startTestServer({ limits: { connectionsPerAddress: 5 } });
  const held: RawFtp[] = [];
  for (let count = 0; count < 5; count += 1) held.push(await RawFtp.open(server.port));
  const refused = await RawFtp.connect(server.port);
  assert.equal((await refused.reply()).code, 421);
  await refused.closed();
  await Promise.all(held.map((client) => client[Symbol.asyncDispose]()));
  await eventually(() => server.sessionCount === 0, 'all sessions are gone');
  await assertAlive(server);
});

test('more connections than there may be in all are told so', async () => {
  await using server = await startTestServer({ limits: { connections: 3 } });
  const held: RawFtp[] = [];
  for (let count = 0; count < 3; count += 1) held.push(await RawFtp.open(server.port));
  const refused = await RawFtp.connect(server.port);
  assert.equal((await refused.reply()).code, 421);
  await refused.closed();
  await Promise.all(held.map((client) => client[Symbol.asyncDispose]()));
  await eventually(() => server.sessionCount === 0, 'all sessions are gone');
  await assertAlive(server);
});

test('a storm of connections that come and go leaves nothing behind', async () => {
  await using server = await startTestServer({ limits: { connectionsPerMinute: 100_000, loginsPerMinute: 100_000 } });
  for (let round = 0; round < 10; round += 1) {
    const storm = Array.from({ length: 100 }, () => {
      const socket = connect({ port: server.port, host: '127.0.0.1' });
      socket.on('error', () => undefined);
      return socket;
    });
    await Promise.all(
      storm.map(async (socket: Socket, index) => {
        await within(Promise.race([once(socket, 'connect'), once(socket, 'close')]), 'a connection');
        if (index % 3 === 0) socket.resetAndDestroy();
        else if (index % 3 === 1) socket.destroy();
        else socket.end('USER u\r\n');
        socket.resume();
      }),
    );
    for (const socket of storm) socket.destroy();
  }
  await eventually(() => server.sessionCount === 0, 'all sessions are gone');
  await assertAlive(server);
});

test('a client that ends its half and reads on is answered and closed', async () => {
  await using server = await startTestServer();
  const client = await RawFtp.open(server.port);
  client.socket.end('NOOP\r\nSYST\r\n');
  await client.expect(200);
  await client.expect(215);
  await client.closed();
  await eventually(() => server.sessionCount === 0, 'the session is gone');
});

test('a server whose passive ports are all taken says so and recovers', async () => {
  const probe = await startTestServer();
  const spare = await RawFtp.login(probe.port);
  const first = await spare.passivePort();
  await spare[Symbol.asyncDispose]();
  await probe[Symbol.asyncDispose]();
  await using server = await startTestServer({ passivePorts: { first, last: first } });
  await writeFile(join(server.root, 'a'), 'hello');
  const holder = await RawFtp.login(server.port);
  assert.equal(await holder.passivePort(), first);
  await using second = await RawFtp.login(server.port);
  await second.expect(425, 'EPSV');
  await holder[Symbol.asyncDispose]();
  await eventually(() => server.sessionCount === 1, 'the holder is gone');
  assert.equal((await second.fetch('RETR a')).toString(), 'hello');
});

test('transfer after transfer on one connection leaves no descriptor', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  await writeFile(join(server.root, 'a'), 'hello');
  const descriptors = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
  await client.fetch('RETR a');
  const before = await descriptors();
  for (let count = 0; count < 100; count += 1) {
    assert.equal((await client.fetch('RETR a')).toString(), 'hello');
    await client.send('STOR b', 'hello');
  }
  await eventually(async () => (await descriptors()) <= before + 1, 'the descriptors are back');
});
