import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { makeLocal } from '../../../test/conformance/make-local.ts';
import { at, makeFiles, readFiles } from '../../../test/support/file-tree.ts';
import { plainCopy } from '../../../test/support/plain-copy.ts';
import { apply, lines, memoryTrees, plan, placeOf, read, type Trees } from '../../../test/support/sync-trees.ts';
import { FileError } from '../error.ts';
import { memoryFileSystem } from '../memory/memory-file-system.ts';
import { chaos, type Fault } from '../wrap/chaos.ts';
import type { SyncEvent } from './sync-report.ts';

const DELETE = { extra: 'delete' } as const;

const failing = (trees: Trees, ...faults: Fault[]): Trees => ({
  ...trees,
  to: { ...trees.to, files: chaos(trees.to.files, faults) },
});

test('goes on after a failure, says which, and then deletes nothing', async () => {
  const trees = await memoryTrees({ a: '1', b: '1', c: '1' }, { extra: '1', keep: null });
  const made = await plan(trees, DELETE);
  const error = new FileError('io', '/dst/b', { detail: 'the disk says no' });
  const report = await apply(made, failing(trees, { at: 'commit', call: 2, error }), { parallel: 1 });
  assert.equal(report.outcome, 'some-failed');
  assert.deepEqual(report.failed, [{ do: 'copy', path: 'b', error }]);
  assert.deepEqual(
    report.done.map(({ path }) => path),
    ['a', 'c'],
  );
  assert.deepEqual(report.skipped, [
    { do: 'delete', path: 'extra', why: 'deletions are left out: 1 actions failed' },
    { do: 'delete-directory', path: 'keep', why: 'deletions are left out: 1 actions failed' },
  ]);
  assert.equal(report.copiedBytes, 2);
  const again = await apply(await plan(trees, DELETE), failing(trees, { at: 'commit', call: 1, error }), {
    deletions: 'anyway',
  });
  assert.deepEqual(again.deleted, ['extra', 'keep']);
});

test('a directory that cannot be made takes what is below it with it, and nothing else', async () => {
  const trees = await memoryTrees({ 'a/b/c': '1', z: '1' }, {});
  const error = new FileError('denied', '/dst/a');
  const report = await apply(await plan(trees), failing(trees, { at: 'makeDirectory', call: 1, error }));
  assert.deepEqual(
    report.failed.map(({ do: what, path }) => [what, path]),
    [['make-directory', 'a']],
  );
  assert.deepEqual(
    report.skipped.map(({ path, why }) => [path, why]),
    [
      ['a/b', 'its directory could not be made'],
      ['a/b/c', 'its directory could not be made'],
    ],
  );
  assert.deepEqual(report.done, [{ do: 'copy', path: 'z' }]);
});

test('stops where nothing more can succeed: a full disk', async () => {
  const trees = await memoryTrees({ a: '1', b: '1', c: '1' }, {});
  const error = new FileError('full', '/dst/a');
  const report = await apply(await plan(trees), failing(trees, { at: 'commit', call: 1, error }), { parallel: 1 });
  assert.equal(report.outcome, 'stopped');
  assert.equal(report.stoppedBecause, 'Nothing more could succeed after full.');
  assert.deepEqual(
    report.skipped.map(({ path }) => path),
    ['b', 'c'],
  );
});

test('a bug is not a failed file', async () => {
  const trees = await memoryTrees({ a: '1' }, {});
  await assert.rejects(
    apply(await plan(trees), failing(trees, { at: 'commit', call: 1, error: new TypeError('a bug') })),
    TypeError,
  );
});

test('the signal stops it, and the report says what was done', async () => {
  const trees = await memoryTrees({ a: '1', b: '1', c: '1' }, { extra: '1' });
  const abort = new AbortController();
  const report = await apply(await plan(trees, DELETE), trees, {
    parallel: 1,
    signal: abort.signal,
    copy: async (from, to, options) => {
      if (from.path === '/src/b') abort.abort(new Error('enough'));
      return plainCopy(from, to, options);
    },
  });
  assert.equal(report.outcome, 'stopped');
  assert.equal(report.stoppedBecause, 'It was interrupted.');
  assert.deepEqual(report.done, [{ do: 'copy', path: 'a' }]);
  assert.deepEqual(report.failed, []);
  assert.deepEqual(
    report.skipped.map(({ path, why }) => `${path}: ${why}`),
    ['b: it was interrupted', 'c: it was stopped before', 'extra: it was stopped before'],
  );
});

