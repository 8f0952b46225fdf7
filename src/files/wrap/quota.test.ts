import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertFails, bytesOf, get, path, put } from '../../../test/conformance/files-probe.ts';
import { createManualClock } from '../../base/manual-clock.ts';
import { ROOT } from '../../base/virtual-path.ts';
import { type FileSystem, FileError, memoryFileSystem } from '../index.ts';
import { quota } from './quota.ts';

const KIB = 1024;
const bytes = (count: number): string => 'x'.repeat(count);
const free = async (files: FileSystem): Promise<number | undefined> => files.freeSpace?.(ROOT);

function made(limits: Parameters<typeof quota>[1]): {
  readonly inner: FileSystem;
  readonly files: FileSystem;
  readonly clock: ReturnType<typeof createManualClock>;
} {
  const [inner, clock] = [memoryFileSystem(), createManualClock()];
  return { inner, files: quota(inner, limits, clock), clock };
}

/** Uploads of 10 KiB at once, a KiB at a time. */
const race = (files: FileSystem, count: number): Promise<string[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const upload = await files.openUpload(path(`/f${index}`));
      try {
        for (let at = 0; at < 10 * KIB; at += KIB) await upload.write(new Uint8Array(KIB), at);
        await upload.commit();
        return 'stored';
      } catch (error) {
        await upload.discard();
        assert.ok(error instanceof FileError);
        return error.kind;
      }
    }),
  );

