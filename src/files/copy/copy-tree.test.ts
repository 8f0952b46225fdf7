import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertFails, get, namesOf, path, put } from '../../../test/conformance/files-probe.ts';
import { makeLocal } from '../../../test/conformance/make-local.ts';
import { hooked, letTimePass, placeOf, putBytes } from '../../../test/support/copy.ts';
import { sampleBytes } from '../../../test/support/tree.ts';
import { systemClock } from '../../base/clock.ts';
import { createManualClock } from '../../base/manual-clock.ts';
import { type Entry, FileError, type FileSystem, memoryFileSystem } from '../index.ts';
import { partName } from '../part-name.ts';
import { copyTree } from './copy-tree.ts';
import { TreeTally } from './tree-tally.ts';
import { WorkQueue } from './work-queue.ts';

const clock = systemClock;

async function makeTree(files: FileSystem): Promise<void> {
  for (const directory of ['/s', '/s/empty', '/s/sub', '/s/sub/deep']) await files.makeDirectory(path(directory));
  for (const name of ['/s/a', '/s/b', '/s/sub/c', '/s/sub/deep/d']) await put(files, name, `content of ${name}`);
}

/** Every path below the root, directories with a slash. */
async function pathsOf(files: FileSystem, root: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await namesOf(files, root)) {
    const isDirectory = (await files.stat(path(`${root}/${name}`), { links: 'stay' })).type === 'directory';
    found.push(`${name}${isDirectory ? '/' : ''}`);
    if (isDirectory) found.push(...(await pathsOf(files, `${root}/${name}`)).map((below) => `${name}/${below}`));
  }
  return found;
}

describe('a tree arrives', () => {
  test('with its empty directories, under a name whose way is made', async () => {
    const source = memoryFileSystem();
    using made = makeLocal({ flush: 'never' });
    await makeTree(source);
    const target = made.fileSystem;
    const report = await copyTree(placeOf(source, '/s', 'src'), placeOf(target, '/x/y', 'dst'), { clock });
    assert.deepEqual(await pathsOf(target, '/x/y'), await pathsOf(source, '/s'));
    assert.equal(await get(target, '/x/y/sub/deep/d'), 'content of /s/sub/deep/d');
    assert.deepEqual([report.files, report.directories, report.failed, report.sizeBytes], [4, 4, 0, 15 + 15 + 19 + 24]);
    const moved = report.reports.map(({ from, to }) => `${from} ${to}`).sort();
    assert.equal(moved[0], 'src/a dst/a');
    assert.equal(moved[3], 'src/sub/deep/d dst/sub/deep/d');
  });
  test('again over what stands there, which may hold more', async () => {
    const [source, target] = [memoryFileSystem(), memoryFileSystem()];
    await makeTree(source);
    await target.makeDirectory(path('/s'));
    await put(target, '/s/more', 'more');
    for (let turn = 0; turn < 2; turn += 1)
      assert.equal((await copyTree(placeOf(source, '/s'), placeOf(target, '/s'), { clock })).failed, 0);
    assert.deepEqual(await namesOf(target, '/s'), ['a', 'b', 'empty', 'more', 'sub']);
  });
  test('with the times of its directories, set when they are full, and their modes', async () => {
    const [source, target] = [memoryFileSystem(), memoryFileSystem()];
    await makeTree(source);
    for (const [index, name] of ['/s', '/s/sub', '/s/empty'].entries())
      await source.setAttributes(path(name), { modifiedMs: 1_000_000_000_000 + index, mode: 0o4511 });
    await copyTree(placeOf(source, '/s'), placeOf(target, '/t'), { clock, keep: 'times-and-modes' });
    for (const [index, name] of ['/t', '/t/sub', '/t/empty'].entries()) {
      const entry = await target.stat(path(name));
      assert.deepEqual([entry.modifiedMs, entry.mode], [1_000_000_000_000 + index, 0o511]);
    }
  });
  test('only what the filter lets through', async () => {
    const [source, target] = [memoryFileSystem(), memoryFileSystem()];
    await makeTree(source);
    const seen: string[] = [];
    const filter = (way: string, { type }: Entry): boolean => {
      seen.push(way);
      return type === 'directory' ? way !== 'sub/deep' : way !== 'a';
    };
    await copyTree(placeOf(source, '/s'), placeOf(target, '/t'), { clock, filter });
    assert.deepEqual(await pathsOf(target, '/t'), ['b', 'empty/', 'sub/', 'sub/c']);
    assert.ok(!seen.includes('sub/deep/d'));
  });
  test('a single file is a small tree', async () => {
    const [source, target] = [memoryFileSystem(), memoryFileSystem()];
    await put(source, '/a', 'x');
    assert.equal((await copyTree(placeOf(source, '/a'), placeOf(target, '/b'), { clock })).files, 1);
  });
});