test('events tell of every action, those of the copies among them', async () => {
  const trees = await memoryTrees({ a: '1' }, { extra: '1' });
  const events: SyncEvent[] = [];
  await apply(await plan(trees, DELETE), trees, {
    onEvent: (event) => events.push(event),
    copy: async (from, to, options) => {
      options.onEvent?.({ kind: 'started', from: from.label, to: to.label, sizeBytes: 1 });
      return plainCopy(from, to, options);
    },
  });
  assert.deepEqual(events, [
    { kind: 'started', from: 'mem:src/a', to: 'mem:dst/a', sizeBytes: 1 },
    { kind: 'done-action', do: 'copy', path: 'a' },
    { kind: 'done-action', do: 'delete', path: 'extra' },
  ]);
});

describe('what has changed since the plan was made is left alone', () => {
  const before = {
    source: { same: '1', copied: '1', replaced: '22' },
    destination: { same: '1', replaced: '1', deleted: '1' },
  };
  interface Change {
    readonly name: string;
    readonly change: (trees: Trees) => Promise<unknown>;
    readonly path: string;
    readonly kind?: string;
    readonly says: RegExp;
  }
  const CHANGES: readonly Change[] = [
    {
      name: 'a source of another size',
      change: ({ from }) => makeFiles(from.files, { copied: '333' }, '/src'),
      path: 'copied',
      kind: 'busy',
      says: /the source has changed since the plan was made; plan again/,
    },
    {
      name: 'a source of another time',
      change: ({ from }) => makeFiles(from.files, { copied: '1@1000001' }, '/src'),
      path: 'copied',
      kind: 'busy',
      says: /the source has changed/,
    },
    {
      name: 'a source that is gone',
      change: ({ from }) => from.files.remove(at('/src/copied')),
      path: 'copied',
      kind: 'not-found',
      says: /the source is gone/,
    },
    {
      name: 'a name that has come to the destination',
      change: ({ to }) => makeFiles(to.files, { copied: '9' }, '/dst'),
      path: 'copied',
      kind: 'exists',
      says: /something has come to the destination/,
    },
    {
      name: 'a destination that somebody has written to',
      change: ({ to }) => makeFiles(to.files, { replaced: '9@5' }, '/dst'),
      path: 'replaced',
      kind: 'busy',
      says: /the destination has changed/,
    },
    {
      name: 'a file to be deleted that somebody has written to',
      change: ({ to }) => makeFiles(to.files, { deleted: '99' }, '/dst'),
      path: 'deleted',
      kind: 'busy',
      says: /the destination has changed/,
    },
    {
      name: 'a file to be deleted that has come to the source',
      change: ({ from }) => makeFiles(from.files, { deleted: '1' }, '/src'),
      path: 'deleted',
      kind: 'exists',
      says: /something has come to the source/,
    },
    {
      name: 'a file to be deleted that is gone already',
      change: ({ to }) => to.files.remove(at('/dst/deleted')),
      path: 'deleted',
      says: /it is gone already/,
    },
  ];
  for (const { name, change, path, kind, says } of CHANGES)
    test(name, async () => {
      const trees = await memoryTrees(before.source, before.destination);
      const made = await plan(trees, DELETE);
      assert.deepEqual(lines(made), [
        'copy copied: missing',
        'replace replaced: size-differs',
        'delete deleted: not-in-source',
      ]);
      await change(trees);
      const changed = [await read(trees.from), await read(trees.to)].map((table) => table[path]);
      const report = await apply(made, trees, { deletions: 'anyway' });
      const [failed, skipped] = [report.failed[0], report.skipped[0]];
      assert.equal(failed?.error.kind, kind);
      assert.match(failed?.error.message ?? skipped?.why ?? '', says);
      assert.equal((failed ?? skipped)?.path, path);
      assert.equal(report.done.length, 2, 'the others are done');
      assert.deepEqual(
        [await read(trees.from), await read(trees.to)].map((table) => table[path]),
        changed,
        'untouched',
      );
    });
});

test('nothing makes room for a source that is gone', async () => {
  const trees = await memoryTrees({ x: '1' }, { 'x/y/z': '1' });
  const made = await plan(trees, DELETE);
  await trees.from.files.remove(at('/src/x'));
  const report = await apply(made, trees);
  assert.deepEqual(report.done, []);
  assert.deepEqual(Object.keys(await read(trees.to)), ['x', 'x/y', 'x/y/z']);
});

