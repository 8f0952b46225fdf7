import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOT } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { Entry, FileSystem } from '../file-system.ts';
import { memoryFileSystem } from '../memory/memory-file-system.ts';
import { expand, type ExpandOptions } from './expand.ts';
import { at, makeFiles } from '../../../test/support/file-tree.ts';

async function found(files: FileSystem, pattern: string, options?: ExpandOptions): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of expand(files, at(pattern), options)) paths.push(path);
  return paths;
}

/** Counts what is listed. */
function watched(files: FileSystem): { files: FileSystem; listed: string[] } {
  const listed: string[] = [];
  const list: FileSystem['list'] = (path, options) => {
    listed.push(path);
    return files.list(path, options);
  };
  return { listed, files: { ...files, list } };
}

test('what patterns name, and which directories are listed for it', async () => {
  const inner = memoryFileSystem();
  await makeFiles(inner, {
    'a.bin': '1',
    'img/c2911.bin': '1',
    'img/c3911.bin': '1',
    'img/readme.txt': '1',
    'img/old/c2911.bin': '1',
    'img/.hidden/c2911.bin': '1',
    'other/c2911.bin': '1',
    'odd/a*b': '1',
    'odd/axb': '1',
  });
  const table: [pattern: string, names: string[], listed: string[] | 'many'][] = [
    ['/', ['/'], []],
    ['/a.bin', ['/a.bin'], []],
    ['/missing', [], []],
    ['/img/*.bin', ['/img/c2911.bin', '/img/c3911.bin'], ['/img']],
    ['/img/c{29,39}11.bin', ['/img/c2911.bin', '/img/c3911.bin'], []],
    ['/{img,other}/c[2]911.b?n', ['/img/c2911.bin', '/other/c2911.bin'], ['/img', '/other']],
    ['/*/c2911.bin', ['/img/c2911.bin', '/other/c2911.bin'], ['/']],
    ['/img/**/c2911.bin', ['/img/c2911.bin', '/img/old/c2911.bin'], ['/img', '/img/old']],
    ['/img/.h*/*', ['/img/.hidden/c2911.bin'], ['/img', '/img/.hidden']],
    ['/odd/a\\*b', ['/odd/a*b'], []],
    ['/odd/a*b', ['/odd/a*b', '/odd/axb'], ['/odd']],
    ['/a.bin/*', [], []],
    ['/{**/old,img}/*.bin', ['/img/c2911.bin', '/img/c3911.bin', '/img/old/c2911.bin'], 'many'],
  ];
  for (const [pattern, names, listed] of table) {
    const watch = watched(inner);
    assert.deepEqual((await found(watch.files, pattern)).sort(), names, pattern);
    if (listed !== 'many') assert.deepEqual(watch.listed, listed, pattern);
  }
});

test('links are followed where the pattern goes on behind them, but not by **', async () => {
  const files = memoryFileSystem();
  await makeFiles(files, { 'real/a.bin': '1', 'real/sub/b.bin': '1' });
  await files.links.make('/', at('/real/up'));
  await files.links.make('real', at('/link'));
  assert.deepEqual(await found(files, '/link/*.bin'), ['/link/a.bin']);
  assert.deepEqual(await found(files, '/l*/*.bin'), ['/link/a.bin']);
  assert.deepEqual(await found(files, '/**/*.bin'), ['/real/a.bin', '/real/sub/b.bin']);
});

const entry = (name: string, type: Entry['type'] = 'file'): Entry => ({ name, type, sizeBytes: 1, modifiedMs: 1 });

test('too much to look at ends with `limit`, a directory that holds itself as well', async () => {
  const endless = (entries: readonly Entry[]): FileSystem => ({
    ...memoryFileSystem(),
    async *list() {
      for (;;) yield entries;
    },
  });
  await assert.rejects(found(endless([entry('a')]), '/*', { maxEntries: 10_000 }), { kind: 'limit' });
  const itself: FileSystem = {
    ...memoryFileSystem(),
    async *list() {
      yield [entry('self', 'directory')];
    },
  };
  await assert.rejects(found(itself, '/**/*.bin'), { kind: 'limit' });
  assert.deepEqual(await found(itself, '/*/*'), ['/self/self']);
  await assert.rejects(found(memoryFileSystem(), `/${'{a,b}'.repeat(9)}`), { kind: 'bad-name' });
});

test('names that would lead out are issues, and directories that cannot be listed are told', async () => {
  const hostile: FileSystem = {
    ...memoryFileSystem(),
    async *list(path) {
      if (path !== ROOT) throw new FileError('denied', path);
      yield [entry('../up'), entry('..'), entry('/etc'), entry('fine'), entry('shut', 'directory')];
    },
  };
  const issues: string[] = [];
  const unreadable: string[] = [];
  const told: ExpandOptions = {
    onIssue: ({ line }) => issues.push(line),
    onUnreadable: ({ path }) => unreadable.push(path),
  };
  assert.deepEqual(await found(hostile, '/{**/*,.*,*/*}', told), ['/fine', '/shut']);
  assert.deepEqual(issues, ['../up', '..', '/etc']);
  assert.deepEqual(unreadable, ['/shut']);
  await assert.rejects(found(hostile, '/*/*', { onIssue: () => undefined }), { kind: 'denied' });
});

test('a signal ends the search', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await assert.rejects(found(memoryFileSystem(), '/*', { signal }), { message: 'enough' });
});