test('no more files at once than asked', async () => {
  const [source, target] = [memoryFileSystem(), memoryFileSystem()];
  for (let index = 0; index < 40; index += 1) await put(source, `/f${index}`, 'x');
  let running = 0;
  let most = 0;
  const counted: FileSystem = {
    ...source,
    async openReader(at, options) {
      running += 1;
      most = Math.max(most, running);
      const reader = await source.openReader(at, options);
      const close = async (): Promise<void> => {
        running -= 1;
        await reader.close();
      };
      return {
        entry: reader.entry,
        read: (into, from) => reader.read(into, from),
        close,
        [Symbol.asyncDispose]: close,
      };
    },
  };
  await copyTree(placeOf(counted, '/'), placeOf(target, '/t'), { clock, parallel: 3 });
  assert.deepEqual([most, running], [3, 0]);
});

describe('what fails is listed, and the rest goes on', () => {
  test('files, directories that cannot be listed or made', async () => {
    const [inner, target] = [memoryFileSystem(), memoryFileSystem()];
    await makeTree(inner);
    await put(target, '/b', 'x');
    await target.makeDirectory(path('/t'));
    await put(target, '/t/empty', 'a file in the way');
    const source: FileSystem = {
      ...inner,
      openReader: async (at, options) => {
        if (at === '/s/b') throw new FileError('denied', at);
        return inner.openReader(at, options);
      },
      list: (at, options) => {
        if (at === '/s/sub/deep') throw new FileError('denied', at);
        return inner.list(at, options);
      },
    };
    const report = await copyTree(placeOf(source, '/s'), placeOf(target, '/t'), { clock });
    const failures = report.failures.map((failure) => {
      assert.ok(failure.error instanceof FileError);
      return `${failure.path} ${failure.error.kind}`;
    });
    assert.deepEqual(failures.sort(), ['/s/b denied', '/s/empty not-directory', '/s/sub/deep denied']);
    assert.deepEqual([report.files, report.failed], [2, 3]);
    assert.deepEqual(await pathsOf(target, '/t'), ['a', 'empty', 'sub/', 'sub/c', 'sub/deep/']);
  });
  test('names that would lead out of the directory', async () => {
    const [inner, target] = [memoryFileSystem(), memoryFileSystem()];
    await makeTree(inner);
    const evil = ['..', '.', '', '../x', '/etc/x', 'a/b', 'nul\0'];
    const source: FileSystem = {
      ...inner,
      async *list(at, options) {
        yield* inner.list(at, options);
        const entry = await inner.stat(path('/s/a'));
        if (at === '/s') yield evil.map((name) => ({ ...entry, name }));
      },
    };
    const report = await copyTree(placeOf(source, '/s'), placeOf(target, '/t'), { clock });
    assert.equal(report.failed, evil.length);
    assert.ok(report.failures.every(({ error }) => error instanceof FileError && error.kind === 'unsafe'));
    assert.deepEqual(await namesOf(target, '/'), ['t']);
    assert.equal(report.files, 4);
  });
  test('a place that can be reached no more ends it', async () => {
    const [source, target] = [memoryFileSystem(), memoryFileSystem()];
    for (let index = 0; index < 30; index += 1) await put(source, `/f${index}`, 'x');
    let opened = 0;
    const gone: FileSystem = {
      ...source,
      openReader: async (at, options) => {
        opened += 1;
        if (opened > 10) throw new FileError('unreachable', at);
        return source.openReader(at, options);
      },
    };
    await assertFails(copyTree(placeOf(gone, '/'), placeOf(target, '/t'), { clock }), 'unreachable');
    assert.ok(opened < 20, `${opened} files were tried`);
  });
  test('a bug is no failure of a file', async () => {
    const [source, target] = [memoryFileSystem(), memoryFileSystem()];
    await makeTree(source);
    const broken = hooked(source, {
      read() {
        throw new TypeError('a bug');
      },
    });
    await assert.rejects(copyTree(placeOf(broken, '/s'), placeOf(target, '/t'), { clock }), TypeError);
  });
});

