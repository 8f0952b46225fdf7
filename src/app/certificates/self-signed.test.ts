import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createManualClock } from '../../base/manual-clock.ts';
import type { ServerEvent } from '../../observe/event.ts';
import { needs, run } from '../../../test/support/program.ts';
import { openCertificates } from './certificates.ts';
import { CertificateError } from './findings.ts';
import type { PairFiles } from './read-pair.ts';
import { keepSelfSigned } from './self-signed.ts';

const DAY_MS = 24 * 3_600_000;

let folder: string;
let clock: ReturnType<typeof createManualClock>;
let events: ServerEvent[];

describe('a self-signed certificate', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'portcall-self-signed-'));
    clock = createManualClock(Date.now());
    events = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const surroundings = (): { clock: typeof clock; observe: (event: ServerEvent) => void } => ({
    clock,
    observe: (event) => void events.push(event),
  });
  const keep = (names: readonly string[] = []): PairFiles => keepSelfSigned(folder, { ...surroundings(), names });
  const notes = (): string => events.map((event) => (event.kind === 'note' ? event.text : event.kind)).join('|');
  const certificateIn = ({ certificate }: PairFiles): X509Certificate => new X509Certificate(readFileSync(certificate));
  const keyIn = ({ key }: PairFiles): string => readFileSync(key, 'latin1');

  describe('a server without a certificate', () => {
    test('makes one that names this machine, for ten years, and keeps it', () => {
      const files = keep(['ftp.example.com', '198.51.100.7']);
      const certificate = certificateIn(files);
      assert.match(notes(), /^made a self-signed certificate, kept in [^|]*certificate\.pem$/);
      for (const name of ['localhost', 'ftp.example.com']) assert.equal(certificate.checkHost(name), name);
      for (const address of ['127.0.0.1', '::1', '198.51.100.7']) assert.ok(certificate.checkIP(address), address);
      assert.ok(certificate.verify(certificate.publicKey));
      assert.equal(certificate.ca, false);
      assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1']);
      const leftDays = (certificate.validToDate.getTime() - clock.now()) / DAY_MS;
      assert.ok(leftDays > 3649 && leftDays <= 3650, `${leftDays} days`);
      const before = keyIn(files);
      assert.equal(certificateIn(keep()).fingerprint256, certificate.fingerprint256);
      assert.equal(keyIn(files), before);
      assert.deepEqual(readdirSync(folder).sort(), ['certificate.pem', 'key.pem']);
    });

    test('keeps the key from everyone else', { skip: process.platform === 'win32' }, () => {
      assert.equal(statSync(keep().key).mode & 0o777, 0o600);
    });

    test('ends with one pair when many start at once', async () => {
      const script = `
      import { keepSelfSigned } from '${new URL('self-signed.ts', import.meta.url).href}';
      import { createManualClock } from '${new URL('../../base/manual-clock.ts', import.meta.url).href}';
      import { readFileSync } from 'node:fs';
      const options = { clock: createManualClock(Date.now()), observe: () => undefined };
      process.stdin.once('data', () => {
        const { certificate, key } = keepSelfSigned(${JSON.stringify(folder)}, options);
        process.stdout.write(readFileSync(certificate, 'latin1') + readFileSync(key, 'latin1'));
        process.exit();
      });
      process.stdout.write('ready ');`;
      const starters = Array.from({ length: 4 }, () => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
        const printed: string[] = [];
        child.stdout.on('data', (chunk: Buffer) => void printed.push(chunk.toString()));
        return { child, printed, ready: once(child.stdout, 'data'), closed: once(child, 'close') };
      });
      await Promise.all(starters.map(({ ready }) => ready));
      for (const { child } of starters) child.stdin.end('go');
      await Promise.all(starters.map(({ closed }) => closed));
      const pairs = new Set(starters.map(({ printed }) => printed.join('')));
      assert.equal(pairs.size, 1);
      assert.match([...pairs].join(), /BEGIN CERTIFICATE[^]*BEGIN PRIVATE KEY/);
      assert.deepEqual(readdirSync(folder).sort(), ['certificate.pem', 'key.pem']);
    });

    test('says so when the folder cannot be used', () => {
      const file = join(folder, 'file');
      writeFileSync(file, '');
      assert.throws(() => keepSelfSigned(file, surroundings()), CertificateError);
    });
  });

  describe('a kept certificate', () => {
    test('at its end is made anew for the same key, so that pins of the key hold', () => {
      const first = keep();
      const before = openCertificates(first, surroundings());
      before[Symbol.dispose]();
      const key = keyIn(first);
      clock.advance(3621 * DAY_MS);
      events.length = 0;
      using after = openCertificates(keep(), surroundings());
      assert.match(
        notes(),
        /certificate\.pem was at its end; it is [^|]*certificate\.pem\.old now[^|]*\|made a self-signed/,
      );
      assert.notEqual(after.fingerprint, before.fingerprint);
      assert.equal(after.pin, before.pin);
      assert.equal(keyIn(first), key);
    });

    test('that is damaged is put aside and made anew', () => {
      const files = keep();
      const key = keyIn(files);
      writeFileSync(files.certificate, 'half of');
      events.length = 0;
      certificateIn(keep());
      assert.match(notes(), /certificate\.pem was damaged/);
      assert.equal(keyIn(files), key);
      assert.equal(readFileSync(`${files.certificate}.old`, 'latin1'), 'half of');
    });

    test('whose key is damaged or gone is made anew with a new key', () => {
      const files = keep();
      const fingerprints = [certificateIn(files).fingerprint256];
      writeFileSync(files.key, '');
      fingerprints.push(certificateIn(keep()).fingerprint256);
      rmSync(files.key);
      fingerprints.push(certificateIn(keep()).fingerprint256);
      assert.equal(new Set(fingerprints).size, 3);
      openCertificates(files, surroundings())[Symbol.dispose]();
    });

    test('that was cut off after the key is finished at the next start', () => {
      const files = keep();
      const key = keyIn(files);
      rmSync(files.certificate);
      assert.ok(certificateIn(keep()).checkHost('localhost'));
      assert.equal(keyIn(files), key);
    });
  });

  describe('curl', needs('curl'), () => {
    const ask = async (
      args: (files: PairFiles, pin: string) => readonly string[],
      host: string,
    ): Promise<number | null> => {
      const files = keep();
      using certificates = openCertificates(files, surroundings());
      const server = createServer(certificates.context, (_request, response) => void response.end('hello'));
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const address = server.address();
      assert.ok(address !== null && typeof address === 'object');
      const url = `https://${host}:${address.port}/`;
      const { code } = await run('curl', ['-sS', '--noproxy', '*', '-4', ...args(files, certificates.pin), url]);
      server.closeAllConnections();
      await once(server.close(), 'close');
      return code;
    };

    test('verifies it when told of the file, by name and by address', async () => {
      assert.equal(await ask(({ certificate }) => ['--cacert', certificate], 'localhost'), 0);
      assert.equal(await ask(({ certificate }) => ['--cacert', certificate], '127.0.0.1'), 0);
    });

    test('knows it by its pin, and nothing else', async () => {
      assert.equal(await ask((_files, pin) => ['-k', '--pinnedpubkey', pin], 'localhost'), 0);
      // 90: the pin does not match. 60: nothing to verify it by.
      assert.equal(await ask((_files, pin) => ['-k', '--pinnedpubkey', pin.toLowerCase()], 'localhost'), 90);
      assert.equal(await ask(() => [], 'localhost'), 60);
    });
  });
});
