/** Nothing is deleted because of what could not be seen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFiles, type TreeTable } from '../../../test/support/file-tree.ts';
import { apply, lines, memoryTrees, plan, read, type Trees } from '../../../test/support/sync-trees.ts';
import type { Place } from '../copy/copy.ts';
import { FileError } from '../error.ts';
import type { Entry, FileSystem } from '../file-system.ts';
import { chaos } from '../wrap/chaos.ts';
import { compileFilter } from './filter.ts';
import type { SyncOptions } from './sync-plan.ts';

const DELETE = { extra: 'delete' } as const;
const SOURCE: TreeTable = { a: '1', 'sub/b': '1' };
const DESTINATION: TreeTable = { a: '1', 'sub/b': '1', extra: '1', 'sub/extra': '1' };

const over = (place: Place, change: (inner: FileSystem) => Partial<FileSystem>): Place => ({
  ...place,
  files: { ...place.files, ...change(place.files) },
});
const entry = (name: string, type: Entry['type'] = 'file'): Entry => ({ name, type, sizeBytes: 1, modifiedMs: 1 });
const adding =
  (path: string, ...entries: Entry[]) =>
  (inner: FileSystem): Partial<FileSystem> => ({
    async *list(asked, options) {
      yield* inner.list(asked, options);
      if (asked === path) yield entries;
    },
  });
const refusing =
  (path: string) =>
  (inner: FileSystem): Partial<FileSystem> => ({
    list(asked, options) {
      if (asked === path) throw new FileError('denied', asked, { detail: 'you may not look into it' });
      return inner.list(asked, options);
    },
  });
const muttering =
  (path: string) =>
  (inner: FileSystem): Partial<FileSystem> => ({
    async *list(asked, options) {
      yield* inner.list(asked, options);
      if (asked === path) options?.onIssue?.({ path: asked, line: '%$ ?', why: 'nobody knows this format' });
    },
  });

/** What a plan refuses to delete, and why; the copies of the same plan happen. */
async function refused(trees: Trees, options: SyncOptions = DELETE): Promise<{ kinds: string[]; withheld: string[] }> {
  const made = await plan(trees, options);
  assert.ok(!made.actions.some(({ do: what }) => what.startsWith('delete')));
  for (const { why } of made.guards) assert.match(why, /^nothing is deleted: /);
  return { kinds: made.guards.map(({ kind }) => kind), withheld: made.withheld.map(({ path }) => path) };
}

test('a source directory that cannot be listed: nothing is deleted anywhere, nothing below it is touched', async () => {
  const trees = await memoryTrees({ ...SOURCE, new: '1' }, DESTINATION);
  const shut = { ...trees, from: over(trees.from, refusing('/src/sub')) };
  assert.deepEqual(await refused(shut), { kinds: ['source-not-listed'], withheld: ['extra'] });
  const made = await plan(shut, DELETE);
  assert.deepEqual(lines(made), ['copy new: missing']);
  assert.deepEqual(made.issues, [{ side: 'source', kind: 'not-listed', path: 'sub', why: 'you may not look into it' }]);
  await apply(made, shut);
  assert.deepEqual(Object.keys(await read(trees.to)), ['a', 'extra', 'new', 'sub', 'sub/b', 'sub/extra']);
});

test('a listing of the source with a line or a name that cannot be understood', async () => {
  const trees = await memoryTrees(SOURCE, DESTINATION);
  for (const change of [
    muttering('/src/sub'),
    adding('/src', entry('../up')),
    adding('/src/sub', entry('a/b'), entry('..')),
  ]) {
    const result = await refused({ ...trees, from: over(trees.from, change) });
    assert.deepEqual(result, { kinds: ['source-not-understood'], withheld: ['extra', 'sub/extra'] });
  }
});

test('a source without a name', async () => {
  for (const source of [{}, { 'only.txt': '1' }] as const) {
    const trees = await memoryTrees(source, DESTINATION);
    const filter = compileFilter([{ do: 'exclude', pattern: 'only.txt' }]);
    assert.deepEqual((await refused(trees, { ...DELETE, filter })).kinds, ['source-empty']);
    const told = await plan(trees, { ...DELETE, filter, emptySource: 'delete' });
    assert.equal(told.totals.deleteFiles, 4);
  }
});

test('the source itself fails: there is no plan', async () => {
  const trees = await memoryTrees(SOURCE, DESTINATION);
  const fault = new FileError('connection-lost', '/src');
  await assert.rejects(
    plan({
      ...trees,
      from: { ...trees.from, files: chaos(trees.from.files, [{ at: 'list', call: 1, error: fault }]) },
    }),
    fault,
  );
  const gone = new FileError('unreachable', '/src/sub');
  await assert.rejects(
    plan({ ...trees, from: { ...trees.from, files: chaos(trees.from.files, [{ at: 'list', call: 2, error: gone }]) } }),
    gone,
  );
});