describe('bounds', () => {
  const endless = (inner: FileSystem): FileSystem => ({
    ...inner,
    async *list(): AsyncGenerator<readonly Entry[]> {
      const entry = await inner.stat(path('/'));
      yield [{ ...entry, name: 'again' }];
    },
  });
  test('a directory that holds itself ends somewhere', async () => {
    const [source, target] = [endless(memoryFileSystem()), memoryFileSystem()];
    const report = await copyTree(placeOf(source, '/'), placeOf(target, '/t'), { clock, maxDepth: 5 });
    assert.deepEqual([report.directories, report.failed], [6, 1]);
    assert.ok(report.failures[0]?.error instanceof FileError && report.failures[0].error.kind === 'limit');
    const usual = await copyTree(placeOf(source, '/'), placeOf(target, '/t'), { clock });
    assert.deepEqual([usual.directories, usual.failed], [65, 1]);
  });
  test('more names than the bound are not looked at', async () => {
    const [source, target] = [memoryFileSystem(), memoryFileSystem()];
    for (let index = 0; index < 20; index += 1) await put(source, `/f${index}`, 'x');
    const report = await copyTree(placeOf(source, '/'), placeOf(target, '/t'), { clock, maxEntries: 12 });
    assert.deepEqual([report.files, report.failed], [12, 1]);
  });
  test('a long directory is read only so far ahead of the work', async () => {
    const queue = new WorkQueue(1);
    const gate = Promise.withResolvers<undefined>();
    let isTaken = false;
    for (let index = 0; index < 10_001; index += 1) await queue.add(() => gate.promise.then(() => undefined));
    const adding = queue
      .add(async () => undefined)
      .then(() => {
        isTaken = true;
      });
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(!isTaken);
    gate.resolve(undefined);
    await adding;
    await queue.end();
  });
  test('lists have a bound, counts have none', () => {
    const tally = new TreeTally();
    const at = path('/a');
    for (let index = 0; index < 10_001; index += 1) {
      tally.failed(at, new Error('x'));
      tally.warn('x');
    }
    const report = tally.report(0);
    assert.deepEqual([report.failed, report.failures.length, report.warnings.length], [10_001, 10_000, 1_000]);
  });
});

describe('links and parts', () => {
  const setUp = async (): Promise<FileSystem> => {
    const files = memoryFileSystem();
    await makeTree(files);
    await files.links.make('a', path('/s/to-file'));
    await files.links.make('sub', path('/s/to-directory'));
    await files.links.make('nowhere', path('/s/to-nothing'));
    await put(files, `/s/${partName('z', 'x')}`, 'half');
    return files;
  };
  test('links are passed over with a warning, and parts without one', async () => {
    const [source, target] = [await setUp(), memoryFileSystem()];
    const report = await copyTree(placeOf(source, '/s'), placeOf(target, '/t'), { clock });
    assert.deepEqual(await namesOf(target, '/t'), ['a', 'b', 'empty', 'sub']);
    assert.equal(report.warnings.length, 3);
  });
  test('links are followed when that is asked; a dead one is a failure', async () => {
    const [source, target] = [await setUp(), memoryFileSystem()];
    const report = await copyTree(placeOf(source, '/s'), placeOf(target, '/t'), { clock, links: 'follow' });
    assert.deepEqual(await namesOf(target, '/t'), ['a', 'b', 'empty', 'sub', 'to-directory', 'to-file']);
    assert.equal(await get(target, '/t/to-directory/deep/d'), 'content of /s/sub/deep/d');
    assert.deepEqual(
      report.failures.map(({ path: at }) => at),
      ['/s/to-nothing'],
    );
  });
});

test('a tree is not copied onto or into itself, also where the two have different names', async () => {
  const files = memoryFileSystem();
  await makeTree(files);
  await assertFails(copyTree(placeOf(files, '/s'), placeOf(files, '/s'), { clock }), 'exists');
  await assertFails(copyTree(placeOf(files, '/s'), placeOf(files, '/s/sub/new'), { clock }), 'exists');
  using made = makeLocal({ flush: 'never' });
  await makeTree(made.fileSystem);
  await made.fileSystem.links.make('s', path('/link'));
  await assertFails(copyTree(placeOf(made.fileSystem, '/s'), placeOf(made.fileSystem, '/link'), { clock }), 'exists');
  const into = await copyTree(placeOf(made.fileSystem, '/s'), placeOf(made.fileSystem, '/link/sub'), { clock });
  assert.deepEqual(
    into.failures.map(({ path: at }) => at),
    ['/s/sub'],
  );
});

test('an aborted signal ends it, and what was begun is waited for', async () => {
  const [inner, target] = [memoryFileSystem(), memoryFileSystem()];
  for (let index = 0; index < 30; index += 1) await put(inner, `/f${index}`, 'x');
  const controller = new AbortController();
  let reads = 0;
  const source = hooked(inner, {
    read() {
      reads += 1;
      if (reads === 20) controller.abort(new FileError('connection-lost', '/'));
    },
  });
  const options = { clock, signal: controller.signal };
  await assertFails(copyTree(placeOf(source, '/'), placeOf(target, '/t'), options), 'connection-lost');
  assert.ok((await namesOf(target, '/t')).length < 30);
});

test('the rate is that of all files together', async () => {
  const [source, target] = [memoryFileSystem(), memoryFileSystem()];
  for (let index = 0; index < 5; index += 1) await putBytes(source, `/f${index}`, sampleBytes(20_000));
  const manual = createManualClock();
  const options = { clock: manual, rateBytesPerSecond: 50_000, parallel: 5 };
  await letTimePass(manual, copyTree(placeOf(source, '/'), placeOf(target, '/t'), options));
  assert.ok(manual.monotonic() >= 1850 && manual.monotonic() < 2300, `${manual.monotonic()} ms`);
});