describe('a quota', () => {
  test('counts what stands there already, and refuses what would exceed it', async () => {
    const { inner, files } = made({ bytes: 100 });
    await inner.makeDirectory(path('/d'));
    await put(inner, '/d/a', bytes(60));
    assert.equal(await free(files), 40);
    await assertFails(put(files, '/b', bytes(41)), 'quota');
    await put(files, '/c', bytes(40));
    assert.equal(await free(files), 0);
  });

  test('what is replaced, removed, cut or given up can be used again', async () => {
    const { files } = made({ bytes: 100 });
    await put(files, '/a', bytes(60));
    await put(files, '/a', bytes(90));
    assert.equal(await free(files), 10);
    await put(files, '/a', bytes(30));
    assert.equal(await free(files), 70);
    await files.setAttributes?.(path('/a'), { sizeBytes: 10 });
    assert.equal(await free(files), 90);
    await assertFails(files.setAttributes?.(path('/a'), { sizeBytes: 101 }) ?? Promise.resolve(), 'quota');
    const given = await files.openUpload(path('/b'));
    await given.write(bytesOf(bytes(50)), 0);
    assert.equal(await free(files), 40);
    await given.discard();
    await put(files, '/c', bytes(20));
    await files.rename(path('/a'), path('/c'));
    assert.equal(await free(files), 90);
    await files.remove(path('/c'));
    assert.equal(await free(files), 100);
  });

  test('adding to a file counts what is added', async () => {
    const { files } = made({ bytes: 100 });
    await put(files, '/a', bytes(60));
    await put(files, '/a', bytes(30), { start: { from: 'end' } });
    assert.equal(await free(files), 10);
    await assertFails(put(files, '/a', bytes(11), { start: { from: 'end' } }), 'quota');
    await put(files, '/a', bytes(10), { start: { from: 'offset', offsetBytes: 0 } });
    assert.equal(await free(files), 10);
  });

  test('many uploads that race do not exceed it together', async () => {
    const { inner, files } = made({ bytes: 100 * KIB });
    const results = await race(files, 30);
    const stored = results.filter((result) => result === 'stored').length;
    assert.ok(stored <= 10, `${stored} were stored`);
    assert.ok(results.includes('quota'));
    const left = (100 - stored * 10) * KIB;
    assert.equal(await quota(inner, { bytes: 100 * KIB }, createManualClock()).freeSpace?.(ROOT), left);
    assert.equal(await free(files), left, 'what was reserved has come back');
  });

  test('many uploads that fit together all come through', async () => {
    const { files } = made({ bytes: 100 * KIB, files: 10 });
    assert.deepEqual(await race(files, 10), Array<string>(10).fill('stored'));
    assert.equal(await free(files), 0);
  });

  test('the first write over a file is counted too, before anybody has asked for room', async () => {
    const { inner, files } = made({ bytes: 100 });
    await put(inner, '/a', bytes(10));
    await put(inner, '/b', bytes(80));
    await assertFails(put(files, '/a', bytes(21)), 'quota');
    await put(files, '/a', bytes(20));
  });

  test('what a replaced file gave is not given twice', async () => {
    const { inner, files } = made({ bytes: 100 });
    await put(files, '/a', bytes(90));
    const upload = await files.openUpload(path('/a'));
    await upload.write(bytesOf(bytes(90)), 0);
    await files.remove(path('/a'));
    await put(files, '/b', bytes(90));
    await assertFails(upload.commit(), 'quota');
    await upload.discard();
    assert.equal(await free(files), 10);
    await assertFails(inner.stat(path('/a')), 'not-found');
  });

  test('an interrupted upload counts until it is done or given up', async () => {
    const { files } = made({ bytes: 100 });
    const first = await files.openUpload(path('/a'), { owner: 'ann' });
    await first.write(bytesOf(bytes(60)), 0);
    await first.keep();
    assert.equal(await free(files), 40);
    await assertFails(put(files, '/b', bytes(41)), 'quota');
    await put(files, '/a', bytes(40), { owner: 'ann', start: { from: 'end' } });
    assert.equal((await files.stat(path('/a'))).sizeBytes, 100);
    assert.equal(await free(files), 0);
  });

  test('names are counted: files, directories and links', async () => {
    const { files } = made({ files: 4 });
    await put(files, '/a', 'x');
    await files.makeDirectory(path('/d'));
    await files.links?.make('a', path('/l'));
    await using file = await files.openAt?.(path('/e'), { access: 'write', create: 'if-missing' });
    assert.ok(file !== undefined);
    await assertFails(put(files, '/b', 'x'), 'quota');
    await assertFails(files.makeDirectory(path('/d2')), 'quota');
    await assertFails(files.links?.make('a', path('/l2')) ?? Promise.resolve(), 'quota');
    await put(files, '/a', 'replaced');
    await files.rename(path('/a'), path('/d/a'));
    await files.remove(path('/l'));
    await put(files, '/b', 'x');
    assert.equal(await get(files, '/b'), 'x');
  });

  test('a file opened in place grows within it', async () => {
    const { files } = made({ bytes: 100 });
    await using file = await files.openAt?.(path('/a'), { access: 'read-write', create: 'if-missing' });
    assert.ok(file !== undefined);
    await file.write(bytesOf(bytes(80)), 0);
    await file.write(bytesOf(bytes(80)), 0);
    assert.equal(await free(files), 20);
    await assertFails(file.write(bytesOf(bytes(30)), 80), 'quota');
    await file.setAttributes({ sizeBytes: 10 });
    assert.equal(await free(files), 90);
    await (await files.openAt?.(path('/a'), { access: 'write', truncate: true }))?.close();
    assert.equal(await free(files), 100);
  });

  test('nobody is refused on an old walk', async () => {
    const { inner, files, clock } = made({ bytes: 100 });
    await put(files, '/a', bytes(90));
    await inner.remove(path('/a'));
    await assertFails(put(files, '/b', bytes(50)), 'quota');
    clock.advance(30_000);
    await put(files, '/b', bytes(50));
    assert.equal(await free(files), 50);
  });

  test('the tree is walked again after ten minutes', async () => {
    const { inner, files, clock } = made({ bytes: 100 });
    assert.equal(await free(files), 100);
    await put(inner, '/a', bytes(70));
    assert.equal(await free(files), 100);
    clock.advance(600_000);
    assert.equal(await free(files), 30);
  });

  test('a tree that is too full already can be emptied, and files in it made smaller', async () => {
    const { inner, files } = made({ bytes: 10 });
    await put(inner, '/a', bytes(50));
    assert.equal(await free(files), 0);
    await put(files, '/a', bytes(40));
    await assertFails(put(files, '/b', 'x'), 'quota');
    await files.remove(path('/a'));
    assert.equal(await free(files), 10);
  });

  test('who may not write is not told of quotas', async () => {
    const { files } = made({ bytes: 0, files: 0 });
    const guard = (): never => {
      throw new FileError('denied', '/a');
    };
    await assertFails(files.openUpload(path('/a'), { guard }), 'denied');
  });

  test('without bounds it is the file system itself', () => {
    const inner = memoryFileSystem();
    assert.equal(quota(inner, {}, createManualClock()), inner);
  });
});