test('a destination directory that cannot be listed, or not wholly, stays; the rest is deleted', async () => {
  const trees = await memoryTrees(SOURCE, { ...SOURCE, extra: '1', 'x/y/z': '1', 'x/w': '1' });
  const shut = { ...trees, to: over(trees.to, refusing('/dst/x/y')) };
  assert.deepEqual(lines(await plan(shut, DELETE)), ['delete extra: not-in-source', 'delete x/w: not-in-source']);
  const odd = { ...trees, to: over(trees.to, muttering('/dst/x/y')) };
  assert.deepEqual(lines(await plan(odd, DELETE)), [
    'delete extra: not-in-source',
    'delete x/w: not-in-source',
    'delete x/y/z: not-in-source',
  ]);
  const both = { ...trees, to: over(trees.to, refusing('/dst/sub')) };
  await makeFiles(trees.from.files, { 'sub/new': '1' }, '/src');
  assert.ok(!lines(await plan(both)).some((line) => line.includes('sub')), 'nobody knows what stands there');
});

const numbered = (count: number): TreeTable =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${String(index).padStart(3, '0')}`, '1']));

test('too many: more than half and more than ten, or more than one was told', async () => {
  const table: [source: number, destination: number, maxDelete: number | undefined, kinds: string[]][] = [
    [1, 11, undefined, []],
    [1, 12, undefined, ['too-many']],
    [20, 40, undefined, []],
    [20, 41, undefined, ['too-many']],
    [1, 50, 49, []],
    [1, 50, 48, ['too-many']],
    [1, 2, 0, ['too-many']],
  ];
  for (const [source, destination, maxDelete, kinds] of table) {
    const trees = await memoryTrees(numbered(source), numbered(destination));
    const { guards, withheld, totals } = await plan(trees, {
      ...DELETE,
      ...(maxDelete === undefined ? {} : { maxDelete }),
    });
    assert.deepEqual(
      guards.map(({ kind }) => kind),
      kinds,
      `${source} ${destination} ${maxDelete}`,
    );
    assert.equal(totals.deleteFiles + withheld.length, destination - source);
    assert.equal(totals.deleteFiles === 0, kinds.length > 0);
  }
});

test('what had to give way does not when nothing is deleted: a conflict, and nothing below it is copied', async () => {
  const trees = await memoryTrees({ 'dir/a': '1', file: '1', new: '1' }, { dir: '1', 'file/x': '1' });
  const made = await plan({ ...trees, from: over(trees.from, muttering('/src')) }, DELETE);
  assert.deepEqual(lines(made), ['copy new: missing']);
  assert.deepEqual(made.conflicts, [
    { path: 'dir', why: 'something of another type stands there, and nothing is deleted' },
    { path: 'file', why: 'something of another type stands there, and nothing is deleted' },
  ]);
});

test('endless listings and directories that hold themselves are bounded', async () => {
  const trees = await memoryTrees(SOURCE, DESTINATION);
  const endless = over(trees.from, () => ({
    async *list() {
      for (let count = 0; ; count += 1) yield [entry(`f${count}`)];
    },
  }));
  await assert.rejects(plan({ ...trees, from: endless }, { maxEntries: 5_000 }), { kind: 'limit' });
  const issues = over(trees.from, () => ({
    async *list(path, options) {
      for (;;) {
        options?.onIssue?.({ path, line: '?', why: 'nobody knows this format' });
        yield [];
      }
    },
  }));
  await assert.rejects(plan({ ...trees, from: issues }, { maxEntries: 5_000 }), { kind: 'limit' });
  const itself = (place: Place): Place =>
    over(place, () => ({
      async *list() {
        yield [entry('self', 'directory')];
      },
    }));
  const deep = await plan({ ...trees, from: itself(trees.from) }, DELETE);
  assert.deepEqual(
    deep.issues.map(({ side, kind }) => [side, kind]),
    [['source', 'too-deep']],
  );
  assert.deepEqual(
    deep.guards.map(({ kind }) => kind),
    ['source-not-listed', ...(deep.withheld.length > 10 ? ['too-many'] : [])],
  );
  const extra = await plan({ ...trees, to: itself(trees.to) }, DELETE);
  assert.deepEqual(
    extra.issues.map(({ side, kind }) => [side, kind]),
    [['destination', 'too-deep']],
  );
  assert.equal(extra.withheld.length + extra.totals.deleteDirectories, 0, 'what is below is not known to be empty');
});

test('a signal ends planning', async () => {
  const trees = await memoryTrees(SOURCE, DESTINATION);
  await assert.rejects(plan(trees, { signal: AbortSignal.abort(new Error('enough')) }), { message: 'enough' });
});
