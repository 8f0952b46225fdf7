import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { test } from 'node:test';
import { get, namesOf, path, put } from '../../../test/conformance/files-probe.ts';
import { makeLocal } from '../../../test/conformance/make-local.ts';
import { ROOT } from '../../base/virtual-path.ts';
import { FileError, type LocalFileSystem } from '../index.ts';
import { translateError } from './errno.ts';

const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

const expected = async (act: Promise<unknown>): Promise<void> => {
  await assert.rejects(act, FileError);
};

/** Calls that succeed and calls that fail, at every depth. */
async function useEverything(files: LocalFileSystem): Promise<void> {
  await put(files, '/d/f', 'content', { owner: 'ann' });
  await get(files, '/d/f');
  await get(files, '/link/f');
  await namesOf(files, '/link');
  for await (const batch of files.list(ROOT)) if (batch.length > 0) break;
  const abort = AbortSignal.abort();
  await assert.rejects(namesOf(files, '/d').then(() => files.stat(ROOT, { signal: abort })));
  await expected(files.openReader(path('/d')));
  await expected(files.openReader(path('/d/none')));
  await expected(files.openReader(path('/d/f/below')));
  await expected(files.openReader(path('/loop')));
  await expected(namesOf(files, '/d/f'));
  await expected(files.openUpload(path('/d')));
  await expected(files.openUpload(path('/d/none/x')));
  await expected(files.openUpload(path('/d/f'), { start: { from: 'nothing-new' } }));
  await expected(files.openUpload(path('/d/f'), { owner: 'ann', start: { from: 'offset', offsetBytes: 99 } }));
  await expected(files.rename(path('/d/f'), path('/d')));
  await expected(files.openAt(path('/d'), { access: 'read' }));
  await expected(files.openAt(path('/d/f'), { access: 'read', create: 'must-be-new' }));
  await expected(files.setAttributes(path('/d'), { sizeBytes: 1 }));
  await expected(files.removeDirectory(path('/d')));
  await files.setAttributes(path('/link/f'), { sizeBytes: 3, modifiedMs: 0 });
  const copy = await files.openUpload(path('/d/f'), { owner: 'ann', start: { from: 'end' } });
  await copy.write(new Uint8Array(1), copy.startBytes);
  await copy.keep();
  const claimed = await files.openUpload(path('/d/f'), { owner: 'ann', start: { from: 'end' } });
  await expected(claimed.commit({ stillWanted: () => false }));
  await using file = await files.openAt(path('/d/f'), { access: 'read-write', create: 'if-missing' });
  await file.read(new Uint8Array(3), 0);
}

for (const jail of ['descriptors', 'paths'] as const) {
  test(`thousands of calls, by ${jail}, leave no descriptor open`, { skip: process.platform !== 'linux' }, async () => {
    using made = makeLocal({ jail, flush: 'never' });
    await made.fileSystem.makeDirectory(path('/d'));
    await made.fileSystem.links.make('d', path('/link'));
    await made.fileSystem.links.make('loop', path('/loop'));
    await useEverything(made.fileSystem);
    const before = openDescriptors();
    for (let round = 0; round < 150; round += 1) await useEverything(made.fileSystem);
    assert.equal(openDescriptors(), before);
  });
}

test('a reader that is closed while it reads closes behind the read', async () => {
  using made = makeLocal({ flush: 'never' });
  await put(made.fileSystem, '/a', 'x'.repeat(100_000));
  const reader = await made.fileSystem.openReader(path('/a'));
  const reads = [0, 1, 2, 3].map((at) => reader.read(new Uint8Array(50_000), at));
  await reader.close();
  assert.deepEqual(await Promise.all(reads), [50_000, 50_000, 50_000, 50_000]);
  assert.throws(() => reader.readNow?.(new Uint8Array(1), 0), /after it was closed/);
});

test('what the system says has a kind, and a bug stays a bug', () => {
  const kindOf = (code: string): string | undefined => {
    const error = translateError(Object.assign(new Error('no'), { code, syscall: 'write' }), '/a');
    return error instanceof FileError ? error.kind : undefined;
  };
  assert.deepEqual(['ENOSPC', 'EDQUOT', 'EACCES', 'EXDEV', 'EWEIRD'].map(kindOf), [
    'full',
    'quota',
    'denied',
    'cross-device',
    'io',
  ]);
  const bug = new TypeError('x is not a function');
  assert.equal(translateError(bug, '/a'), bug);
});
