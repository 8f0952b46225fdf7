/** Two connections, as RFC 959 means them: what the control connection does while data moves, and where data comes from. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertAlive } from '../support/alive.ts';
import { startTestServer, type TestServer } from '../support/ftp-server.ts';
import { RawFtp, readAll } from '../support/raw-ftp.ts';
import { eventually } from '../support/wait.ts';

const MEBIBYTE = 1024 * 1024;

async function zeros(server: TestServer, name: string): Promise<void> {
  await using file = await open(join(server.root, name), 'w');
  await file.truncate(64 * MEBIBYTE);
}

test('commands sent in one piece with a transfer are answered in their order', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  await client.expect(200, 'TYPE I');
  const data = await client.passive();
  client.write('STOR a\r\nSIZE a\r\nDELE a\r\nSIZE a\r\n');
  await client.expect(150);
  data.end('hello');
  await client.expect(226);
  assert.equal((await client.expect(213)).text, '5');
  await client.expect(250);
  await client.expect(550);
});

test('ABOR in one piece with its RETR stops it', async () => {
  await using server = await startTestServer();
  await zeros(server, 'big');
  await using client = await RawFtp.login(server.port);
  await client.expect(200, 'TYPE I');
  for (let round = 0; round < 20; round += 1) {
    const data = await client.passive();
    client.write('RETR big\r\nABOR\r\nPWD\r\n');
    const codes: number[] = [];
    while (codes.at(-1) !== 257) codes.push((await client.reply()).code);
    assert.match(codes.join(' '), /^(150 )?426 226 257$/);
    data.destroy();
  }
  await assertAlive(server);
});

test('STAT tells how far a download is, and a new command waits for its end', async () => {
  await using server = await startTestServer();
  await zeros(server, 'big');
  await using client = await RawFtp.login(server.port);
  await client.expect(200, 'TYPE I');
  const data = await client.passive();
  await client.expect(150, 'RETR big');
  const { lines } = await client.expect(211, 'STAT');
  assert.ok(
    lines.some((line) => line.includes('big') && line.includes(String(64 * MEBIBYTE))),
    lines.join('\n'),
  );
  await client.expect(200, 'NOOP');
  client.write('PWD\r\n');
  data.resume();
  await client.expect(226);
  await client.expect(257);
});

/** Fetches over an active connection, and tells from which port it came. */
async function activeSource(client: RawFtp): Promise<number | undefined> {
  const active = await client.active();
  await client.expect(150, 'RETR a');
  const socket = await active.socket;
  const from = socket.remotePort;
  assert.equal((await readAll(socket)).toString(), 'hello');
  await client.expect(226);
  return from;
}

test('an active connection comes from the port beside the control port', async () => {
  let isBeside = false;
  // That port may be in use, or was a minute ago: then any other serves, and another server has another neighbour.
  for (let round = 0; round < 100 && !isBeside; round += 1) {
    await using server = await startTestServer();
    await writeFile(join(server.root, 'a'), 'hello');
    await using client = await RawFtp.login(server.port);
    isBeside = (await activeSource(client)) === server.port - 1;
    // Again at once, while the first connection may still hold it.
    await activeSource(client);
  }
  assert.ok(isBeside);
});

test('each client network is told its own address', async () => {
  await using server = await startTestServer({
    masquerade: [
      { clients: '10.0.0.0/8', address: '192.0.2.1' },
      { clients: '127.0.0.0/8', address: '192.0.2.7' },
      { clients: 'any', address: '192.0.2.9' },
    ],
  });
  await using client = await RawFtp.login(server.port);
  assert.match((await client.expect(227, 'PASV')).text, /192,0,2,7,/);
  // EPSV has no address to be wrong (RFC 2428 §3).
  await client.passivePort();
});

