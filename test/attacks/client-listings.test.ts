/** Hostile listings, each beside its honest twin: names that lead out, facts that are none, too many, and no end. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { createManualClock } from '../../src/base/manual-clock.ts';
import type { Entry, ListingIssue } from '../../src/files/file-system.ts';
import { connectFtp } from '../../src/protocols/ftp/client/connect-ftp.ts';
import type { FtpFileSystem } from '../../src/protocols/ftp/client/powers.ts';
import { assertFails, get, path, put } from '../conformance/files-probe.ts';
import { meet, type Meeting } from '../support/meet-scripted.ts';
import type { Act } from '../support/scripted-ftp.ts';
import { eventually } from '../support/wait.ts';

const HONEST = 'type=file;size=5;modify=20260102030405; honest.txt\r\n';

/** A listing whose lines are these, whatever was asked for. */
const listing =
  (lines: string | Uint8Array, last = '226 that was it'): Act =>
  async (conversation) => {
    conversation.say('150 here it comes');
    await conversation.give(lines);
    conversation.say(last);
  };

interface Listed {
  readonly entries: readonly Entry[];
  readonly issues: readonly ListingIssue[];
}

async function listOf(files: FtpFileSystem, directory = '/'): Promise<Listed> {
  const entries: Entry[] = [];
  const issues: ListingIssue[] = [];
  for await (const batch of files.list(path(directory), { onIssue: (issue) => void issues.push(issue) }))
    entries.push(...batch);
  return { entries, issues };
}

async function listLines(lines: string | Uint8Array): Promise<Listed> {
  await using meeting = await meet({ script: { MLSD: listing(lines) } });
  await using files = await connectFtp(meeting.options());
  return await listOf(files);
}

describe('lines of MLSD', () => {
  test('honest twin: everything is an entry and nothing an issue', async () => {
    const { entries, issues } = await listLines(`${HONEST}type=dir;modify=20260102030405; d\r\n`);
    assert.deepEqual(
      entries.map(({ name, type }) => [name, type]),
      [
        ['honest.txt', 'file'],
        ['d', 'directory'],
      ],
    );
    assert.deepEqual(issues, []);
  });

  for (const [what, line] of [
    ['absolute', 'type=file;size=1; /etc/passwd'],
    ['up in the middle', 'type=file;size=1; a/../../b'],
    ['with a slash', 'type=file;size=1; a/b'],
    ['empty', 'type=file;size=1; '],
    ['with NUL', 'type=file;size=1; a\0b'],
    ['without facts', 'nothing at all'],
    ['HTTP', 'HTTP/1.1 400 Bad Request'],
  ] as const)
    test(`a name or line that is ${what} is an issue, and the rest is listed`, async () => {
      const { entries, issues } = await listLines(`${line}\r\n${HONEST}`);
      assert.deepEqual(
        entries.map(({ name }) => name),
        ['honest.txt'],
      );
      assert.equal(issues.length, 1);
    });

  test('the directory above is no entry, whatever type it says it has', async () => {
    const { entries } = await listLines(`type=file;size=1; ..\r\ntype=dir; .\r\ntype=pdir; ..\r\n${HONEST}`);
    assert.deepEqual(
      entries.map(({ name }) => name),
      ['honest.txt'],
    );
  });

  for (const [what, line] of [
    ['__proto__', 'type=file;size=1;__proto__=1;constructor=2; odd'],
    ['repeated facts', 'type=file;type=dir;size=1;size=2; odd'],
    ['a date that is none', 'type=file;size=1;modify=99999999999999; odd'],
    ['a date of letters', 'type=file;size=1;modify=yesterday; odd'],
    ['a negative size', 'type=file;size=-1; odd'],
    ['a size beyond all', 'type=file;size=99999999999999999999999999; odd'],
    ['a hundred thousand facts', `type=file;${'x=1;'.repeat(10_000)} odd`],
  ] as const)
    test(`${what}: the listing goes on, and no fact is made up`, async () => {
      const { entries, issues } = await listLines(`${line}\r\n${HONEST}`);
      assert.ok(entries.some(({ name }) => name === 'honest.txt'));
      assert.equal(entries.length + issues.length, 2);
      for (const entry of entries) {
        assert.ok(Number.isSafeInteger(entry.sizeBytes) && entry.sizeBytes >= 0, String(entry.sizeBytes));
        assert.ok(Number.isFinite(entry.modifiedMs), String(entry.modifiedMs));
      }
      assert.equal(Object.hasOwn(Object.prototype, 'constructor='), false);
    });

  test('a name twice is told once or twice, and never lost', async () => {
    const { entries, issues } = await listLines(`${HONEST}${HONEST}`);
    assert.ok(entries.length >= 1 && entries.length + issues.length <= 3);
  });

  test('terminal escapes and text that runs backwards are kept as they are: only terminals escape them', async () => {
    const odd = '\u001b[31mred\u0007\u202Egpj.exe';
    const { entries } = await listLines(`type=file;size=1; ${odd}\r\n`);
    assert.deepEqual(
      entries.map(({ name }) => name),
      [odd],
    );
  });
});

