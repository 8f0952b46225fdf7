import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertFails, namesOf, put } from '../../../test/conformance/files-probe.ts';
import { getBytes, getText, hooked, placeOf, putBytes } from '../../../test/support/copy.ts';
import { systemClock } from '../../base/clock.ts';
import { FileError, type FileSystem, memoryFileSystem } from '../index.ts';
import { copyFile } from './copy-file.ts';
import type { CopyOptions } from './copy.ts';

const clock = systemClock;

describe('servers among themselves', () => {
  const options = { clock, way: 'server' } as const;
  const within = (inner: FileSystem): FileSystem => ({
    ...inner,
    copyWithin: async (from, to) => {
      await putBytes(inner, to, await getBytes(inner, from));
    },
  });
  test('a place copies within itself', async () => {
    const inner = memoryFileSystem();
    await put(inner, '/a', 'content');
    const files = hooked(within(inner), { read: () => assert.fail('bytes went through us') });
    const report = await copyFile(placeOf(files, '/a'), placeOf(files, '/b'), options);
    assert.deepEqual([report.way, report.verified], ['within-the-server', 'size']);
    assert.equal(await getText(inner, '/b'), 'content');
    assert.deepEqual(await namesOf(inner, '/'), ['a', 'b']);
  });
  test('one server sends to another, and is not believed', async () => {
    const [one, other] = [memoryFileSystem(), memoryFileSystem()];
    await put(one, '/a', 'content');
    await put(other, '/b', 'old');
    const sends = (content: string): Partial<CopyOptions> => ({
      betweenServers: async (_from, to) => {
        await put(other, to.path, content);
      },
    });
    const places = [placeOf(one, '/a'), placeOf(other, '/b')] as const;
    await assertFails(copyFile(...places, { ...options, ...sends('conten') }), 'integrity');
    await assertFails(copyFile(...places, { ...options, verify: 'hash', ...sends('CONTENT') }), 'integrity');
    assert.equal(await getText(other, '/b'), 'old');
    const report = await copyFile(...places, { ...options, verify: 'hash', ...sends('content') });
    assert.deepEqual([report.way, report.verified], ['between-the-servers', 'hash']);
    assert.deepEqual(await namesOf(other, '/'), ['b']);
  });
  test('what they cannot do is done through us, and said', async () => {
    const [one, other] = [memoryFileSystem(), memoryFileSystem()];
    await put(one, '/a', 'content');
    const refusing = async (): Promise<void> => {
      throw new FileError('unsupported', '/a');
    };
    for (const betweenServers of [() => undefined, refusing]) {
      const report = await copyFile(placeOf(one, '/a'), placeOf(other, '/b'), { ...options, betweenServers });
      assert.equal(report.way, 'through-us');
      assert.equal(report.warnings.length, 1);
    }
  });
});