test('an address that is a name is looked up', async () => {
  await using server = await startTestServer({ masquerade: [{ clients: 'any', address: 'localhost' }] });
  await using client = await RawFtp.login(server.port);
  assert.match((await client.expect(227, 'PASV')).text, /127,0,0,1,/);
});

test('PASV over IPv6 is refused, EPSV serves', async () => {
  await using server = await startTestServer({ host: '::1' });
  await writeFile(join(server.root, 'a'), 'hello');
  await using client = await RawFtp.login(server.port, 'u', { host: '::1' });
  assert.ok((await client.command('PASV')).code >= 400);
  assert.equal((await client.fetch('RETR a')).toString(), 'hello');
  await client.expect(522, 'EPSV 1');
  const active = await client.active();
  await client.expect(150, 'RETR a');
  assert.equal((await readAll(await active.socket)).toString(), 'hello');
  await client.expect(226);
});

test('passive ports come from their range, and are used again and again', async () => {
  const probe = await startTestServer();
  const spare = await RawFtp.login(probe.port);
  const first = await spare.passivePort();
  await spare[Symbol.asyncDispose]();
  await probe[Symbol.asyncDispose]();
  await using server = await startTestServer({ passivePorts: { first, last: first } });
  await writeFile(join(server.root, 'a'), 'hello');
  for (let round = 0; round < 3; round += 1) {
    await using client = await RawFtp.login(server.port);
    for (let count = 0; count < 20; count += 1) {
      assert.equal(await client.passivePort(), first);
      assert.equal((await client.fetch('RETR a')).toString(), 'hello');
    }
    await client.expect(221, 'QUIT');
    await client.closed();
    await eventually(() => server.sessionCount === 0, 'the session is gone');
  }
});

test('a transfer is told once, with what it moved and how it ended', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  await client.expect(200, 'TYPE I');
  await client.send('STOR a', 'hello');
  await client.expect(350, 'REST 2');
  await client.fetch('RETR a');
  await client.fetch('NLST');
  const transfers = server.events.filter((event) => event.kind === 'transfer');
  assert.deepEqual(
    transfers.map(({ verb, direction, path, bytes, startBytes, outcome }) => [
      verb,
      direction,
      path,
      bytes,
      startBytes,
      outcome,
    ]),
    [
      ['STOR', 'upload', '/a', 5, 0, 'complete'],
      ['RETR', 'download', '/a', 3, 2, 'complete'],
      ['NLST', 'listing', '/', 3, 0, 'complete'],
    ],
  );
});

test('an upload whose client vanishes is not published, however it vanishes', async () => {
  await using server = await startTestServer();
  const client = await RawFtp.login(server.port);
  const data = await client.passive();
  await client.expect(150, 'STOR a');
  data.write('half');
  // A killed client: both its connections end at once, as if it had sent all.
  client.socket.end();
  data.end();
  await server.event('session-closed');
  await client[Symbol.asyncDispose]();
  const { outcome } = await server.event('transfer');
  const names = await readdir(server.root);
  assert.ok(outcome === 'complete' || !names.includes('a'), `${outcome}: ${names.join(' ')}`);
});

test('an empty listing, an empty file and an empty upload', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  for (const command of ['LIST', 'NLST', 'MLSD']) assert.equal((await client.fetch(command)).length, 0, command);
  await client.send('STOR empty', '');
  assert.equal((await client.fetch('RETR empty')).length, 0);
});

test('the other half of a data connection that ends early does not end the transfer', async () => {
  await using server = await startTestServer();
  await zeros(server, 'big');
  await using client = await RawFtp.login(server.port);
  await client.expect(200, 'TYPE I');
  const data = await client.passive();
  await client.expect(150, 'RETR big');
  // A client that will send nothing may say so at once.
  data.end();
  let bytes = 0;
  data.on('data', (chunk: Buffer) => (bytes += chunk.length));
  await once(data, 'end');
  assert.equal(bytes, 64 * MEBIBYTE);
  await client.expect(226);
});
