/** Hostile encryption, each beside its honest twin: stripped, injected into, shown by others, cut off. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import type { FtpClientOptions, TlsTrust } from '../../src/protocols/ftp/client/options.ts';
import { assertFails } from '../conformance/files-probe.ts';
import { expired, testAuthority } from '../support/certificates.ts';
import { fetchAll, meet, storeAll } from '../support/meet-scripted.ts';
import type { Act, Conversation, ScriptOptions } from '../support/scripted-ftp.ts';
import { sampleBytes } from '../support/tree.ts';

const authority = await testAuthority();
const other = await testAuthority('somebody else');
const certificate = authority.server(['127.0.0.1']);
const FILES = { '/f': 'the content' };
const SECRET = 'nobody else may read this';

const trusting = (tls: TlsTrust = {}): Partial<FtpClientOptions> => ({
  security: 'explicit',
  tls: { ca: authority.caPem, ...tls },
});

/** Whoever is not trusted learns no name and no password. */
async function assertNobodyLogsIn(script: ScriptOptions, wanted: Partial<FtpClientOptions>): Promise<void> {
  await using meeting = await meet({ files: FILES, certificate, ...script });
  await assertFails(meeting.open(wanted), ...NO_TRUST);
  assert.deepEqual([...meeting.server.said('USER'), ...meeting.server.said('PASS')], []);
}
const NO_TRUST = ['not-trusted', 'protocol', 'unsafe', 'unsupported', 'unreachable', 'connection-lost'] as const;

describe('TLS that keeps its word (honest twins)', () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    for (const security of ['explicit', 'implicit'] as const)
      test(`${security}, ${version}: both channels are encrypted and verified`, async () => {
        const start = security === 'implicit' ? { implicit: true as const } : {};
        await using meeting = await meet({ files: FILES, certificate, ...start });
        const versions = { minVersion: version, maxVersion: version };
        const session = await meeting.open({ ...trusting(versions), security });
        assert.equal(String(await fetchAll(session)), 'the content');
        await storeAll(session, Buffer.from('sent'));
        assert.equal(String(meeting.server.files.get('/up')), 'sent');
        const secured = meeting.events.flatMap((event) => (event.kind === 'secured' ? [event.version] : []));
        const data = meeting.events.flatMap((event) => (event.kind === 'data-opened' ? [event.secured?.version] : []));
        assert.deepEqual([secured, data], [[version], [version, version]]);
      });

  test('the right pin is enough, whoever signed', async () => {
    const stranger = other.server(['elsewhere.example']);
    const pin = new X509Certificate(stranger.certPem).fingerprint256;
    await using meeting = await meet({ files: FILES, certificate: stranger });
    for (const form of [pin, pin.replaceAll(':', '').toLowerCase()]) {
      const session = await meeting.open({ security: 'explicit', tls: { pin: form } });
      assert.equal(String(await fetchAll(session)), 'the content');
    }
  });
});

describe('TLS that is refused or stripped', () => {
  for (const [what, answer] of [
    ['502', '502 no TLS here'],
    ['530', '530 please log in first'],
    ['421', '421 not now'],
    ['230, as if it had logged in', '230 no need, you are in'],
    ['200', '200 fine'],
    ['334', '334 ADAT please'],
  ] as const)
    test(`AUTH is answered by ${what}: nobody logs in`, () =>
      assertNobodyLogsIn({ script: { AUTH: answer } }, trusting()));

  test('a greeting of 230 does not make TLS needless', async () => {
    await using meeting = await meet({ files: FILES, certificate, script: { greeting: '230 you are in already' } });
    await meeting.open(trusting()).then(
      () => assert.ok(meeting.events.some((event) => event.kind === 'secured')),
      (error: unknown) => assertFails(Promise.reject(error as Error), ...NO_TRUST),
    );
    const clear = meeting.server.lines.slice(
      0,
      meeting.server.lines.findIndex((line) => /^AUTH/.test(line)),
    );
    assert.deepEqual(clear, []);
  });

  for (const [what, behind] of [
    ['a whole login', '331 name?\r\n230 in\r\n200 fine\r\n'],
    ['one reply', '230 in\r\n'],
    ['half a line', '2'],
  ] as const)
    test(`${what} in the clear behind the answer to AUTH is an attack`, async () => {
      const inject: Act = (conversation) => {
        conversation.send(`234 go on\r\n${behind}`);
        conversation.secure();
      };
      await assertNobodyLogsIn({ script: { AUTH: inject } }, trusting());
    });

  test('text instead of a handshake', async () => {
    await assertNobodyLogsIn({ script: { AUTH: '234 go on\r\nHTTP/1.1 400 Bad Request\r\n' } }, trusting());
  });

  test('implicit TLS to a server that greets in the clear', async () => {
    await assertNobodyLogsIn({}, { ...trusting(), security: 'implicit' });
  });

  for (const answer of ['500 what?', '534 not here', '536 not that', '530 log in'])
    test(`PROT P is answered by ${answer}: nothing is transferred`, async () => {
      await using meeting = await meet({ files: FILES, certificate, script: { PROT: answer } });
      const transfer = meeting.open(trusting()).then((session) => fetchAll(session));
      await assertFails(transfer, ...NO_TRUST);
      assert.deepEqual([...meeting.server.said('RETR'), ...meeting.server.said('EPSV')], []);
    });
});

