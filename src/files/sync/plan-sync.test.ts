import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TreeTable } from '../../../test/support/file-tree.ts';
import { at, makeFiles } from '../../../test/support/file-tree.ts';
import { apply, lines, memoryTrees, plan, placeOf, read } from '../../../test/support/sync-trees.ts';
import { memoryFileSystem } from '../memory/memory-file-system.ts';
import { compileFilter } from './filter.ts';
import { planSync } from './plan-sync.ts';
import type { SyncOptions } from './sync-plan.ts';

interface Row {
  readonly name: string;
  readonly source: TreeTable;
  readonly destination: TreeTable | null;
  readonly options?: SyncOptions;
  readonly actions: readonly string[];
  /** What stands at the destination afterwards. */
  readonly after: TreeTable;
  readonly conflicts?: readonly string[];
}

const DELETE = { extra: 'delete' } as const;
const T1 = 1_000_001;
const T2 = 2_000_001;
const bins = compileFilter([{ do: 'include', pattern: '*.bin' }]);

const ROWS: readonly Row[] = [
  {
    name: 'a destination that is missing is made, with what is above it',
    source: { 'a.bin': `1@${T1}`, 'sub/b.bin': `22@${T1}`, empty: null },
    destination: null,
    actions: [
      'make-directory .: missing',
      'make-directory empty: missing',
      'make-directory sub: missing',
      'copy a.bin: missing',
      'copy sub/b.bin: missing',
    ],
    after: { 'a.bin': `1@${T1}`, 'sub/b.bin': `22@${T1}`, sub: null, empty: null },
  },
  {
    name: 'what is the same stays, what differs is replaced, what is extra is kept',
    source: { same: `1@${T1}`, newer: `1@${T2}`, older: `1@${T1}`, longer: `11@${T1}` },
    destination: { same: `1@${T1}`, newer: `0@${T1}`, older: `0@${T2}`, longer: `0@${T1}`, extra: '0' },
    actions: ['replace longer: size-differs', 'replace newer: newer', 'replace older: time-differs'],
    after: { same: `1@${T1}`, newer: `1@${T2}`, older: `1@${T1}`, longer: `11@${T1}`, extra: '0@1000000' },
  },
  {
    name: 'extra names are deleted where that is asked for: files first, then directories, the deepest first',
    source: { a: `1@${T1}`, b: `1@${T1}` },
    destination: { a: `1@${T1}`, b: `1@${T1}`, 'x/y/z': '1', 'x/w': '1' },
    options: DELETE,
    actions: [
      'delete x/w: not-in-source',
      'delete x/y/z: not-in-source',
      'delete-directory x/y: not-in-source',
      'delete-directory x: not-in-source',
    ],
    after: { a: `1@${T1}`, b: `1@${T1}` },
  },
  {
    name: 'by hash: the same bytes get their times, others are replaced',
    source: { times: `1@${T2}`, bytes: `1@${T1}` },
    destination: { times: `1@${T1}`, bytes: `0@${T1}` },
    options: { compare: 'hash' },
    actions: ['replace bytes: hash-differs', 'set-times times: time-differs'],
    after: { times: `1@${T2}`, bytes: `1@${T1}` },
  },
  {
    name: 'a file where a directory stands, and the reverse: room is made first',
    source: { file: `1@${T1}`, 'dir/a': `1@${T1}` },
    destination: { 'file/x/y': '1', dir: '1' },
    options: DELETE,
    actions: [
      'delete dir: in-the-way',
      'delete file/x/y: in-the-way',
      'delete-directory file/x: in-the-way',
      'delete-directory file: in-the-way',
      'make-directory dir: type-differs',
      'copy dir/a: missing',
      'copy file: type-differs',
    ],
    after: { file: `1@${T1}`, dir: null, 'dir/a': `1@${T1}` },
  },
  {
    name: 'without leave to delete, what is in the way is a conflict, and the rest is done',
    source: { file: '1', 'dir/a': '1', other: `1@${T1}` },
    destination: { 'file/x': '1', dir: '1' },
    actions: ['copy other: missing'],
    after: { 'file/x': '1@1000000', file: null, dir: '1@1000000', other: `1@${T1}` },
    conflicts: ['dir', 'file'],
  },
  {
    name: 'a directory in the way that holds what a filter protects is a conflict, and nothing of it is deleted',
    source: { 'x.bin': '1', 'y.bin': `1@${T1}` },
    destination: { 'x.bin/a.bin': '1', 'x.bin/.mine.txt': '1' },
    options: {
      ...DELETE,
      filter: compileFilter([
        { do: 'exclude', pattern: '.mine.txt' },
        { do: 'include', pattern: '*.bin' },
      ]),
    },
    actions: ['copy y.bin: missing'],
    after: { 'x.bin': null, 'x.bin/a.bin': '1@1000000', 'x.bin/.mine.txt': '1@1000000', 'y.bin': `1@${T1}` },
    conflicts: ['x.bin'],
  },
  {
    name: 'a filter: only what it takes is copied, with the directories that are needed, and nothing else is deleted',
    source: { 'a.bin': `1@${T1}`, 'a.txt': '1', 'sub/b.bin': `1@${T1}`, 'none/b.txt': '1' },
    destination: { 'old.bin': '1', 'old.txt': '1', 'gone/old.txt': '1', 'gone/old.bin': '1' },
    options: { ...DELETE, filter: bins },
    actions: [
      'make-directory sub: missing',
      'copy a.bin: missing',
      'copy sub/b.bin: missing',
      'delete gone/old.bin: not-in-source',
      'delete old.bin: not-in-source',
    ],
    after: {
      'a.bin': `1@${T1}`,
      sub: null,
      'sub/b.bin': `1@${T1}`,
      'old.txt': '1@1000000',
      gone: null,
      'gone/old.txt': '1@1000000',
    },
  },
  {
    name: 'excluded names are deleted where that is asked for, also those that the source has',
    source: { 'a.bin': `1@${T1}`, 'a.txt': '1' },
    destination: { 'a.bin': `1@${T1}`, 'a.txt': '1', 'gone/old.txt': '1' },
    options: { ...DELETE, filter: bins, excluded: 'delete' },
    actions: ['delete a.txt: excluded', 'delete gone/old.txt: excluded', 'delete-directory gone: excluded'],
    after: { 'a.bin': `1@${T1}` },
  },
  {
    name: 'parts of interrupted copies are no business of a sync, on either side',
    source: { a: `1@${T1}`, '.a.portcall-part': '1' },
    destination: { a: `1@${T1}`, '.b.portcall-part': '1', 'gone/.c.portcall-part': '1' },
    options: DELETE,
    actions: [],
    after: { a: `1@${T1}`, '.b.portcall-part': '1@1000000', gone: null, 'gone/.c.portcall-part': '1@1000000' },
  },
];