test('ten thousand files: made, found the same, and changed here and there', async () => {
  const table = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`d${index % 100}/f${index}`, `${index}@${1_000_001 + index}`]),
  );
  const trees = await memoryTrees(table, {});
  const report = await apply(await plan(trees), trees, { parallel: 8 });
  assert.equal(report.done.length, 10_100);
  assert.equal((await plan(trees, DELETE)).totals.equalFiles, 10_000);
  await makeFiles(trees.from.files, { 'd7/f7': 'new', 'd8/new': 'new' }, '/src');
  await trees.from.files.remove(at('/src/d9/f9'));
  assert.deepEqual(lines(await plan(trees, DELETE)), [
    'replace d7/f7: size-differs',
    'copy d8/new: missing',
    'delete d9/f9: not-in-source',
  ]);
});

test('a name that comes between the look and the copy is not overwritten either', async () => {
  const trees = await memoryTrees({ a: '1' }, {});
  const report = await apply(await plan(trees), trees, {
    copy: async (from, to, options) => {
      await makeFiles(to.files, { a: 'mine' }, '/dst');
      return plainCopy(from, to, options);
    },
  });
  assert.deepEqual(
    report.failed.map(({ error }) => error.kind),
    ['exists'],
  );
  assert.deepEqual(await read(trees.to), { a: 'mine@1000000' });
});

test('a plan for other places, of another version, or edited to lead outside does nothing', async () => {
  const trees = await memoryTrees({ a: '1' }, {});
  const made = await plan(trees);
  const swapped = { from: trees.to, to: trees.from };
  await assert.rejects(apply(made, swapped), { kind: 'unsafe' });
  await assert.rejects(apply({ ...made, version: 2 as 1 }, trees), { kind: 'unsupported' });
  const report = await apply(
    { ...made, actions: [{ do: 'delete', path: '../src/a', why: 'excluded', destination: { type: 'file' } }] },
    trees,
  );
  assert.deepEqual(
    report.failed.map(({ error }) => error.kind),
    ['unsafe'],
  );
});

const name = fc.constantFrom('a', 'b', 'A', 'c.bin', 'd');
const file = fc.tuple(
  fc.array(name, { minLength: 1, maxLength: 3 }),
  fc.constantFrom('1@1000001', '2@1000001', '1@2000001', '22@1'),
);
/** Trees in which a name may be a file or a directory: what comes later gives way. */
const trees = fc.array(file, { maxLength: 8 }).map((files) => {
  const table = new Map<string, string>();
  for (const [names, content] of files) {
    const path = names.join('/');
    const clashes = [...table.keys()].some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`));
    if (!clashes) table.set(path, content);
  }
  return Object.fromEntries(table);
});

test('with leave to delete, the trees are the same afterwards, apply did what the plan said, and a second plan is empty', async () => {
  await fc.assert(
    fc.asyncProperty(trees, trees, async (source, destination) => {
      const both = await memoryTrees(source, destination);
      const options = { ...DELETE, compare: 'hash', maxDelete: 1000, emptySource: 'delete' } as const;
      const made = await plan(both, options);
      const report = await apply(made, both, { parallel: 1 });
      assert.deepEqual(
        report.done,
        made.actions.map(({ do: what, path }) => ({ do: what, path })),
      );
      assert.deepEqual(await read(both.to), await read(both.from));
      assert.deepEqual(lines(await plan(both, options)), []);
    }),
    { numRuns: 200 },
  );
});

test('without it, nothing that only the destination has is ever touched', async () => {
  await fc.assert(
    fc.asyncProperty(trees, trees, async (source, destination) => {
      const both = await memoryTrees(source, destination);
      const before = await read(both.to);
      await apply(await plan(both), both);
      const [from, to] = [await read(both.from), await read(both.to)];
      for (const [path, content] of Object.entries(before)) if (!(path in from)) assert.equal(to[path], content, path);
    }),
    { numRuns: 100 },
  );
});

test('on a disk: there and back again', async () => {
  using local = makeLocal();
  const memory = memoryFileSystem();
  await makeFiles(
    memory,
    { 'img/c2911.bin': 'image@1700000000123', 'img/old.bin': 'old@1600000000000', 'ü/x': 'y' },
    '/src',
  );
  const up: Trees = { from: placeOf(memory, 'mem:', '/src'), to: placeOf(local.fileSystem, 'file:', '/deep/er') };
  await apply(await plan(up), up);
  assert.deepEqual(await readFiles(local.fileSystem, '/deep/er'), await read(up.from));
  assert.deepEqual(lines(await plan(up, DELETE)), []);
  rmSync(`${local.root}/deep/er/img/old.bin`);
  const down: Trees = { from: up.to, to: up.from };
  const made = await plan(down, DELETE);
  assert.deepEqual(lines(made), ['delete img/old.bin: not-in-source']);
  await apply(made, down);
  assert.deepEqual(await read(up.to), await read(up.from));
});
