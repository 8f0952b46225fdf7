/** What Tab offers behind what was typed: the hits, and the end of the line that they replace. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../base/manual-clock.ts';
import { parentOf, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import type { Entry, FileSystem } from '../../files/file-system.ts';
import { memoryFileSystem } from '../../files/memory/memory-file-system.ts';
import { type Completer, createCompleter } from './complete.ts';
import { createJobs } from './jobs.ts';
import type { ShellSession, Standing } from './session.ts';
import { parseLine } from './words.ts';

interface Bench {
  readonly complete: Completer;
  readonly clock: ReturnType<typeof createManualClock>;
  /** How many listings were asked for. */
  readonly asked: () => number;
}

const entry = (path: string): Entry => ({
  name: path.replace(/\/$/, '').replace(/^.*\//s, ''),
  type: path.endsWith('/') ? 'directory' : 'file',
  sizeBytes: 0,
  modifiedMs: 0,
});

/** A session whose places hold these names; those that end in `/` are directories. */
function bench(remote: readonly string[], local: readonly string[] = []): Bench {
  const clock = createManualClock();
  let asked = 0;
  const standing = (names: readonly string[], label: string): Standing => {
    const list: FileSystem['list'] = async function* (path) {
      asked += 1;

      // The names of a test are normalised paths already.
      const inside = names.filter((name) => parentOf(name.replace(/\/$/, '') as VirtualPath) === path);
      yield await Promise.resolve(inside.map(entry));
    };
    const files = { ...memoryFileSystem(), list };
    return { files, home: ROOT, directory: ROOT, before: ROOT, labelOf: (path) => `${label}${path}` };
  };
  const never = (): never => assert.fail('Tab copies nothing');
  const session: ShellSession = {
    remote: standing(remote, 'ftp://host'),
    local: standing(local, ''),
    ftp: undefined,
    mover: { copyFile: never, copyTree: never, hashFile: never, expand: never },
    jobs: createJobs({ most: 1, nowMs: () => 0, explain: String, onEnd: () => undefined }),
    clock,
    leaving: 'no',
  };
  return { complete: createCompleter(session), clock, asked: () => asked };
}

test('commands, at the beginning and behind help', async () => {
  const { complete } = bench([]);
  assert.deepEqual(await complete('re'), [['reget ', 'rename ', 'reput '], 're']);
  assert.deepEqual(await complete('pwd; lc'), [['lcd '], 'lc']);
  assert.deepEqual(await complete('help lc'), [['lcd '], 'lc']);
});

test('names: directories go on with a slash, files are finished by a space', async () => {
  const { complete } = bench(['/images/', '/images/a.bin', '/images/old/', '/info']);
  assert.deepEqual(await complete('get i'), [['images/', 'info '], 'i']);
  assert.deepEqual(await complete('get images/'), [['images/a.bin ', 'images/old/'], 'images/']);
  assert.deepEqual(await complete('get /images/a'), [['/images/a.bin '], '/images/a']);
  assert.deepEqual(await complete('get nothing/'), [[], 'nothing/']);
});

test('names are written so that they mean themselves, within quotes that were begun', async () => {
  const names = ['my file', "it's", 'star*', 'a\nb', 'caf\udce9', '-rf', '#x', String.raw`back\slash`];
  const { complete } = bench(names.map((name) => `/${name}`));
  const [hits] = await complete('rm ');
  const typed = hits.map((hit) => {
    const parsed = parseLine(`rm ${hit}`);
    assert.ok(parsed.kind === 'commands');
    assert.equal(parsed.commands[0]?.words[1]?.pattern, undefined);
    return parsed.commands[0]?.words[1]?.text.replace(/^\.\//, '');
  });
  assert.deepEqual(typed.toSorted(), names.toSorted());
  assert.deepEqual(await complete('rm "my'), [['"my file" '], '"my']);
  assert.deepEqual(await complete("rm 'my"), [["'my file' "], "'my"]);
  assert.deepEqual(await complete(String.raw`rm my\ f`), [[String.raw`my\ file `], String.raw`my\ f`]);
});

test('the other side: put names what is here, the second name of get too', async () => {
  const { complete } = bench(['/there'], ['/here']);
  assert.deepEqual(await complete('put '), [['here '], '']);
  assert.deepEqual(await complete('put here '), [['there '], '']);
  assert.deepEqual(await complete('get -r '), [['there '], '']);
  assert.deepEqual(await complete('get there '), [['here '], '']);
  assert.deepEqual(await complete('mget there '), [['there '], '']);
});

test('a listing is asked for once in five seconds', async () => {
  const { complete, clock, asked } = bench(['/a']);
  await complete('cat ');
  await complete('cat a');
  assert.equal(asked(), 1);
  clock.advance(5_000);
  await complete('cat ');
  assert.equal(asked(), 2);
});