describe('before, plan, after', () => {
  for (const { name, source, destination, options = {}, actions, after, conflicts = [] } of ROWS)
    test(name, async () => {
      const trees = await memoryTrees(source, destination);
      const made = await plan(trees, options);
      assert.deepEqual(lines(made), actions);
      assert.deepEqual(made.guards, []);
      assert.deepEqual(
        made.conflicts.map(({ path }) => path),
        conflicts,
      );
      assert.deepEqual(JSON.parse(JSON.stringify(made)), made, 'JSON can carry it');
      const report = await apply(JSON.parse(JSON.stringify(made)) as typeof made, trees);
      assert.deepEqual(
        report.failed.map(({ do: what, path, error }) => [what, path, error.kind]),
        conflicts.map((path) => ['conflict', path, 'exists']),
      );
      assert.deepEqual(
        await read(trees.to),
        Object.fromEntries(Object.entries(after).sort(([a], [b]) => (a < b ? -1 : 1))),
      );
      assert.deepEqual(lines(await plan(trees, options)), [], 'a second plan is empty');
    });
});

test('totals', async () => {
  const trees = await memoryTrees(
    { a: '333', b: '22', c: `1@${T1}`, 'd/e': '1' },
    { b: '1', c: `1@${T1}`, extra: '55555', 'x/y': '1' },
  );
  const { totals } = await plan(trees, DELETE);
  assert.deepEqual(totals, {
    copyFiles: 2,
    replaceFiles: 1,
    copyBytes: 6,
    setTimes: 0,
    makeDirectories: 1,
    deleteFiles: 2,
    deleteBytes: 6,
    deleteDirectories: 1,
    equalFiles: 1,
    equalBytes: 1,
    keptExtra: 0,
    excluded: 0,
    looked: { source: 5, destination: 5 },
  });
  assert.equal((await plan(trees)).totals.keptExtra, 2);
});

test('links are passed over, never followed, and protect what stands under their name', async () => {
  const trees = await memoryTrees({ 'real/a': `1@${T1}` }, { 'real/a': `1@${T1}`, 'link/b': '1' });
  await trees.from.files.links?.make('real', at('/src/link'));
  await trees.to.files.links?.make('real', at('/dst/extra'));
  const made = await plan(trees, DELETE);
  assert.deepEqual(lines(made), ['delete extra: not-in-source']);
  assert.deepEqual(made.skipped, [{ path: 'link', why: 'a link; links are not followed' }]);
  await apply(made, trees);
  assert.deepEqual(Object.keys(await read(trees.to)), ['link', 'link/b', 'real', 'real/a']);
});

