/** Names that a server chooses, on the disk of the one who fetches: nothing outside the folder that was named is touched. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { ROOT } from '../../src/base/virtual-path.ts';
import { copyFile } from '../../src/files/copy/copy-file.ts';
import { copyTree } from '../../src/files/copy/copy-tree.ts';
import type { CopyOptions, TreeReport } from '../../src/files/copy/copy.ts';
import { FileError } from '../../src/files/error.ts';
import { localFileSystem } from '../../src/files/index.ts';
import { applyPlan } from '../../src/files/sync/apply-plan.ts';
import { planSync } from '../../src/files/sync/plan-sync.ts';
import { connectFtp } from '../../src/protocols/ftp/client/connect-ftp.ts';
import { path } from '../conformance/files-probe.ts';
import { meet } from '../support/meet-scripted.ts';
import type { Act, ScriptOptions } from '../support/scripted-ftp.ts';
import { hashTree } from '../support/tree.ts';

const COPY: CopyOptions = { clock: systemClock, retry: { attempts: 1, firstDelayMs: 1, maxDelayMs: 1 } };

/** A folder with a `target` in it, and things beside it that nobody may touch. */
class Desk implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'portcall-names-'));
  readonly target = join(this.folder, 'target');
  readonly #before: string;

  constructor() {
    mkdirSync(join(this.folder, 'beside'));
    writeFileSync(join(this.folder, 'beside', 'precious'), 'precious');
    mkdirSync(this.target);
    this.#before = this.#outside();
  }

  /** Throws when anything but the target has changed. */
  confirm(): void {
    assert.equal(this.#outside(), this.#before);
  }

  #outside(): string {
    return JSON.stringify([readdirSync(this.folder).sort(), [...hashTree(join(this.folder, 'beside'))].sort()]);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Answers every listing with these lines, and every RETR with the same bytes. */
function naming(lines: string, format: 'MLSD' | 'LIST'): ScriptOptions {
  const list: Act = async (conversation, argument) => {
    conversation.say('150 here it comes');
    await conversation.give(/evil-dir/.test(argument) ? '' : lines);
    conversation.say('226 that was it');
  };
  const retrieve: Act = async (conversation) => {
    conversation.say('150 here it comes');
    await conversation.give('evil');
    conversation.say('226 that was it');
  };
  const isDirectory = (name: string): boolean => /(^|\/)(d|again)$/.test(name);
  const script: Record<string, Act> = {
    MLSD: list,
    LIST: list,
    RETR: retrieve,
    CWD: '250 fine',
    MDTM: '213 20260102030405',
    SIZE: (conversation, name) => conversation.say(isDirectory(name) ? '550 a directory' : '213 4'),
    MLST: (conversation, name) => {
      const facts = isDirectory(name) ? 'type=dir;' : 'type=file;size=4;';
      conversation.say(`250-it\r\n ${facts}modify=20260102030405; it\r\n250 end`);
    },
  };
  return { script, ...(format === 'LIST' && { features: ['EPSV', 'REST STREAM', 'SIZE', 'MDTM'] }) };
}

async function fetchTree(script: ScriptOptions, desk: Desk): Promise<TreeReport> {
  await using meeting = await meet(script);
  await using files = await connectFtp({ ...meeting.options(), retry: { attempts: 1 } });
  const local = localFileSystem({ root: desk.target });
  try {
    const from = { files, path: path('/d'), label: 'ftp://server/d' };
    return await copyTree(from, { files: local, path: path('/in'), label: 'target' }, COPY);
  } finally {
    local.close();
  }
}

const BAD_NAMES = [
  '..',
  '.',
  '',
  '/abs',
  '/etc/passwd',
  'a/../../b',
  '../beside/precious',
  '../../x',
  'a/b',
  'a\0b',
  '....//x/../..',
];
/** Odd, and no danger on a disk of this kind: they are files like others. */
const ODD_NAMES = [
  '..\\b',
  'C:\\x',
  '-rf',
  '|cmd',
  '$(id)',
  '`id`',
  '~',
  '~root',
  '\u001b[31mred',
  '\u202Egpj.exe',
  'file:x',
  '...',
  'CON',
  'a ',
];

const mlsd = (name: string): string => `type=file;size=4;modify=20260102030405; ${name}\r\n`;
const list = (name: string): string => `-rw-r--r--   1 u g 4 Jan  2 03:04 ${name}\r\n`;

describe('a directory fetched from a server that chooses names', () => {
  for (const [format, line] of [
    ['MLSD', mlsd],
    ['LIST', list],
  ] as const) {
    test(`${format}: names that lead out are reported, and touch nothing outside`, async () => {
      using desk = new Desk();
      const report = await fetchTree(naming(BAD_NAMES.map(line).join('') + line('honest'), format), desk);
      desk.confirm();
      assert.deepEqual(readdirSync(join(desk.target, 'in')), ['honest']);
      assert.ok(report.failed + report.warnings.length > 0, 'what was left out is told');
    });

    test(`${format}: odd names are files like others, inside`, async () => {
      using desk = new Desk();
      const names = format === 'MLSD' ? ODD_NAMES : ODD_NAMES.filter((name) => !name.endsWith(' '));
      await fetchTree(naming(names.map(line).join(''), format), desk);
      desk.confirm();
      assert.deepEqual(readdirSync(join(desk.target, 'in')).sort(), names.toSorted());
    });
  }

  test('directories that lead out are not entered', async () => {
    using desk = new Desk();
    const lines = BAD_NAMES.map((name) => `type=dir;modify=20260102030405; ${name}\r\n`).join('');
    await fetchTree(naming(lines + mlsd('honest'), 'MLSD'), desk);
    desk.confirm();
    assert.deepEqual(readdirSync(join(desk.target, 'in')), ['honest']);
  });

  test('a directory that lists itself comes to an end', async () => {
    using desk = new Desk();
    const report = await fetchTree(naming('type=dir;modify=20260102030405; again\r\n', 'MLSD'), desk);
    desk.confirm();
    assert.ok(report.failed > 0 && report.directories < 1000);
  });

  test('honest twin: a tree comes as it is', async () => {
    using desk = new Desk();
    const files = { '/d/a': 'one', '/d/e/b': 'two', '/d/e/f/c': 'three' };
    const report = await fetchTree({ files }, desk);
    assert.deepEqual([report.files, report.failed], [3, 0]);
    assert.equal(readFileSync(join(desk.target, 'in/e/f/c'), 'utf8'), 'three');
  });
});

describe('links that are there already', () => {
  test('a link in the place of a directory is not followed out', async () => {
    using desk = new Desk();
    mkdirSync(join(desk.target, 'in'));
    symlinkSync('../../beside', join(desk.target, 'in/e'));
    await fetchTree({ files: { '/d/e/precious': 'evil', '/d/e/new': 'evil' } }, desk).catch(() => undefined);
    desk.confirm();
    assert.equal(existsSync(join(desk.folder, 'beside/new')), false);
  });

  test('a link in the place of a file is not written through', async () => {
    using desk = new Desk();
    mkdirSync(join(desk.target, 'in'));
    symlinkSync('../../beside/precious', join(desk.target, 'in/f'));
    symlinkSync(join(desk.folder, 'beside/made'), join(desk.target, 'in/g'));
    await fetchTree({ files: { '/d/f': 'evil', '/d/g': 'evil' } }, desk).catch(() => undefined);
    desk.confirm();
  });
});

describe('a size that is not true', () => {
  for (const [what, size] of [
    ['larger', 10],
    ['smaller', 2],
  ] as const)
    test(`a file that is said to be ${what} than it is, is no success`, async () => {
      using desk = new Desk();
      await using meeting = await meet({
        files: { '/f': 'hello' },
        script: { MLST: `250-it\r\n type=file;size=${size};modify=20260102030405; f\r\n250 end`, SIZE: `213 ${size}` },
      });
      await using files = await connectFtp({ ...meeting.options(), retry: { attempts: 1 } });
      const local = localFileSystem({ root: desk.target });
      const from = { files, path: path('/f'), label: 'f' };
      await assert.rejects(
        copyFile(from, { files: local, path: path('/f'), label: 'target' }, COPY),
        (error: unknown) => error instanceof FileError,
      );
      local.close();
      assert.equal(existsSync(join(desk.target, 'f')), false);
    });
});

describe('sync with deletion from a server that shows less than it has', () => {
  const failing: Act = async (conversation) => {
    conversation.say('150 here it comes');
    await conversation.give(mlsd('a'));
    conversation.say('451 the disk');
  };
  const nothing: Act = async (conversation) => {
    conversation.say('150 here it comes');
    await conversation.give('');
    conversation.say('226 that was it');
  };
  const strange: Act = async (conversation) => {
    conversation.say('150 here it comes');
    await conversation.give(`${mlsd('a')}nobody knows this line\r\n${mlsd('/abs')}`);
    conversation.say('226 that was it');
  };

  async function synced(script: ScriptOptions): Promise<readonly string[]> {
    using desk = new Desk();
    for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(desk.target, name), 'xxxx');
    await using meeting = await meet({ files: { '/d/a': 'aaaa' }, ...script });
    await using files = await connectFtp({ ...meeting.options(), retry: { attempts: 1 } });
    const local = localFileSystem({ root: desk.target });
    const from = { files, path: path('/d'), label: 'server' };
    const to = { files: local, path: ROOT, label: 'target' };
    try {
      const plan = await planSync(from, to, { extra: 'delete' });
      await applyPlan(plan, { from, to, clock: systemClock, copy: copyFile, copying: COPY });
    } catch (error) {
      assert.ok(error instanceof FileError, String(error));
    } finally {
      local.close();
    }
    desk.confirm();
    return readdirSync(desk.target).sort();
  }

  for (const [what, act] of [
    ['fails in the middle', failing],
    ['is empty', nothing],
    ['holds a line that nobody understands', strange],
    ['is refused', '550 no such directory'],
  ] as const)
    test(`a listing that ${what} deletes nothing`, async () => {
      const left = await synced({ script: { MLSD: act } });
      for (const name of ['b', 'c', 'd']) assert.ok(left.includes(name), `${name} in ${left.join()}`);
    });

  test('honest twin: what is gone is deleted', async () => {
    assert.deepEqual(await synced({}), ['a']);
  });
});
