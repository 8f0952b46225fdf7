/** What the doctor finds: at a healthy server of ours in several settings, and at servers with one illness each. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { testAuthority, expired } from '../../../test/support/certificates.ts';
import { startTestServer } from '../../../test/support/ftp-server.ts';
import { scriptedFtp, type ScriptOptions } from '../../../test/support/scripted-ftp.ts';
import { testTls } from '../../../test/support/tls-ftp.ts';
import { ROOT, resolvePath } from '../../base/virtual-path.ts';
import { openSession } from '../../protocols/ftp/client/open-session.ts';
import type { FtpClientOptions } from '../../protocols/ftp/client/options.ts';
import type { ListingParser } from '../../protocols/listing/parsed.ts';
import { type Examination, examine, type ExamineOptions } from './examine.ts';

/** Every line is an entry, but for those that say that they are none. */
const parser = (): ListingParser => ({
  parse: (line) =>
    line.includes('riddle')
      ? { kind: 'issue', why: 'nobody knows this format' }
      : { kind: 'entry', entry: { name: line, type: 'file' } },
  end: () => ({ kind: 'nothing' }),
});

const diagnose = (connection: FtpClientOptions, more: Partial<ExamineOptions> = {}): Promise<Examination> =>
  examine({
    connection: { user: 'u', password: 'p', ...connection },
    openSession,
    parsers: { mlsd: parser, list: parser },
    random: '42',
    writeTest: 'no',
    ...more,
  });

/** The findings as a document: `verdict topic: sentence`, with what changes from run to run taken out. */
const shown = ({ findings }: Examination): string =>
  findings
    .map(({ verdict, topic, sentence }) => `${verdict} ${topic}: ${sentence}`)
    .join('\n')
    .replace(/:\d{4,5} /g, ':PORT ')
    .replace(/port \d{4,5}/g, 'port PORT')
    .replace(/[\d.]+ ms/g, 'N ms')
    .replace(/at [\d.]+ \w+\/s/g, 'at RATE')
    .replace(/until [\d-]+, \d+ days/, 'until DATE, N days')
    .replace(/\b[0-9A-F]{64}\b/g, 'FINGERPRINT');

const found = ({ findings }: Examination, pattern: RegExp): string => {
  const finding = findings.find(({ sentence }) => pattern.test(sentence));
  assert.ok(finding, `nothing fits ${String(pattern)} in:\n${findings.map(({ sentence }) => sentence).join('\n')}`);
  return `${finding.verdict} ${finding.topic}`;
};

