import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { connect, createServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { createManualClock } from '../../base/manual-clock.ts';
import type { ServerEvent } from '../../observe/event.ts';
import { expired, testAuthority, type TestAuthority, type TestPair } from '../../../test/support/certificates.ts';
import { openCertificates, type Certificates } from './certificates.ts';
import { CertificateError } from './findings.ts';
import type { CertificateSettings } from './load.ts';

const DAY_MS = 24 * 3_600_000;
const LOOK_MS = 30_000;

let folder: string;
let authority: TestAuthority;
let clock: ReturnType<typeof createManualClock>;
let events: ServerEvent[];

describe('certificates from files', () => {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'portcall-certificates-'));
    authority = await testAuthority();
    clock = createManualClock(Date.now());
    events = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const at = (name: string): string => join(folder, name);

  function put(name: string, text: string): string {
    writeFileSync(at(name), text, { mode: 0o600 });
    return at(name);
  }

  const putPair = (name: string, { certPem, keyPem }: TestPair): { certificate: string; key: string } => ({
    certificate: put(`${name}.pem`, certPem),
    key: put(`${name}.key`, keyPem),
  });

  const open = (settings: CertificateSettings): Certificates =>
    openCertificates(settings, { clock, observe: (event) => void events.push(event) });

  const said = (): string[] =>
    events.map((event) => (event.kind === 'note' ? event.text : event.kind === 'fault' ? String(event.cause) : ''));

  const fingerprintOf = ({ certPem }: TestPair): string => new X509Certificate(certPem).fingerprint256;

  /** The certificate that a client gets from a server with these contexts. */
  async function handshake(
    certificates: Certificates,
    client: { servername?: string; sigalgs?: string } & SecureContextOptions = {},
    server: { requestCert?: boolean } = {},
  ): Promise<{ fingerprint: string; authorized: boolean; clientError: string | undefined }> {
    const listener = createServer({ ...certificates.context, ...server, rejectUnauthorized: false });
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    const address = listener.address();
    assert.ok(address !== null && typeof address === 'object');
    const accepted = once(listener, 'secureConnection') as Promise<[TLSSocket]>;
    const socket = connect({
      ca: authority.caPem,
      checkServerIdentity: () => undefined,
      ...client,
      port: address.port,
    });
    await once(socket, 'secureConnect');
    const [peer] = await accepted;
    // Node's types say Error; it is a code such as CERT_REVOKED, or null.
    const error = peer.authorizationError as unknown;
    const result = {
      fingerprint: socket.getPeerCertificate().fingerprint256,
      authorized: socket.authorized,
      clientError: typeof error === 'string' ? error : undefined,
    };
    socket.destroy();
    peer.destroy();
    await once(listener.close(), 'close');
    return result;
  }

  function refusalOf(settings: CertificateSettings): string {
    try {
      open(settings)[Symbol.dispose]();
    } catch (error) {
      assert.ok(error instanceof CertificateError, String(error));
      assert.equal(clock.waiting, 0, 'files that cannot be used are watched');
      return error.message;
    }
    return assert.fail('it was taken');
  }

  describe('a certificate from files', () => {
    test('is shown to clients, who verify it, and told as openssl prints it', async () => {
      const pair = authority.server(['localhost', '127.0.0.1']);
      using certificates = open(putPair('server', pair));
      const { fingerprint, authorized } = await handshake(certificates);
      assert.equal(fingerprint, fingerprintOf(pair));
      assert.equal(certificates.fingerprint, fingerprint);
      assert.match(certificates.fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
      assert.ok(authorized);
      assert.equal(certificates.version, 1);
      assert.deepEqual(events, []);
      const spki = createPublicKey(createPrivateKey(pair.keyPem)).export({ type: 'spki', format: 'der' });
      assert.equal(certificates.pin, `sha256//${createHash('sha256').update(spki).digest('base64')}`);
    });

    test('may be followed by the authorities between it and the root', async () => {
      const middle = authority.below('middle');
      const pair = middle.server(['localhost']);
      using certificates = open(putPair('server', { ...pair, certPem: pair.certPem + middle.caPem + authority.caPem }));
      assert.ok((await handshake(certificates)).authorized);
    });

    test('may share one file with its key', async () => {
      const { certPem, keyPem } = authority.server(['localhost']);
      const path = put('both.pem', `some words\n${keyPem}more words\n${certPem}`);
      using certificates = open({ certificate: path, key: path });
      assert.ok((await handshake(certificates)).authorized);
    });

    test('that is not valid yet, or that anyone could have read the key of, is used with a word of warning', () => {
      const files = putPair('server', authority.server(['x'], { notBeforeMs: clock.now() + 5 * DAY_MS }));
      chmodSync(files.key, 0o644);
      using certificates = open(files);
      assert.equal(certificates.version, 1);
      const sentences = said();
      assert.equal(sentences.length, 2);
      assert.match(sentences[0] ?? '', /server\.pem is not valid before .*clock/);
      assert.match(sentences[1] ?? '', /everyone .* can read the key in .*server\.key/);
    });
  });

  describe('what cannot be used is refused with a sentence that names the file', () => {
    const pair = (): { certificate: string; key: string } => putPair('server', authority.server(['localhost']));
    const encryptedKey = (): string =>
      createPrivateKey(authority.server(['x']).keyPem).export({
        type: 'pkcs8',
        format: 'pem',
        cipher: 'aes-256-cbc',
        passphrase: 'secret',
      });
    const damaged = (): string => `-----BEGIN CERTIFICATE-----\n${'AAAA'.repeat(20)}\n-----END CERTIFICATE-----\n`;

    const cases: readonly (readonly [string, () => CertificateSettings, RegExp])[] = [
      ['no certificate', () => ({ ...pair(), certificate: at('none.pem') }), /none\.pem does not exist/],
      ['no key', () => ({ ...pair(), key: at('none.key') }), /none\.key does not exist/],
      ['a folder', () => ({ ...pair(), key: folder }), /is no file; name the file that holds the key/],
      ['no PEM', () => ({ ...pair(), certificate: put('x.der', '\x30\x82') }), /x\.der holds no certificate in PEM/],
      ['damage', () => ({ ...pair(), certificate: put('bad.pem', damaged()) }), /bad\.pem holds a damaged certificate/],
      ['a certificate as key', () => ({ ...pair(), key: pair().certificate }), /server\.pem holds no private key/],
      ['an encrypted key', () => ({ ...pair(), key: put('e.key', encryptedKey()) }), /e\.key is encrypted; decrypt it/],
      [
        'the key of another',
        () => ({ ...pair(), key: put('other.key', authority.server(['x']).keyPem) }),
        /other\.key does not belong to the certificate in .*server\.pem/,
      ],
      [
        'the issuer first',
        () => {
          const { certPem, keyPem } = authority.server(['x']);
          return putPair('turned', { certPem: authority.caPem + certPem, keyPem });
        },
        /turned\.pem has the certificate of the key at place 2; put it first/,
      ],
      [
        'a gap in the chain',
        () => {
          const { certPem, keyPem } = authority.below('middle').server(['x']);
          return putPair('gap', { certPem: certPem + authority.caPem, keyPem });
        },
        /gap\.pem certificate 2 did not issue certificate 1/,
      ],
      [
        'a list without an authority',
        () => ({ ...pair(), crl: put('a.crl', authority.crl([])) }),
        /a\.crl .* as ca too/,
      ],
      [
        'a list that is none',
        () => ({ ...pair(), ca: put('ca.pem', authority.caPem), crl: put('a.crl', authority.caPem) }),
        /a\.crl holds no revocation list/,
      ],
      ['unknown ciphers', () => ({ ...pair(), ciphers: 'NO-SUCH' }), /server\.pem .*ciphers/],
      ['no version', () => ({ ...pair(), minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' }), /no version between/],
      [
        'a host that is none',
        () => ({ ...pair(), names: [{ ...pair(), hosts: ['two words'] }] }),
        /two words is no host name/,
      ],
      [
        'two of the same kind for one host',
        () => ({
          ...pair(),
          names: [
            { ...pair(), hosts: ['A.example'] },
            { ...pair(), hosts: ['a.example'] },
          ],
        }),
        /both for a\.example and of the same kind/,
      ],
    ];
    for (const [what, settings, sentence] of cases)
      test(what, () => {
        assert.match(refusalOf(settings()), sentence);
      });

    test('and all that is wrong is said at once', () => {
      const text = refusalOf({ certificate: at('a.pem'), key: at('a.key'), ca: at('ca.pem') });
      assert.equal(text.split('\n').length, 3, text);
    });
  });

  describe('hosts that clients name', () => {
    test('have their own certificates; the names stand in the certificate unless they are given', async () => {
      const main = authority.server(['main.example']);
      const one = authority.server(['one.example', '*.sub.example']);
      const two = authority.server(['unused.example']);
      using certificates = open({
        ...putPair('main', main),
        names: [putPair('one', one), { ...putPair('two', two), hosts: ['Two.Example'] }],
      });
      const shown = (host: string): unknown => certificates.contextFor(host)?.cert;
      assert.deepEqual(shown('one.example'), [one.certPem]);
      assert.deepEqual(shown('any.sub.example'), [one.certPem]);
      assert.deepEqual(shown('two.example'), [two.certPem]);
      for (const host of ['main.example', 'unused.example', 'a.b.sub.example', '*'])
        assert.equal(shown(host), undefined);
      assert.equal((await handshake(certificates)).fingerprint, fingerprintOf(main));
    });

    test('may have certificates of two kinds; each client gets the one that it can use', async () => {
      const elliptic = authority.server(['localhost']);
      const rsa = authority.server(['localhost'], { keyType: 'rsa' });
      using certificates = open({ ...putPair('ec', elliptic), names: [{ ...putPair('rsa', rsa), hosts: ['*'] }] });
      const forRsa = {
        sigalgs: 'RSA-PSS+SHA256:ECDSA+SHA256',
        maxVersion: 'TLSv1.2',
        ciphers: 'ECDHE-RSA-AES128-GCM-SHA256',
      } as const;
      assert.equal((await handshake(certificates, forRsa)).fingerprint, fingerprintOf(rsa));
      const forElliptic = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' } as const;
      assert.equal((await handshake(certificates, forElliptic)).fingerprint, fingerprintOf(elliptic));
    });
  });

  describe('clients with certificates', () => {
    const serverFiles = (revoked: readonly string[]): CertificateSettings => ({
      ...putPair('server', authority.server(['localhost'])),
      ca: put('ca.pem', authority.caPem),
      crl: put('ca.crl', authority.crl(revoked)),
    });
    const judge = async (certificates: Certificates, { certPem, keyPem }: TestPair): Promise<string | undefined> =>
      (await handshake(certificates, { cert: certPem, key: keyPem }, { requestCert: true })).clientError;

    test('are known by their authority', async () => {
      using certificates = open(serverFiles([]));
      assert.equal(await judge(certificates, authority.client('router-1')), undefined);
      assert.notEqual(await judge(certificates, (await testAuthority()).client('router-1')), undefined);
      assert.equal(await judge(certificates, authority.client('old', expired())), 'CERT_HAS_EXPIRED');
    });

    test('are refused from when they are revoked, without a restart', async () => {
      const [one, two] = [authority.client('router-1'), authority.client('router-2')];
      using certificates = open(serverFiles([]));
      put('ca.crl', authority.crl([one.certPem]));
      clock.advance(2 * LOOK_MS);
      assert.equal(certificates.version, 2);
      assert.equal(await judge(certificates, one), 'CERT_REVOKED');
      assert.equal(await judge(certificates, two), undefined);
    });

    test('are judged by the lists of all authorities of the file', async () => {
      const other = await testAuthority('other');
      const client = other.client('router-9');
      using certificates = open({
        ...putPair('server', authority.server(['localhost'])),
        ca: put('ca.pem', authority.caPem + other.caPem),
        crl: put('both.crl', authority.crl([]) + other.crl([client.certPem])),
      });
      assert.equal(await judge(certificates, client), 'CERT_REVOKED');
      assert.equal(await judge(certificates, authority.client('router-1')), undefined);
    });
  });

  describe('files that change', () => {
    test('are taken when two looks have seen them the same', async () => {
      using certificates = open(putPair('server', authority.server(['localhost'])));
      const renewed = authority.server(['localhost']);
      putPair('server', renewed);
      clock.advance(LOOK_MS);
      assert.equal(certificates.version, 1);
      clock.advance(LOOK_MS);
      assert.equal(certificates.version, 2);
      assert.equal((await handshake(certificates)).fingerprint, fingerprintOf(renewed));
      assert.match(said().join(), new RegExp(`read anew.*${fingerprintOf(renewed)}`));
      clock.advance(10 * LOOK_MS);
      assert.equal(certificates.version, 2);
    });

    test('are not taken half-written', () => {
      using certificates = open(putPair('server', authority.server(['localhost'])));
      const renewed = authority.server(['localhost']);
      put('server.pem', renewed.certPem);
      clock.advance(LOOK_MS);
      put('server.key', renewed.keyPem);
      clock.advance(LOOK_MS);
      assert.deepEqual([certificates.version, said()], [1, []]);
      clock.advance(LOOK_MS);
      assert.equal(certificates.version, 2);
      assert.equal(certificates.fingerprint, fingerprintOf(renewed));
    });

    test('and cannot be used leave the old in force; why is said once, and what is mended is taken', () => {
      const first = authority.server(['localhost']);
      using certificates = open(putPair('server', first));
      const renewed = authority.server(['localhost']);
      put('server.pem', renewed.certPem);
      clock.advance(20 * LOOK_MS);
      assert.equal(certificates.fingerprint, fingerprintOf(first));
      assert.equal(certificates.version, 1);
      assert.equal(events.length, 1);
      assert.equal(events[0]?.kind, 'fault');
      assert.match(said()[0] ?? '', /old stay in use: .*server\.key does not belong/);
      put('server.key', renewed.keyPem);
      clock.advance(2 * LOOK_MS);
      assert.equal(certificates.fingerprint, fingerprintOf(renewed));
    });

    test('but hold the same are no change', () => {
      const files = putPair('server', authority.server(['localhost']));
      using certificates = open(files);
      utimesSync(files.certificate, new Date(1), new Date(2));
      clock.advance(3 * LOOK_MS);
      assert.deepEqual([certificates.version, events], [1, []]);
    });

    test('are taken at once when asked, and the answer says what came of it', () => {
      const files = putPair('server', authority.server(['localhost']));
      using certificates = open(files);
      assert.match(certificates.reload().text, /in use already/);
      // As certbot does: a new file under the old name.
      const renewed = putPair('renewed', authority.server(['localhost']));
      renameSync(renewed.certificate, files.certificate);
      const refused = certificates.reload();
      assert.equal(refused.ok, false);
      assert.match(refused.text, /does not belong/);
      renameSync(renewed.key, files.key);
      const taken = certificates.reload();
      assert.equal(taken.ok, true);
      assert.match(taken.text, /read anew/);
      assert.equal(certificates.version, 2);
    });

    test('are not looked at any more when all is over', () => {
      open(putPair('server', authority.server(['localhost'])))[Symbol.dispose]();
      assert.equal(clock.waiting, 0);
    });
  });

  describe('the end of a certificate', () => {
    const afterDays = (days: number): string[] => {
      const before = events.length;
      // Not in one leap: a notice is due at a look.
      clock.advance(days * DAY_MS);
      return said().slice(before);
    };

    test('is announced 30, 7 and 1 days before, and told daily when it has come', () => {
      clock = createManualClock(Date.now());
      const end = { notAfterMs: clock.now() + 40 * DAY_MS };
      using certificates = open(putPair('server', authority.server(['localhost'], end)));
      assert.equal(certificates.version, 1);
      assert.deepEqual(afterDays(9), []);
      assert.match(afterDays(2).join('|'), /^[^|]*server\.pem ends in 30 days[^|]*$/);
      assert.deepEqual(afterDays(20), []);
      assert.match(afterDays(3).join('|'), /^[^|]*ends in 7 days[^|]*$/);
      assert.match(afterDays(5.5).join('|'), /^[^|]*ends in 1 day,[^|]*$/);
      assert.equal(afterDays(3).length, 3);
      assert.match(said().at(-1) ?? '', /ended at .* renew/);
    });

    test('that has passed already does not keep the server from starting', () => {
      using certificates = open(putPair('server', authority.server(['localhost'], expired())));
      assert.equal(certificates.version, 1);
      assert.match(said().join('|'), /^[^|]*server\.pem ended at [^|]*$/);
    });
  });
});
