/** Attacks on data connections: bounce, theft, and connections that come to nothing (RFC 2577; CERT CA-1997-27, VU#2558). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertAlive } from '../support/alive.ts';
import { startTestServer } from '../support/ftp-server.ts';
import { openActivePort, RawFtp, readAll } from '../support/raw-ftp.ts';
import { within } from '../support/wait.ts';

const numbers = (host: string, port: number): string => `${host.replaceAll('.', ',')},${port >> 8},${port & 255}`;

test('nobody else can be made to be connected to', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  const elsewhere = [
    '127.0.0.2',
    '169.254.169.254',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '10.0.0.1',
    '192.0.2.1',
  ];
  for (const host of elsewhere) {
    await client.expect(501, `PORT ${numbers(host, 50_000)}`);
    await client.expect(501, `EPRT |1|${host}|50000|`);
    await client.expect(501, `EPRT |2|::ffff:${host}|50000|`);
  }
  for (const host of [
    '::1',
    '::',
    'fe80::1',
    'ff02::1',
    '2001:db8::1',
    '::ffff:7f00:2',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
  ])
    await client.expect(501, `EPRT |2|${host}|50000|`);
  for (const host of ['localhost', 'example.com', '127.1', '2130706433', '0x7f.0.0.1', '0177.0.0.1'])
    await client.expect(501, `EPRT |1|${host}|50000|`);
  await assertAlive(server);
});

test('the ports of services cannot be connected to', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  for (const port of [0, 1, 22, 25, 80, 1023]) {
    await client.expect(501, `PORT ${numbers('127.0.0.1', port)}`);
    await client.expect(501, `EPRT |1|127.0.0.1|${port}|`);
  }
});

test('no connection is made before the transfer command', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  await using listener = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  let callers = 0;
  listener.on('connection', (socket: Socket) => {
    callers += 1;
    socket.destroy();
  });
  const address = listener.address();
  assert.ok(typeof address === 'object' && address !== null);
  await client.expect(200, `PORT ${numbers('127.0.0.1', address.port)}`);
  for (const command of ['NOOP', 'PWD', 'RETR nothing', 'PASV', 'NOOP']) await client.command(command);
  assert.equal(callers, 0);
});

test('IPv4 written as IPv6 is the client itself when it is', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  await writeFile(join(server.root, 'a'), 'hello');
  const active = await openActivePort('127.0.0.1');
  await client.expect(200, `EPRT |2|::ffff:127.0.0.1|${active.port}|`);
  await client.expect(150, 'RETR a');
  assert.equal((await readAll(await active.socket)).toString(), 'hello');
  await client.expect(226);
});

test('a stranger who comes first gets nothing, and the transfer goes on', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  await writeFile(join(server.root, 'secret'), 'for the client alone');
  for (let round = 0; round < 3; round += 1) {
    const port = await client.passivePort();
    const stranger = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.9' });
    stranger.on('error', () => undefined);
    assert.equal((await readAll(stranger)).length, 0);
    await server.event('stranger', ({ address }) => address === '127.0.0.9');
    const own = connect({ port, host: '127.0.0.1' });
    await client.expect(150, 'RETR secret');
    assert.equal((await readAll(own)).toString(), 'for the client alone');
    await client.expect(226);
  }
  await assertAlive(server);
});

test('a stranger cannot write into an upload', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  const port = await client.passivePort();
  await client.expect(150, 'STOR upload');
  const stranger = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.9' });
  stranger.on('error', () => undefined);
  stranger.end('not wanted');
  await readAll(stranger);
  const own = connect({ port, host: '127.0.0.1' });
  own.end('wanted');
  await client.expect(226);
  assert.equal((await client.fetch('RETR upload')).toString(), 'wanted');
});

test('a second connection to the same passive port gets nothing', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  await writeFile(join(server.root, 'a'), 'hello');
  const port = await client.passivePort();
  const first = connect({ port, host: '127.0.0.1' });
  await once(first, 'connect');
  const second = connect({ port, host: '127.0.0.1' });
  second.on('error', () => undefined);
  await client.expect(150, 'RETR a');
  const [one, two] = await Promise.all([readAll(first), readAll(second)]);
  assert.deepEqual([one.toString(), two.toString()].sort(), ['', 'hello']);
  await client.expect(226);
});

test('passive ports have no step that can be guessed', async () => {
  await using server = await startTestServer();
  const ports: number[] = [];
  for (let round = 0; round < 40; round += 1) {
    await using client = await RawFtp.login(server.port);
    ports.push(await client.passivePort());
  }
  const steps = new Set(ports.slice(1).map((port, index) => port - (ports[index] ?? 0)));
  assert.ok(new Set(ports).size > 30, ports.join(' '));
  assert.ok(steps.size > 30, ports.join(' '));
});

test('when the control connection goes, the data connection goes', async () => {
  await using server = await startTestServer();
  await writeFile(join(server.root, 'big'), Buffer.alloc(64 * 1024 * 1024));
  const client = await RawFtp.login(server.port);
  await client.expect(200, 'TYPE I');
  const data = await client.passive();
  await client.expect(150, 'RETR big');
  client.socket.destroy();
  data.resume();
  await within(once(data, 'close'), 'the end of the data connection', 5_000);
  const { outcome } = await server.event('transfer');
  assert.equal(outcome, 'aborted');
  await assertAlive(server);
});

test('data connections without a command, and commands without a data connection, end', async () => {
  await using server = await startTestServer({ limits: { dataConnectMs: 200 } });
  await using client = await RawFtp.login(server.port);
  await writeFile(join(server.root, 'a'), 'hello');
  const unused = await client.passive();
  unused.destroy();
  assert.equal((await client.command('NOOP')).code, 200);
  await client.passivePort();
  client.write('RETR a\r\n');
  let { code } = await client.reply();
  if (code === 150) ({ code } = await client.reply());
  assert.equal(code, 425);
  await using closed = createServer();
  closed.listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const address = closed.address();
  assert.ok(typeof address === 'object' && address !== null);
  closed.close();
  await client.expect(200, `PORT ${numbers('127.0.0.1', address.port)}`);
  client.write('RETR a\r\n');
  ({ code } = await client.reply());
  if (code === 150) ({ code } = await client.reply());
  assert.equal(code, 425);
  assert.equal((await client.fetch('RETR a')).toString(), 'hello');
});

test('a connection that comes late is not taken for that of the next upload', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  const promised = await client.passivePort();
  await client.expect(550, 'RETR none');
  const next = await client.passivePort();
  const late = connect({ port: promised, host: '127.0.0.1' });
  await within(once(late, 'error'), 'the late connection to be refused');
  const socket = connect({ port: next, host: '127.0.0.1' });
  await within(once(socket, 'connect'), 'the data connection');
  await client.expect(150, 'STOR file');
  socket.end('whole');
  await client.expect(226);
  assert.equal((await client.fetch('RETR file')).toString(), 'whole');
});