describe('our own server', () => {
  test('over TLS, with everything tried: no problem, no warning, and nothing stays behind', async () => {
    const { authority, options } = await testTls();
    await using server = await startTestServer({ tls: options });
    await writeFile(join(server.root, 'a.bin'), Buffer.alloc(100_000, 'portcall'));
    const examination = await diagnose(
      { host: server.host, port: server.port, security: 'explicit', tls: { ca: authority.caPem } },
      { path: resolvePath(ROOT, 'a.bin'), writeTest: 'yes' },
    );
    assert.equal(
      shown(examination),
      `ok address: 127.0.0.1:PORT (IPv4) answers in N ms
ok encryption: The connection is encrypted with TLS 1.3, TLS_AES_256_GCM_SHA384
note certificate: The certificate is localhost’s, for localhost, 127.0.0.1, signed by Portcall test authority
ok certificate: It is valid until DATE, N days from now
ok certificate: It is verified: its authority is trusted, and the name fits
note certificate: Its SHA-256 fingerprint, to pin: FINGERPRINT
ok login: u is logged in
note greeting: The server greets: Portcall FTP ready.
note greeting: It calls its system UNIX Type: L8
note features: The server offers encryption, the client’s name, active mode over IPv6, passive mode over IPv6 and NAT, languages, times of files, setting times of creation, setting facts, setting times, listings for programs, encrypted data, resuming, sizes of files, one tree with slashes, names in UTF-8; and PASV
ok names: Names are UTF-8
ok resume: Transfers can be resumed (REST STREAM)
ok times: Times of files can be read and set (MDTM, MFMT)
note hash: The server computes no hashes
note latency: A command takes N ms
ok epsv: EPSV works: port PORT was named, and is reached
ok pasv: PASV names the server’s own address, 127.0.0.1
ok pasv: PASV works: port PORT was named, and is reached
ok listing: Listings are for programs (MLSD); the directory has 1 entries
ok active: Active mode works: the server’s connections reach this machine
ok tls-1.2: Under TLS 1.2 data connections resume the session of the control connection
ok tls-1.3: Under TLS 1.3 data connections resume the session of the control connection
ok download: 97.7 KiB came at RATE
ok resume: A download was resumed in the middle, and the bytes are the same
ok write-test: A file was uploaded, and came back the same
ok times: The server’s clock agrees with ours
ok times: A file’s time was set, and stayed
ok resume: An upload was resumed in the middle
ok write-test: A file was renamed: uploads can stay hidden until they are whole
ok write-test: The file was removed again`,
    );
    assert.equal(examination.outcome, 'healthy');
    assert.deepEqual(await readdir(server.root), ['a.bin']);
  });

  test('in the clear, although it offers TLS: a warning that says what to write instead', async () => {
    const { options } = await testTls();
    await using server = await startTestServer({ tls: options });
    const examination = await diagnose({ host: server.host, port: server.port });
    assert.equal(found(examination, /travel in the clear, although the server offers TLS 1.3/), 'warning encryption');
    assert.ok(examination.findings.some(({ advice }) => advice === 'write ftps:// instead of ftp://'));
    assert.equal(examination.outcome, 'healthy');
  });

  test('an account that may not write: a problem, and the rest is well', async () => {
    await using server = await startTestServer();
    const examination = await diagnose({ host: server.host, port: server.port, user: 'ro' }, { writeTest: 'yes' });
    assert.equal(found(examination, /Nothing can be uploaded: /), 'problem write-test');
    assert.equal(found(examination, /does not encrypt \(50\d/), 'warning encryption');
    assert.equal(examination.outcome, 'ill');
  });

  test('a wrong password ends it there', async () => {
    await using server = await startTestServer();
    const examination = await diagnose({ host: server.host, port: server.port, password: 'sesame' });
    assert.equal(examination.outcome, 'login-refused');
    assert.equal(found(examination, /Nobody gets in: /), 'problem login');
    assert.doesNotMatch(JSON.stringify(examination), /sesame/);
  });

  test('a path that is not there is told, and the rest examined', async () => {
    await using server = await startTestServer();
    const path = resolvePath(ROOT, 'no/such/place');
    const examination = await diagnose({ host: server.host, port: server.port }, { path });
    assert.equal(found(examination, /There is no \/no\/such\/place/), 'problem path');
    assert.equal(found(examination, /EPSV works/), 'ok epsv');
  });
});

describe('certificates', () => {
  const judge = async (names: readonly string[], tls: FtpClientOptions['tls'], ended = false): Promise<Examination> => {
    const authority = await testAuthority();
    const { certPem, keyPem } = authority.server(names, ended ? expired() : {});
    const { options } = await testTls({}, { cert: certPem, key: keyPem });
    await using server = await startTestServer({ tls: options });
    return await diagnose({
      host: server.host,
      port: server.port,
      security: 'explicit',
      tls: { ca: authority.caPem, ...tls },
    });
  };

  test('of an authority that nobody knows: what to compare and pin; nobody logs in', async () => {
    const stranger = await testAuthority('Stranger');
    const examination = await judge(['localhost', '127.0.0.1'], { ca: stranger.caPem });
    assert.equal(examination.outcome, 'not-trusted');
    assert.equal(found(examination, /cannot be verified: the/), 'problem certificate');
    assert.ok(examination.findings.some(({ advice }) => /then pin it: [0-9A-F]{64}$/.test(advice ?? '')));
  });

  test('for another name', async () => {
    const examination = await judge(['elsewhere.example.net'], {});
    assert.equal(found(examination, /cannot be verified: it is for another name/), 'problem certificate');
  });

  test('that has expired', async () => {
    const examination = await judge(['localhost', '127.0.0.1'], {}, true);
    assert.equal(found(examination, /It ended on /), 'problem certificate');
  });

  test('that is not the one that was pinned', async () => {
    const examination = await judge(['127.0.0.1'], { pin: 'AB'.repeat(32) });
    assert.equal(found(examination, /not the one that was pinned/), 'problem certificate');
    assert.equal(examination.outcome, 'not-trusted');
  });
});

describe('servers with one illness', () => {
  const ill = async (script: ScriptOptions, more: Partial<ExamineOptions> = {}): Promise<Examination> => {
    await using server = await scriptedFtp({ files: { '/a.bin': 'x'.repeat(50_000) }, ...script });
    return await diagnose({ host: server.host, port: server.port, timeouts: { connectMs: 2_000 } }, more);
  };

  test('a NAT: PASV names an address inside', async () => {
    const examination = await ill({ script: { PASV: '227 Entering Passive Mode (10,0,0,5,200,10).' } });
    assert.equal(found(examination, /PASV names 10.0.0.5, but the server is 127.0.0.1/), 'warning pasv');
    assert.ok(examination.findings.some(({ advice }) => advice?.includes('--masquerade')));
  });

  test('a firewall: the port of EPSV is not reached', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as { port: number };
    closed.close();
    const examination = await ill({ script: { EPSV: `229 Entering Extended Passive Mode (|||${port}|)` } });
    assert.equal(found(examination, /which is not reached: nothing listens/), 'problem epsv');
    assert.equal(examination.outcome, 'ill');
  });

  test('a listing with a line that nobody reads', async () => {
    const examination = await ill({ files: { '/riddle': 'x', '/plain': 'y' } });
    assert.equal(found(examination, /1 lines of the listing could not be read/), 'warning listing');
  });

  test('an old server: no FEAT, no EPSV, and listings that do not come', async () => {
    const examination = await ill({ script: { FEAT: '502 what?', EPSV: '502 what?' } });
    assert.equal(found(examination, /tells of no features/), 'note features');
    assert.equal(found(examination, /EPSV is refused \(502 what\?\)/), 'note epsv');
    assert.equal(found(examination, /The directory cannot be listed/), 'problem listing');
  });

  test('a restart that is not one: the bytes differ', async () => {
    const content = Buffer.from(Array.from({ length: 50_000 }, (_, index) => index % 251));
    const examination = await ill(
      { files: { '/a.bin': content }, script: { REST: '350 Of course, and then forgets it' } },
      { path: resolvePath(ROOT, 'a.bin') },
    );
    assert.equal(found(examination, /brought other bytes/), 'problem resume');
  });

  test('a clock that stands', async () => {
    const examination = await ill({ script: { MDTM: '213 20010101000000' } }, { writeTest: 'yes' });
    assert.equal(found(examination, /The server’s clock is \d+ min \d+ s behind ours/), 'warning times');
  });

  test('nobody there', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as { port: number };
    closed.close();
    const examination = await diagnose({ host: '127.0.0.1', port });
    assert.equal(examination.outcome, 'unreachable');
    assert.equal(found(examination, /does not answer: nothing listens on that port/), 'problem address');
  });
});

test('an examination that is stopped rejects with the reason', async () => {
  await using server = await startTestServer();
  const controller = new AbortController();
  const stopped = diagnose(
    { host: server.host, port: server.port },
    {
      signal: controller.signal,
      onFinding: ({ topic }) => topic === 'latency' && controller.abort(new Error('enough')),
    },
  );
  await assert.rejects(stopped, /enough/);
});
