/** The client's session against our own server: commands, transfers both ways, aborts, TLS. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openSession } from '../../src/protocols/ftp/client/open-session.ts';
import type { FtpClientOptions } from '../../src/protocols/ftp/client/options.ts';
import type { FtpSession, Incoming } from '../../src/protocols/ftp/client/session.ts';
import type { ClientEvent } from '../../src/observe/client-event.ts';
import { startTestServer, type TestServer } from '../support/ftp-server.ts';
import { testTls } from '../support/tls-ftp.ts';

async function readWhole(incoming: Incoming): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const into = new Uint8Array(100_000);
  for (let count = await incoming.read(into); count > 0; count = await incoming.read(into))
    chunks.push(Buffer.from(into.subarray(0, count)));
  return Buffer.concat(chunks);
}

const open = (server: TestServer, options: Partial<FtpClientOptions> = {}): Promise<FtpSession> =>
  openSession({ host: server.host, port: server.port, user: 'u', password: 'p', ...options }, 1);

const CONTENT = randomBytes(3_000_000);

async function roundTrip(server: TestServer, session: FtpSession): Promise<void> {
  const outgoing = await session.store({ verb: 'STOR', argument: 'up.bin' });
  await outgoing.write(CONTENT.subarray(0, 1_000_001));
  await outgoing.write(CONTENT.subarray(1_000_001));
  await outgoing.finish();
  assert.deepEqual(readFileSync(join(server.root, 'up.bin')), CONTENT);
  const incoming = await session.retrieve({ verb: 'RETR', argument: 'up.bin' });
  assert.deepEqual(await readWhole(incoming), CONTENT);
  const rest = await session.retrieve({ verb: 'RETR', argument: 'up.bin' }, { restartBytes: 2_999_990 });
  assert.deepEqual(await readWhole(rest), CONTENT.subarray(2_999_990));
  const list = await session.retrieve({ verb: 'MLSD' });
  assert.match((await readWhole(list)).toString(), /size=3000000;.* up\.bin\r\n/);
  assert.equal((await session.command({ verb: 'NOOP' })).code, 200);
}

describe('a session', () => {
  for (const mode of ['passive', 'active'] as const)
    test(`transfers both ways, ${mode}`, async () => {
      await using server = await startTestServer();
      await using session = await open(server, { data: { mode } });
      assert.equal(session.server.home, '/');
      await roundTrip(server, session);
    });

  test('is aborted in the middle of a download and goes on', async () => {
    await using server = await startTestServer();
    writeFileSync(join(server.root, 'big'), Buffer.alloc(50_000_000));
    await using session = await open(server);
    for (let round = 0; round < 3; round += 1) {
      const incoming = await session.retrieve({ verb: 'RETR', argument: 'big' });
      await incoming.read(new Uint8Array(1000));
      await incoming.abort();
      assert.ok(session.isOpen && !session.isBusy);
      assert.equal((await session.command({ verb: 'NOOP' })).code, 200);
    }
    await roundTrip(server, session);
  });

  test('is aborted in the middle of an upload, which nobody sees then', async () => {
    await using server = await startTestServer();
    await using session = await open(server);
    const outgoing = await session.store({ verb: 'STOR', argument: 'half' });
    await outgoing.write(CONTENT);
    await outgoing.abort();
    assert.ok(session.isOpen && !session.isBusy);
    assert.equal((await session.command({ verb: 'SIZE', argument: 'half' })).code, 213);
    await assert.rejects(session.retrieve({ verb: 'RETR', argument: 'half' }), { name: 'FileError' });
    await roundTrip(server, session);
  });

  test('a refused transfer leaves the session ready', async () => {
    await using server = await startTestServer();
    await using session = await open(server);
    for (let round = 0; round < 2; round += 1)
      await assert.rejects(session.retrieve({ verb: 'RETR', argument: 'none' }), { kind: 'not-found' });
    await roundTrip(server, session);
    await assert.rejects(session.retrieve({ verb: 'RETR', argument: 'a\r\nDELE up.bin' }), { kind: 'bad-name' });
    await roundTrip(server, session);
  });

  test('a wrong password is refused, and no event holds it', async () => {
    await using server = await startTestServer();
    const events: ClientEvent[] = [];
    const opened = open(server, { password: 'guess', observe: (event) => void events.push(event) });
    await assert.rejects(opened, { kind: 'login-refused' });
    assert.ok(events.some((event) => event.kind === 'command' && event.line === 'PASS ****'));
    assert.doesNotMatch(JSON.stringify(events), /guess/);
  });
});

describe('a session over TLS', () => {
  for (const security of ['explicit', 'implicit'] as const)
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
      test(`${security}, ${version}: data connections resume the control connection`, async () => {
        const { authority, options } = await testTls({ start: security, dataBinding: 'required' });
        await using server = await startTestServer({ tls: options });
        const resumed: string[] = [];
        const observe = (event: ClientEvent): void => {
          if (event.kind === 'data-opened') resumed.push(event.secured?.resumed ?? 'clear');
        };
        const tls = { ca: authority.caPem, minVersion: version, maxVersion: version };
        await using session = await open(server, { security, tls, observe });
        await roundTrip(server, session);
        assert.deepEqual(resumed, ['yes', 'yes', 'yes', 'yes']);
      });
});