describe('certificates', () => {
  const wrongPin = new X509Certificate(other.server(['127.0.0.1']).certPem).fingerprint256;
  for (const [what, shown, trust] of [
    ['for another name', authority.server(['elsewhere.example']), {}],
    ['that has expired', authority.server(['127.0.0.1'], expired()), {}],
    ['of an authority that nobody trusts', other.server(['127.0.0.1']), {}],
    ['for a client', authority.client('127.0.0.1'), {}],
    ['with another pin', certificate, { pin: wrongPin }],
    ['with a pin of no length', certificate, { pin: 'AB' }],
    ['for a name that was not asked for', certificate, { serverName: 'elsewhere.example' }],
  ] as const) {
    test(`${what}: nobody logs in`, async () => {
      await assertNobodyLogsIn({ certificate: shown }, trusting(trust));
    });
    if (!('pin' in trust) && !('serverName' in trust))
      test(`${what}, on the data channel only: nothing is taken, and nothing given`, async () => {
        await using meeting = await meet({ files: FILES, certificate, dataCertificate: shown });
        await assertFails(fetchAll(await meeting.open(trusting())), 'not-trusted');
        await assertFails(storeAll(await meeting.open(trusting()), Buffer.from(SECRET)), 'not-trusted');
        assert.ok(!String(meeting.server.files.get('/up') ?? '').includes(SECRET));
      });
  }

  test('a pin holds for the data channel too', async () => {
    const pin = new X509Certificate(certificate.certPem).fingerprint256;
    await using meeting = await meet({ files: FILES, certificate, dataCertificate: authority.server(['127.0.0.1']) });
    await assertFails(fetchAll(await meeting.open({ security: 'explicit', tls: { pin } })), 'not-trusted');
  });

  test('honest twin: a data channel with a session of its own, and the same name', async () => {
    await using meeting = await meet({ files: FILES, certificate, dataCertificate: authority.server(['127.0.0.1']) });
    assert.equal(String(await fetchAll(await meeting.open(trusting()))), 'the content');
  });

  test('honest twin: verification that was switched off', async () => {
    await using meeting = await meet({ files: FILES, certificate: other.server(['elsewhere.example'], expired()) });
    const session = await meeting.open({ security: 'explicit', tls: { verify: 'off' } });
    assert.equal(String(await fetchAll(session)), 'the content');
  });
});

describe('data that is not what PROT P promised', () => {
  test('a download in the clear is not taken', async () => {
    const retrieve: Act = async (conversation) => {
      conversation.say('150 here it comes');
      const socket = await conversation.rawData();
      socket.end('in the clear');
      conversation.say('226 that was it');
    };
    await using meeting = await meet({ files: FILES, certificate, script: { RETR: retrieve } });
    await assertFails(fetchAll(await meeting.open(trusting())), ...NO_TRUST);
  });

  test('an upload is not sent in the clear', async () => {
    const pieces: Buffer[] = [];
    const store: Act = async (conversation) => {
      conversation.say('150 go on');
      const socket = await conversation.rawData();
      socket.on('data', (piece: Buffer) => pieces.push(piece));
      // Not a handshake; whoever goes on in the clear now has lost.
      socket.write('go on, go on');
      await once(socket, 'data');
      conversation.say('226 stored');
    };
    await using meeting = await meet({ certificate, script: { STOR: store } });
    await assertFails(storeAll(await meeting.open(trusting()), Buffer.from(SECRET)), ...NO_TRUST);
    assert.ok(!Buffer.concat(pieces).includes(SECRET));
  });

  /** Sends a part, and ends the connection below TLS, without close_notify. */
  const cut =
    (answer: string): Act =>
    async (conversation: Conversation) => {
      conversation.say('150 here it comes');
      const raw = await rawBelow(conversation);
      raw.secured.write('the con', () => raw.socket.end());
      await once(raw.socket, 'finish');
      conversation.say(answer);
    };

  for (const answer of ['226 that was it', '426 it broke'])
    test(`a download cut off without close_notify, then ${answer}: no success`, async () => {
      await using meeting = await meet({ files: FILES, certificate, script: { RETR: cut(answer) } });
      await assertFails(fetchAll(await meeting.open(trusting())), 'connection-lost', 'integrity');
    });

  test('a listing cut off without close_notify: no success', async () => {
    await using meeting = await meet({ files: FILES, certificate, script: { MLSD: cut('226 that was it') } });
    const session = await meeting.open(trusting());
    const incoming = await session.retrieve({ verb: 'MLSD' });
    const drain = async (): Promise<void> => {
      while ((await incoming.read(Buffer.alloc(4096))) > 0);
    };
    await assertFails(drain(), 'connection-lost', 'integrity');
  });

  test('an upload whose connection is cut, then 226: no success', async () => {
    const store: Act = async (conversation) => {
      conversation.say('150 go on');
      const raw = await rawBelow(conversation);
      await once(raw.secured, 'data');
      raw.socket.resetAndDestroy();
      conversation.say('226 stored');
    };
    await using meeting = await meet({ certificate, script: { STOR: store } });
    const session = await meeting.open(trusting());
    await assertFails(storeAll(session, sampleBytes(8 * 1024 * 1024)), 'connection-lost', 'integrity');
  });
});

async function rawBelow(conversation: Conversation): Promise<{ readonly socket: Socket; readonly secured: TLSSocket }> {
  const socket = await conversation.rawData();
  return { socket, secured: conversation.over(socket) };
}
