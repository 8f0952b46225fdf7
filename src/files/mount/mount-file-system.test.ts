import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertFails, get, namesOf, path, put } from '../../../test/conformance/files-probe.ts';
import { makeLocal } from '../../../test/conformance/make-local.ts';
import { ROOT } from '../../base/virtual-path.ts';
import { type FileSystem, memoryFileSystem, mountFileSystem, readOnly } from '../index.ts';

/** `/` and `/u1` in memory, `/deep/down` on disk. */
function makeTree(local: FileSystem): { tree: ReturnType<typeof mountFileSystem>; root: FileSystem; u1: FileSystem } {
  const [root, u1] = [memoryFileSystem(), memoryFileSystem()];
  const tree = mountFileSystem([
    { at: ROOT, fileSystem: root },
    { at: path('/u1'), fileSystem: u1 },
    { at: path('/deep/down'), fileSystem: local },
  ]);
  return { tree, root, u1 };
}

describe('a mount', () => {
  test('passes each path to the file system with the longest prefix, on component boundaries', async () => {
    using made = makeLocal();
    const { tree, root, u1 } = makeTree(made.fileSystem);
    await put(tree, '/u1/a', 'one');
    await put(tree, '/u10', 'ten');
    await put(tree, '/deep/down/b', 'disk');
    assert.equal(await get(u1, '/a'), 'one');
    assert.equal(await get(root, '/u10'), 'ten');
    assert.equal(await get(made.fileSystem, '/b'), 'disk');
    assert.equal(await get(tree, '/deep/down/b'), 'disk');
  });

  test('shows mount points in listings, also where the parent has no such directory', async () => {
    using made = makeLocal();
    const { tree, root } = makeTree(made.fileSystem);
    assert.deepEqual(await namesOf(tree, '/'), ['deep', 'u1']);
    assert.deepEqual(await namesOf(tree, '/deep'), ['down']);
    assert.deepEqual(await namesOf(tree, '/deep/down'), []);
    assert.equal((await tree.stat(path('/deep'))).type, 'directory');
    assert.equal((await tree.stat(path('/deep/down'))).name, 'down');
    await root.makeDirectory(path('/u1'));
    await root.makeDirectory(path('/deep'));
    await put(root, '/deep/beside', 'x');
    assert.deepEqual(await namesOf(tree, '/'), ['deep', 'u1']);
    assert.deepEqual(await namesOf(tree, '/deep'), ['beside', 'down']);
    await assertFails(namesOf(tree, '/none'), 'not-found');
  });

  test('keeps its mount points and the way to them', async () => {
    using made = makeLocal();
    const { tree } = makeTree(made.fileSystem);
    for (const pinned of ['/u1', '/deep', '/deep/down']) {
      await assertFails(tree.removeDirectory(path(pinned)), 'busy');
      await assertFails(tree.remove(path(pinned)), 'is-directory');
      await assertFails(tree.rename(path(pinned), path('/x')), 'busy');
      await assertFails(tree.makeDirectory(path(pinned)), 'exists');
      await assertFails(tree.openUpload(path(pinned)), 'is-directory');
    }
    await put(tree, '/f', 'x');
    await assertFails(tree.rename(path('/f'), path('/u1')), 'exists');
  });

  test('refuses a rename across file systems, and names the path that was asked for', async () => {
    using made = makeLocal();
    const { tree } = makeTree(made.fileSystem);
    await put(tree, '/f', 'x');
    await assertFails(tree.rename(path('/f'), path('/u1/f')), 'cross-device');
    await assertFails(tree.rename(path('/none'), path('/u1/f')), 'not-found');
    await assert.rejects(tree.stat(path('/u1/none')), { kind: 'not-found', path: '/u1/none' });
  });

  test('rewrites absolute links, which stay inside their own file system', async () => {
    const { tree, u1 } = makeTree(memoryFileSystem());
    await put(tree, '/u1/a', 'one');
    await tree.links.make('/u1/a', path('/u1/link'));
    assert.equal(await u1.links?.read(path('/link')), '/a');
    assert.equal(await tree.links.read(path('/u1/link')), '/u1/a');
    assert.equal((await tree.stat(path('/u1/link'), { links: 'stay' })).linkTarget, '/u1/a');
    assert.equal(await get(tree, '/u1/link'), 'one');
    await assertFails(tree.links.make('/f', path('/u1/out')), 'denied');
    await assertFails(tree.links.make('../f', path('/u1/out')), 'denied');
  });

  test('has each power where the mounted file system has it', async () => {
    const frozen = readOnly(memoryFileSystem());
    const tree = mountFileSystem([{ at: path('/frozen'), fileSystem: frozen }]);
    await assertFails(tree.setAttributes(path('/frozen/a'), { mode: 0 }), 'unsupported');
    assert.equal(await tree.interruptedSize(path('/frozen/a'), 'ann'), undefined);
    await assertFails(tree.makeDirectory(path('/new')), 'read-only');
    await assertFails(tree.makeDirectory(path('/frozen/new')), 'read-only');
  });

  test('tells files of different file systems apart', async () => {
    const { tree } = makeTree(memoryFileSystem());
    await put(tree, '/a', 'x');
    await put(tree, '/u1/a', 'x');
    assert.notEqual((await tree.stat(path('/a'))).uniqueId, (await tree.stat(path('/u1/a'))).uniqueId);
  });
});