test('a link at the destination is never written through: it gives way, or is a conflict', async () => {
  const trees = await memoryTrees({ 'dir/a': `1@${T1}`, file: `1@${T1}` }, { 'real/a': '0', target: '0' });
  await trees.to.files.links?.make('real', at('/dst/dir'));
  await trees.to.files.links?.make('target', at('/dst/file'));
  assert.deepEqual(
    (await plan(trees)).conflicts.map(({ path }) => path),
    ['dir', 'file'],
  );
  const made = await plan(trees, DELETE);
  await apply(made, trees);
  assert.deepEqual(await read(trees.to), { dir: null, 'dir/a': `1@${T1}`, file: `1@${T1}` });
});

test('what cannot be synced at all is said before anything is looked at', async () => {
  const trees = await memoryTrees({ a: '1' }, { b: '1' });
  await assert.rejects(planSync(placeOf(trees.from.files, 'x', '/none'), trees.to), { kind: 'not-found' });
  await assert.rejects(planSync(placeOf(trees.from.files, 'x', '/src/a'), trees.to), { kind: 'not-directory' });
  await assert.rejects(planSync(trees.from, placeOf(trees.to.files, 'x', '/dst/b')), { kind: 'not-directory' });
  const files = memoryFileSystem();
  await makeFiles(files, { 'a/b': '1' });
  await assert.rejects(planSync(placeOf(files, 'x', '/a'), placeOf(files, 'x', '/a/copy')), { kind: 'bad-name' });
});

describe('letter case', () => {
  /** A destination that takes names for the same that differ in letter case only, and keeps the first spelling. */
  async function folding(source: TreeTable, destination: TreeTable): Promise<Awaited<ReturnType<typeof memoryTrees>>> {
    const trees = await memoryTrees(source, destination);
    const names = new Map(Object.keys(destination).map((name) => [name.toLowerCase(), name]));
    const real = (path: string): ReturnType<typeof at> => {
      const name = path.slice('/dst/'.length);
      return at(`/dst/${names.get(name.toLowerCase()) ?? name}`);
    };
    const inner = trees.to.files;
    return {
      from: trees.from,
      to: {
        ...trees.to,
        files: {
          ...inner,
          stat: (path, options) => inner.stat(real(path), options),
          openUpload: (path, options) => inner.openUpload(real(path), options),
          setAttributes: async (path, attributes) => inner.setAttributes?.(real(path), attributes),
        },
      },
    };
  }

  test('the copy is not deleted as its own twin, where the destination takes the two for one', async () => {
    for (const letterCase of ['ask', 'ignored'] as const) {
      const trees = await folding({ 'a.bin': `22@${T1}` }, { 'A.BIN': '1' });
      const made = await plan(trees, { ...DELETE, letterCase });
      assert.deepEqual(lines(made), ['replace a.bin: size-differs']);
      await apply(made, trees);
      assert.deepEqual(await read(trees.to), { 'A.BIN': `22@${T1}` });
      assert.deepEqual(lines(await plan(trees, { ...DELETE, letterCase })), []);
    }
  });

  test('where it tells them apart they are two files', async () => {
    const trees = await memoryTrees({ 'a.bin': `22@${T1}` }, { 'A.BIN': '1' });
    const expected = ['copy a.bin: missing', 'delete A.BIN: not-in-source'];
    assert.deepEqual(lines(await plan(trees, DELETE)), expected);
    assert.deepEqual(lines(await plan(trees, { ...DELETE, letterCase: 'matters' })), expected);
  });

  test('two names of the source that are one at the destination: the second is an issue', async () => {
    const both = { 'a.bin': `1@${T1}`, 'A.BIN': `1@${T1}` };
    const trees = await folding(both, { 'A.BIN': `1@${T1}` });
    for (const letterCase of ['ask', 'ignored'] as const) {
      const made = await plan(trees, { ...DELETE, letterCase });
      assert.deepEqual(lines(made), []);
      assert.deepEqual(
        made.issues.map(({ kind, path }) => [kind, path]),
        [['letter-case', 'a.bin']],
      );
    }
    const fresh = await plan(await memoryTrees(both, {}), { letterCase: 'ignored' });
    assert.deepEqual(lines(fresh), ['copy A.BIN: missing']);
  });
});
