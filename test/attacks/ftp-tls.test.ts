/** Attacks on FTP over TLS: what slips in before it, what pretends to belong to it, and what never ends. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { withholdFin } from '../../src/protocols/ftp/channel/withheld-fin.ts';
import { startTestServer, type TestServer } from '../support/ftp-server.ts';
import { RawFtp, readAll } from '../support/raw-ftp.ts';
import { sampleBytes } from '../support/tree.ts';
import { SecureFtp, testTls, tlsOver } from '../support/tls-ftp.ts';
import { eventually, within } from '../support/wait.ts';

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

/** Everything that comes until the other side closes. */
async function untilClosed(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  await within(new Promise((resolve) => socket.once('close', resolve)), 'the end of the connection');
  return text;
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  await within(once(socket, 'connect'), 'the connection');
  return socket;
}

const stillServes = async (server: TestServer): Promise<void> => {
  await using client = await SecureFtp.private(server.port);
  await client.expect(200, 'NOOP');
};

for (const injected of ['USER u\r\n', 'USER', '\r\n'])
  test(`bytes behind AUTH TLS in one segment (${JSON.stringify(injected)}) end the connection unheard`, async () => {
    await using server = await startTestServer({ tls: (await testTls()).options });
    const socket = await open(server.port);
    socket.write(`AUTH TLS\r\n${injected}`);
    const said = await untilClosed(socket);
    assert.ok(!/^(331|500|530)/m.test(said), said);
    assert.match((await server.event('session-closed')).reason, /followed AUTH in the clear/);
    await stillServes(server);
  });

test('what is no TLS behind the 234 ends the connection', async () => {
  await using server = await startTestServer({ tls: (await testTls()).options });
  await using client = await RawFtp.open(server.port);
  await client.expect(234, 'AUTH TLS');
  client.write('USER u\r\nPASS p\r\n');
  await client.closed();
  assert.match((await server.event('session-closed')).reason, /TLS handshake failed/);
  assert.equal(server.events.filter(({ kind }) => kind === 'login').length, 0);
});

test('garbage, clear FTP and old versions on an implicit port get no greeting', async () => {
  const { options } = await testTls({ start: 'implicit' });
  await using server = await startTestServer({ tls: options, limits: { handshakeMs: 500 } });
  for (const bytes of [
    'USER u\r\nPASS p\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    '\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00',
    '\x80\x2e\x01\x00\x02',
  ]) {
    const socket = await open(server.port);
    socket.end(Buffer.from(bytes, 'latin1'));
    assert.ok(!(await untilClosed(socket)).includes('220'), bytes);
  }
  for (const maxVersion of ['TLSv1', 'TLSv1.1'] as const)
    await assert.rejects(
      SecureFtp.implicit(server.port, { minVersion: 'TLSv1', maxVersion, ciphers: 'DEFAULT@SECLEVEL=0' }),
    );
  await using client = await SecureFtp.implicit(server.port);
  await client.expect(331, 'USER u');
});

for (const [offered, isAccepted] of [
  [['http/1.1'], false],
  [['h2', 'http/1.1'], false],
  [['smtp'], false],
  [['imap'], false],
  [['ftp'], true],
  [['ftp-data', 'ftp'], true],
  [undefined, true],
] as const)
  test(`ALPN ${String(offered ?? 'none')} is ${isAccepted ? 'accepted' : 'refused'} on the control connection`, async () => {
    await using server = await startTestServer({ tls: (await testTls()).options });
    const opening = SecureFtp.explicit(server.port, offered === undefined ? {} : { ALPNProtocols: [...offered] });
    if (!isAccepted) {
      await assert.rejects(opening);
      return;
    }
    await using client = await opening;
    await client.expect(200, 'NOOP');
  });

for (const maxVersion of VERSIONS) {
  test(`${maxVersion}: data that does not continue the session, or continues another's, is refused`, async () => {
    await using server = await startTestServer({ tls: (await testTls({ dataBinding: 'required' })).options });
    await writeFile(join(server.root, 'a'), 'secret');
    await using other = await SecureFtp.private(server.port, { maxVersion });
    await using client = await SecureFtp.private(server.port, { maxVersion });
    for (const tls of [{}, other.resuming()]) {
      const data = await client.openData('RETR a', tls).catch(() => undefined);
      assert.equal(data === undefined ? '' : (await readAll(data)).toString(), '');
      assert.match((await client.expect(522)).text, /continue the TLS session/);
    }
    await readAll(await client.openData('RETR a'));
    await client.expect(226);
  });

  test(`${maxVersion}: a stranger at the client's own address who is quicker gets nothing, and the client its file`, async () => {
    await using server = await startTestServer({ tls: (await testTls({ dataBinding: 'required' })).options });
    await writeFile(join(server.root, 'a'), 'secret');
    await using client = await SecureFtp.private(server.port, { maxVersion });
    const port = await client.passivePort();
    const [silent, quick] = [await open(port), await open(port)];
    await client.expect(150, 'RETR a');
    const theft = tlsOver(quick, { maxVersion }).then(readAll, () => Buffer.alloc(0));
    const data = await tlsOver(await open(port), { maxVersion, ...client.resuming() });
    assert.equal((await readAll(data)).toString(), 'secret');
    await client.expect(226);
    assert.equal((await theft).length, 0);
    await untilClosed(silent);
  });

  for (const type of ['I', 'A'])
    for (const sizeBytes of [0, 16_384, 500_000])
      test(`${maxVersion}: TYPE ${type}, an upload of ${sizeBytes} bytes without close_notify is not published`, async () => {
        await using server = await startTestServer({ tls: (await testTls()).options });
        await using client = await SecureFtp.private(server.port, { maxVersion });
        await client.expect(200, `TYPE ${type}`);
        const raw = await client.passive();
        await client.expect(150, 'STOR image');
        const data = await tlsOver(raw, { maxVersion, ...client.resuming() });
        data.write(sampleBytes(sizeBytes));
        await eventually(() => data.writableLength === 0, 'the bytes are sent');
        cutShort(data);
        // With nothing said behind the handshake, the end may come within it.
        const { code, text } = await client.reply();
        assert.ok(code === 426 ? text.includes('close_notify') : code === 425 && sizeBytes === 0, `${code} ${text}`);
        assert.ok(!existsSync(join(server.root, 'image')));
        assert.equal((await server.event('transfer')).outcome, 'failed');
      });
}