describe('listings without an end', () => {
  test('a line of 20 MB ends at a limit or is an issue, and memory stays flat', async () => {
    await using meeting = await meet({ script: { MLSD: listing(Buffer.alloc(20 * 1024 * 1024, 'x')) } });
    await using files = await connectFtp(meeting.options());
    await listOf(files).then(
      ({ entries }) => assert.deepEqual(entries, []),
      (error: unknown) => assertFails(Promise.reject(error as Error), 'limit', 'protocol'),
    );
  });

  test('a listing that is stopped in the middle stops the server too, and the file system goes on', async () => {
    let sent = 0;
    const endless: Act = async (conversation) => {
      conversation.say('150 here it comes');
      const socket = await conversation.data();
      for (; !socket.destroyed; sent += 1)
        if (!socket.write(HONEST.repeat(100))) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
      conversation.say('426 stopped');
    };
    await using meeting = await meet({ files: { '/f': 'x' }, script: { MLSD: endless, ABOR: '226 done' } });
    await using files = await connectFtp(meeting.options());
    let batches = 0;
    for await (const batch of files.list(path('/'))) {
      assert.ok(batch.length > 0);
      batches += 1;
      if (batches === 3) break;
    }
    assert.equal(await get(files, '/f'), 'x');
    const before = sent;
    assert.ok(before < 100_000);
  });

  for (const last of ['426 it broke', '451 the disk', '550 gone'])
    test(`a listing that ends with ${last} is no listing`, async () => {
      await using meeting = await meet({ script: { MLSD: listing(HONEST, last) } });
      await using files = await connectFtp({ ...meeting.options(), retry: { attempts: 1 } });
      await assert.rejects(listOf(files));
    });
});

describe('numbers that are none', () => {
  const statOf = async (meeting: Meeting): Promise<Entry> => {
    await using files = await connectFtp(meeting.options());
    return await files.stat(path('/f'));
  };
  /** A server without MLST, that is asked by SIZE and MDTM. */
  const plain = { features: ['EPSV', 'MDTM', 'SIZE'], files: { '/f': 'hello' } };

  for (const [what, script] of [
    ['MDTM of letters', { MDTM: '213 yesterday' }],
    ['MDTM of a month 13', { MDTM: '213 20261399999999' }],
    ['MDTM of a thousand digits', { MDTM: `213 ${'9'.repeat(1000)}` }],
    ['MDTM of the year 19100', { MDTM: '213 19100102030405' }],
    ['SIZE of letters', { SIZE: '213 many' }],
    ['a negative SIZE', { SIZE: '213 -5' }],
    ['SIZE beyond all', { SIZE: `213 ${'9'.repeat(40)}` }],
  ] as const)
    test(`${what}: an entry without it, or a failure; never a number that nobody said`, async () => {
      await using meeting = await meet({ ...plain, script });
      await statOf(meeting).then(
        (entry) => {
          assert.ok(Number.isSafeInteger(entry.sizeBytes) && entry.sizeBytes >= 0);
          assert.ok(Number.isFinite(entry.modifiedMs));
          assert.ok(entry.modifiedMs < 32_503_680_000_000, 'a time after the year 3000');
        },
        (error: unknown) => assertFails(Promise.reject(error as Error), 'protocol', 'unsupported', 'not-found', 'io'),
      );
    });

  test('a fact line of MLST that nobody understands makes no directory', async () => {
    await using meeting = await meet({ files: { '/f': 'hello' }, script: { MLST: '250-of f\r\n =?; \r\n250 end' } });
    assert.notEqual((await statOf(meeting)).type, 'directory');
  });

  test('honest twin: SIZE and MDTM', async () => {
    await using meeting = await meet(plain);
    const entry = await statOf(meeting);
    assert.deepEqual([entry.sizeBytes, entry.modifiedMs], [5, Date.UTC(2026, 0, 2, 3, 4, 5)]);
  });
});

describe('EPSV that is never answered', () => {
  test('PASV is used after the time for a reply, and remembered', async () => {
    const clock = createManualClock();
    await using meeting = await meet({ files: { '/f': 'the content' }, script: { EPSV: new Uint8Array() } }, { clock });
    await using files = await connectFtp(meeting.options());
    let over = false;
    const got = get(files, '/f').finally(() => (over = true));
    got.catch(() => undefined);
    await eventually(() => {
      if (meeting.server.said('EPSV').length > 0) clock.advance(2000);
      return over;
    }, 'the client gives up or gets it');
    assert.equal(await got, 'the content');
    const asked = meeting.server.said('EPSV').length;
    assert.equal(await get(files, '/f'), 'the content');
    assert.equal(meeting.server.said('EPSV').length, asked);
  });
});

describe('one login after another', () => {
  test('a wrong password is tried once', async () => {
    await using meeting = await meet({ script: { PASS: '530 wrong' } });
    await assertFails(connectFtp(meeting.options()), 'login-refused');
    assert.equal(meeting.server.said('PASS').length, 1);
  });

  test('a connection that is gone is made again; too many are waited for', async () => {
    await using meeting = await meet({ files: { '/f': 'x' } });
    await using files = await connectFtp(meeting.options());
    assert.equal(await get(files, '/f'), 'x');
    await put(files, '/g', 'y');
    assert.equal(await get(files, '/g'), 'y');
  });
});
