/** Line ends, NUL and 0xFF in everything that a caller may say: nothing of it becomes a second command. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../src/base/clock.ts';
import type { VirtualPath } from '../../src/base/virtual-path.ts';
import { FileError } from '../../src/files/error.ts';
import { connectFtp } from '../../src/protocols/ftp/client/connect-ftp.ts';
import type { FtpFileSystem } from '../../src/protocols/ftp/client/powers.ts';
import { assertFails, bytesOf } from '../conformance/files-probe.ts';
import { meet, type Meeting } from '../support/meet-scripted.ts';

const EVIL = 'DELE /precious';
/** Each could end a line for some server. */
const ENDS = ['\r\n', '\n', '\r', '\0', '\r\0', '\n\r', '\u0085', '\u2028'];
const FILES = { '/precious': 'precious', '/f': 'x', '/innocent': 'y' };

// A path of a caller that did not go through resolvePath: the client must hold by itself.
const forged = (text: string): VirtualPath => text as VirtualPath;

type Call = (files: FtpFileSystem, name: string) => Promise<unknown>;

const CALLS: Readonly<Record<string, Call>> = {
  stat: (files, name) => files.stat(forged(name)),
  'stat of the link': (files, name) => files.stat(forged(name), { links: 'stay' }),
  list: async (files, name) => {
    for await (const batch of files.list(forged(name))) assert.ok(batch);
  },
  openReader: async (files, name) => {
    await using reader = await files.openReader(forged(name));
    await reader.read(new Uint8Array(10), 0);
  },
  openUpload: async (files, name) => {
    const upload = await files.openUpload(forged(name), { owner: 'ann' });
    await upload.write(bytesOf('x'), 0);
    await upload.commit();
  },
  'openUpload of an owner': async (files, name) => {
    const upload = await files.openUpload(forged('/up'), { owner: name });
    await upload.write(bytesOf('x'), 0);
    await upload.keep();
  },
  remove: (files, name) => files.remove(forged(name)),
  removeDirectory: (files, name) => files.removeDirectory(forged(name)),
  makeDirectory: (files, name) => files.makeDirectory(forged(name)),
  'rename from': (files, name) => files.rename(forged(name), forged('/g')),
  'rename to': (files, name) => files.rename(forged('/f'), forged(name)),
  setAttributes: (files, name) => files.setAttributes(forged(name), { modifiedMs: 0, mode: 0o600 }),
  interruptedSize: async (files, name) => files.interruptedSize?.(forged(name), 'ann'),
  freeSpace: async (files, name) => files.freeSpace?.(forged(name)),
  hashing: async (files, name) => files.hashing?.of(forged(name), 'sha256'),
  copyWithin: async (files, name) => files.copyWithin?.(forged('/f'), forged(name)),
  'the argument of a command': (files, name) => files.ftp.command({ verb: 'SITE', argument: name }),
  'the verb of a command': (files, name) => files.ftp.command({ verb: name }),
};

/** A server that offers all powers, so that each is asked of it. */
const able = (): Promise<Meeting> =>
  meet({
    files: FILES,
    features: [
      'EPSV',
      'MLST type*;size*;modify*;',
      'MDTM',
      'MFMT',
      'REST STREAM',
      'SIZE',
      'UTF8',
      'HASH SHA-256',
      'AVBL',
      'SITE COPY;CPFR',
    ],
    script: { HASH: '550 no', AVBL: '213 1000', MFMT: '213 ok', SITE: '200 ok' },
  });

function assertOneCommandALine({ server }: Meeting): void {
  for (const line of server.lines) {
    assert.doesNotMatch(line, /^\W*DELE \/precious/, `a command of the attacker's: ${JSON.stringify(line)}`);
    assert.doesNotMatch(line, /[\r\n\0]/, JSON.stringify(line));
  }
  assert.ok(server.files.has('/precious'));
  assert.deepEqual(server.faults, []);
}

for (const [what, call] of Object.entries(CALLS))
  test(`${what}: no line end makes a second command`, async () => {
    await using meeting = await able();
    await using files = await connectFtp(meeting.options());
    for (const end of ENDS)
      for (const name of [`/f${end}${EVIL}`, `/f${end}${EVIL}${end}`, `${end}${EVIL}`])
        await call(files, name).catch((error: unknown) => assert.ok(error instanceof FileError, String(error)));
    assertOneCommandALine(meeting);
  });

test('honest twin: the same calls with an innocent name are made', async () => {
  await using meeting = await able();
  await using files = await connectFtp(meeting.options());
  for (const call of Object.values(CALLS)) await call(files, '/innocent').catch(() => undefined);
  for (const verb of ['MLST', 'MLSD', 'RETR', 'STOR', 'DELE', 'MKD', 'RMD', 'RNFR', 'SITE'])
    assert.ok(meeting.server.said(verb).length > 0, `${verb} in ${meeting.server.lines.join('\n')}`);
});

test('a byte of 255 is never the beginning of a Telnet command', async () => {
  await using meeting = await able();
  await using files = await connectFtp(meeting.options());
  for (const call of Object.values(CALLS)) await call(files, '/f\udcff\udcf4\udcff\udcf2').catch(() => undefined);
  for (const line of meeting.server.lines) assert.doesNotMatch(line.replaceAll('\xff\xff', ''), /^[^A-Z]*ABOR/);
  assertOneCommandALine(meeting);
});

test('whatever a name holds, each line that arrives has a verb that was meant', async () => {
  await using meeting = await able();
  await using files = await connectFtp(meeting.options());
  const piece = fc.constantFrom(...ENDS, '\udcff', '\udc80', EVIL, '/', '..', 'a', ' ', '%0d%0a', '\\r\\n');
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(...Object.values(CALLS)),
      async (pieces, call) => {
        await call(files, `/${pieces.join('')}`).catch(() => undefined);
        assertOneCommandALine(meeting);
      },
    ),
    { numRuns: 150 },
  );
});

describe('what is said at the login', () => {
  for (const [what, wanted] of [
    ['user', { user: `u\r\n${EVIL}` }],
    ['password', { password: `p\r\n${EVIL}` }],
    ['password with LF', { password: `p\n${EVIL}` }],
    ['user with NUL', { user: `u\0${EVIL}` }],
  ] as const)
    test(`${what}: refused before anything of it is sent`, async () => {
      await using meeting = await able();
      await assertFails(connectFtp({ ...meeting.options(), ...wanted }), 'bad-name', 'login-refused');
      assertOneCommandALine(meeting);
    });

  test('account: refused before anything of it is sent', async () => {
    await using meeting = await meet({ files: FILES, script: { PASS: '332 and the account?' } });
    await assertFails(connectFtp({ ...meeting.options(), account: `a\r\n${EVIL}` }), 'bad-name', 'login-refused');
    assertOneCommandALine(meeting);
  });

  test('no password is told to those who watch', async () => {
    await using meeting = await meet({ files: FILES, script: { PASS: '332 and the account?', ACCT: '230 in' } });
    const secret = { password: 'swordfish', account: 'herringbone' };
    await using files = await connectFtp({ ...meeting.options(), ...secret, clock: systemClock });
    await files.stat(forged('/f'));
    assert.ok(meeting.server.lines.includes('PASS swordfish'));
    assert.ok(!JSON.stringify(meeting.events).includes('swordfish'));
    assert.ok(!JSON.stringify(meeting.events).includes('herringbone'));
  });
});