/** Ends TCP below TLS, as an attacker in between would: no close_notify. */
function cutShort(socket: TLSSocket): void {
  // Node's own end() always says close_notify, so the connection under it is ended. It is in no public type.
  const { _parent: below } = socket as unknown as { readonly _parent: Socket };
  below.end();
}

test('clear data where encryption was agreed on is refused, both ways', async () => {
  await using server = await startTestServer({ tls: (await testTls()).options });
  await writeFile(join(server.root, 'a'), 'secret');
  await using client = await SecureFtp.private(server.port);
  const up = await client.passive();
  await client.expect(150, 'STOR b');
  up.end('in the clear, and long enough to be taken for a record of TLS');
  await client.expect(425);
  assert.ok(!existsSync(join(server.root, 'b')));
  const down = await client.passive();
  await client.expect(150, 'RETR a');
  down.end();
  assert.ok(!(await readAll(down)).includes('secret'));
  await client.expect(425);
});

test('TLS where clear data was agreed on gets clear data', async () => {
  await using server = await startTestServer({ tls: (await testTls()).options });
  await writeFile(join(server.root, 'a'), 'open');
  await using client = await SecureFtp.private(server.port);
  await client.expect(200, 'PROT C');
  const data = await client.passive();
  await client.expect(150, 'RETR a');
  await assert.rejects(tlsOver(data));
  await client.reply();
  await client.expect(200, 'NOOP');
});

test('500 handshakes that are begun and left are reaped, and nobody waits for them', async () => {
  const { options } = await testTls({ start: 'implicit' });
  await using server = await startTestServer({
    tls: options,
    limits: { handshakeMs: 4_000, connectionsPerAddress: 600 },
  });
  const sockets = await Promise.all(Array.from({ length: 500 }, () => open(server.port)));
  for (const socket of sockets) socket.write(Buffer.of(0x16));
  await using client = await SecureFtp.implicit(server.port);
  await client.expect(331, 'USER u');
  await Promise.all(sockets.map((socket) => untilClosed(socket)));
  await eventually(() => server.sessionCount === 1, 'only the honest session is left');
  assert.match((await server.event('session-closed')).reason, /took too long/);
});

test('a client that asks to renegotiate is refused', async () => {
  await using server = await startTestServer({ tls: (await testTls()).options });
  await using client = await SecureFtp.private(server.port, { maxVersion: 'TLSv1.2' });
  const { promise, resolve } = Promise.withResolvers<Error | null>();
  client.tlsSocket.on('error', resolve);
  client.tlsSocket.renegotiate({ rejectUnauthorized: false }, resolve);
  assert.match(String(await within(promise, 'the refusal')), /renegotiation/i);
  await stillServes(server);
});

test('a broken record behind the handshake ends the connection, and no other', async () => {
  await using server = await startTestServer({ tls: (await testTls()).options });
  await using clear = await RawFtp.open(server.port);
  await clear.expect(234, 'AUTH TLS');
  clear.release();
  // TLS over a stream of ours leaves the connection below it open to other bytes.
  const { stream } = withholdFin(clear.socket);
  const control = await tlsOver(stream);
  clear.socket.write(Buffer.concat([Buffer.of(0x17, 0x03, 0x03, 0x00, 0x40), sampleBytes(0x40)]));
  control.on('error', () => undefined);
  assert.match((await server.event('session-closed')).reason, /connection broke|closed the connection/);
  await stillServes(server);
});

test('an active client that answers and never begins TLS is given up in time', async () => {
  const { options } = await testTls();
  await using server = await startTestServer({ tls: options, limits: { dataConnectMs: 300 } });
  await writeFile(join(server.root, 'a'), 'secret');
  await using client = await SecureFtp.private(server.port);
  const port = await client.active();
  await client.expect(150, 'RETR a');
  const silent = (await port.socket).resume();
  assert.match((await client.expect(425)).text, /did not begin TLS/);
  assert.equal(await untilClosed(silent), '');
});

test('of two connections that both may have the data one gets it, and the other is closed', async () => {
  await using server = await startTestServer({ tls: (await testTls({ dataBinding: 'off' })).options });
  await writeFile(join(server.root, 'a'), 'once');
  await using client = await SecureFtp.private(server.port);
  const port = await client.passivePort();
  const sockets = [await open(port), await open(port)];
  await client.expect(150, 'RETR a');
  const got = await Promise.all(sockets.map((socket) => tlsOver(socket).then(readAll, () => Buffer.alloc(0))));
  assert.deepEqual(got.map(String).sort(), ['', 'once']);
  await client.expect(226);
});
