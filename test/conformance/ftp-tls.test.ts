/** FTP over TLS as RFC 4217 has it: what is agreed on, in which order, and what holds afterwards. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { releasable } from '../../src/protocols/ftp/server/tls/releasable.ts';
import { withholdFin } from '../../src/protocols/ftp/channel/withheld-fin.ts';
import { startTestServer } from '../support/ftp-server.ts';
import { RawFtp, readAll } from '../support/raw-ftp.ts';
import { sampleBytes } from '../support/tree.ts';
import { SecureFtp, testTls, tlsOver } from '../support/tls-ftp.ts';

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

test('FEAT tells of AUTH, PBSZ and PROT only where there is a certificate', async () => {
  await using plain = await startTestServer();
  await using without = await RawFtp.open(plain.port);
  assert.ok(!(await without.command('FEAT')).lines.some((line) => /AUTH|PBSZ|PROT/.test(line)));
  await using server = await startTestServer({ tls: (await testTls()).options });
  await using client = await RawFtp.open(server.port);
  const { lines } = await client.command('FEAT');
  for (const feature of [' AUTH TLS', ' PBSZ', ' PROT']) assert.ok(lines.includes(feature), feature);
});

for (const maxVersion of VERSIONS)
  test(`${maxVersion}: files and listings go both ways over connections that continue the session`, async () => {
    await using server = await startTestServer({ tls: (await testTls({ dataBinding: 'required' })).options });
    const bytes = sampleBytes(3_000_001);
    await writeFile(join(server.root, 'a'), bytes);
    await using client = await SecureFtp.private(server.port, { maxVersion });
    for (let time = 0; time < 4; time += 1) {
      const down = await client.openData('RETR a');
      assert.ok(down.isSessionReused());
      assert.ok((await readAll(down)).equals(bytes));
      await client.expect(226);
    }
    const up = await client.openData('STOR b');
    up.end(bytes);
    await client.expect(226);
    assert.ok((await readFile(join(server.root, 'b'))).equals(bytes));
    const listing = await client.openData('LIST');
    assert.match((await readAll(listing)).toString(), / a\r\n/);
    await client.expect(226);
    const secured = await server.event('secured');
    assert.equal(secured.version, maxVersion);
    assert.equal(secured.protocol, 'ftps');
  });

test('the server says close_notify at the end of a file, so that a client can tell it from a cut', async () => {
  await using server = await startTestServer({ tls: (await testTls()).options });
  await writeFile(join(server.root, 'a'), 'whole');
  await using client = await SecureFtp.private(server.port);
  const raw = await client.passive();
  await client.expect(150, 'RETR a');
  // The end of TCP does not pass through, so only close_notify can end this.
  const data = await tlsOver(withholdFin(raw).stream, client.resuming());
  assert.equal((await readAll(data)).toString(), 'whole');
  await client.expect(226);
});

for (const type of ['I', 'A'])
  test(`TYPE ${type}: the server answers close_notify behind an upload, as polite clients wait for it`, async () => {
    await using server = await startTestServer({ tls: (await testTls()).options });
    await using client = await SecureFtp.private(server.port);
    await client.expect(200, `TYPE ${type}`);
    const raw = await client.passive();
    await client.expect(150, 'STOR a');
    const data = await tlsOver(withholdFin(raw).stream, client.resuming());
    data.end('whole');
    await readAll(data);
    await client.expect(226);
  });

test('PROT needs PBSZ, PBSZ needs AUTH, AUTH comes once', async () => {
  await using server = await startTestServer({ tls: (await testTls()).options });
  await using client = await SecureFtp.explicit(server.port);
  await client.expect(503, 'AUTH TLS');
  await client.expect(503, 'PROT P');
  const sized = await client.expect(200, 'PBSZ 65536');
  assert.match(sized.text, /PBSZ=0/);
  await client.expect(200, 'PROT P');
  await client.expect(536, 'PROT E');
  await client.expect(536, 'PROT S');
  await client.expect(504, 'PROT X');
  await client.expect(200, 'PROT C');
});

test('AUTH SSL and TLS-P are taken as a wish for encrypted data too, other mechanisms are refused', async () => {
  await using server = await startTestServer({ tls: (await testTls()).options });
  await using client = await RawFtp.open(server.port);
  await client.expect(504, 'AUTH GSSAPI');
  await client.expect(234, 'AUTH SSL');
});

test('AUTH ends the login: who was in in the clear is so no longer', async () => {
  await using server = await startTestServer({ tls: (await testTls()).options });
  await using clear = await RawFtp.login(server.port);
  await using client = await SecureFtp.over(clear);
  await client.expect(530, 'PWD');
  await client.expect(331, 'USER u');
  await client.expect(230, 'PASS p');
});

test('implicit TLS encrypts data without being asked, and may be asked all the same', async () => {
  await using server = await startTestServer({ tls: (await testTls({ start: 'implicit', demand: 'data' })).options });
  await using client = await SecureFtp.implicit(server.port);
  await client.expect(331, 'USER u');
  await client.expect(230, 'PASS p');
  assert.ok(Array.isArray((await readAll(await client.openData('MLSD'))).toString().split('\r\n')));
  await client.expect(226);
  await client.expect(200, 'PBSZ 0');
  await client.expect(200, 'PROT P');
  await client.expect(534, 'PROT C');
});

test('active data is encrypted too: the client stays the client of TLS', async () => {
  await using server = await startTestServer({ tls: (await testTls({ dataBinding: 'required' })).options });
  await writeFile(join(server.root, 'a'), 'over there');
  await using client = await SecureFtp.private(server.port);
  const data = await client.openActiveData('RETR a');
  assert.equal((await readAll(data)).toString(), 'over there');
  await client.expect(226);
});

test('a listener that demands encryption for the login takes no name before it', async () => {
  await using server = await startTestServer({ tls: (await testTls({ demand: 'login' })).options });
  await using clear = await RawFtp.open(server.port);
  for (const line of ['USER u', 'PASS p', 'ACCT x']) assert.match((await clear.expect(530, line)).text, /AUTH TLS/);
  await clear.expect(200, 'NOOP');
  await using client = await SecureFtp.over(clear);
  await client.expect(331, 'USER u');
  await client.expect(230, 'PASS p');
  const data = await client.passive();
  await client.expect(150, 'NLST');
  await readAll(data);
  await client.expect(226);
});

test('a listener that demands it for data moves none without, and never falls back', async () => {
  await using server = await startTestServer({ tls: (await testTls({ demand: 'data' })).options });
  await using client = await SecureFtp.explicit(server.port);
  await client.expect(331, 'USER u');
  await client.expect(230, 'PASS p');
  await client.passive();
  assert.match((await client.expect(522, 'NLST')).text, /PROT P/);
  await client.expect(200, 'PBSZ 0');
  await client.expect(534, 'PROT C');
  await client.expect(522, 'RETR a');
});

test('with binding auto, a client that never continues the session is served, and one that does is held to it', async () => {
  await using server = await startTestServer({ tls: (await testTls({ dataBinding: 'auto' })).options });
  await writeFile(join(server.root, 'a'), 'x');
  await using never = await SecureFtp.private(server.port, { maxVersion: 'TLSv1.2' });
  for (let time = 0; time < 3; time += 1) {
    await readAll(await never.openData('RETR a', {}));
    await never.expect(226);
  }
  await using client = await SecureFtp.private(server.port, { maxVersion: 'TLSv1.2' });
  await readAll(await client.openData('RETR a'));
  await client.expect(226);
  await client.openData('RETR a', {}).catch(() => undefined);
  await client.expect(522);
});

test('with binding auto, TLS 1.3 clients that use each ticket once may run out of them', async () => {
  await using server = await startTestServer({ tls: (await testTls({ dataBinding: 'auto' })).options });
  await writeFile(join(server.root, 'a'), 'x');
  await using client = await SecureFtp.private(server.port, { maxVersion: 'TLSv1.3' });
  for (const tls of [client.resuming(), client.resuming(), {}, {}]) {
    await readAll(await client.openData('RETR a', tls));
    await client.expect(226);
  }
});

test('the certificate follows the name that the client asks for (SNI)', async () => {
  const { authority, options } = await testTls();
  const { certPem, keyPem } = authority.server(['files.example']);
  const credentials = {
    ...options.credentials,
    contextFor: (name: string) => (name === 'files.example' ? { cert: certPem, key: keyPem } : undefined),
  };
  await using server = await startTestServer({ tls: { ...options, credentials } });
  const trusted = { ca: authority.caPem, rejectUnauthorized: true };
  await using named = await SecureFtp.private(server.port, { ...trusted, servername: 'files.example' });
  // The ticket of the control connection opens data under that name too.
  const listing = await named.openData('NLST');
  assert.ok(listing.isSessionReused());
  await readAll(listing);
  await named.expect(226);
  await using other = await SecureFtp.explicit(server.port, { ...trusted, servername: 'localhost' });
  await other.expect(200, 'NOOP');
  await assert.rejects(SecureFtp.explicit(server.port, { ...trusted, servername: 'elsewhere.example' }));
});

test('CCC is refused unless it is allowed, and FEAT tells of it only then', async () => {
  await using server = await startTestServer({ tls: (await testTls()).options });
  await using client = await SecureFtp.private(server.port);
  assert.ok(!(await client.command('FEAT')).lines.includes(' CCC'));
  await client.expect(533, 'CCC');
  await client.expect(200, 'NOOP');
});

for (const maxVersion of VERSIONS)
  test(`${maxVersion}: after CCC the control connection is in the clear, data is not, and nobody logs in anew`, async () => {
    const { options } = await testTls({ clearControl: 'allowed', demand: 'data', dataBinding: 'required' });
    await using server = await startTestServer({ tls: options });
    await writeFile(join(server.root, 'a'), 'still secret');
    const raw = await RawFtp.open(server.port);
    await raw.expect(234, 'AUTH TLS');
    raw.release();
    const below = releasable(raw.socket);
    await using client = SecureFtp.on(await tlsOver(below.stream, { maxVersion }), { maxVersion });
    for (const [code, line] of [
      [331, 'USER u'],
      [230, 'PASS p'],
      [200, 'PBSZ 0'],
      [200, 'PROT P'],
      [200, 'TYPE I'],
      [200, 'CCC'],
    ] as const)
      await client.expect(code, line);
    const ticket = client.resuming();
    await using clear = new RawFtp(await below.release(client.tlsSocket));
    clear.socket.resume();
    await clear.expect(200, 'NOOP');
    await clear.expect(503, 'AUTH TLS');
    const data = await clear.passive();
    await clear.expect(150, 'RETR a');
    assert.equal((await readAll(await tlsOver(data, { maxVersion, ...ticket }))).toString(), 'still secret');
    await clear.expect(226);
    await clear.expect(530, 'USER u');
  });

test('with binding auto, tickets of data connections that began anew count as tickets too', async () => {
  await using server = await startTestServer({ tls: (await testTls({ dataBinding: 'auto' })).options });
  await writeFile(join(server.root, 'a'), 'x');
  await using client = await SecureFtp.private(server.port, { maxVersion: 'TLSv1.3' });
  // A client that uses each ticket once: two of the control connection, none, two of that data connection, none.
  let tickets = [client.resuming(), client.resuming()];
  for (let time = 0; time < 9; time += 1) {
    const ticket = tickets.shift();
    const data = await client.openData('RETR a', ticket ?? {});
    data.on('session', (session: Buffer) => {
      if (ticket === undefined) tickets.push({ session });
    });
    await readAll(data);
    await client.expect(226);
    tickets = tickets.slice(0, 2);
  }
});

test('with binding auto, a TLS 1.3 client that uses one ticket again and again is held to it', async () => {
  await using server = await startTestServer({ tls: (await testTls({ dataBinding: 'auto' })).options });
  await writeFile(join(server.root, 'a'), 'x');
  await using client = await SecureFtp.private(server.port, { maxVersion: 'TLSv1.3' });
  for (let time = 0; time < 3; time += 1) {
    await readAll(await client.openData('RETR a'));
    await client.expect(226);
  }
  await client.openData('RETR a', {}).catch(() => undefined);
  await client.expect(522);
});
