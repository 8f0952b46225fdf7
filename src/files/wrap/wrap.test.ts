import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertFails, get, namesOf, path, put } from '../../../test/conformance/files-probe.ts';
import { ROOT } from '../../base/virtual-path.ts';
import { FileError, chaos, memoryFileSystem, readOnly } from '../index.ts';

test('read-only: everything can be looked at, nothing changes', async () => {
  const inner = memoryFileSystem();
  await put(inner, '/a', 'content');
  await inner.links.make('a', path('/link'));
  const files = readOnly(inner);
  assert.equal(await get(files, '/link'), 'content');
  assert.deepEqual(await namesOf(files, '/'), ['a', 'link']);
  assert.equal(await files.links?.read(path('/link')), 'a');
  assert.equal(files.setAttributes, undefined);
  assert.equal(files.interruptedSize, undefined);
  await assertFails(files.openUpload(path('/b')), 'read-only');
  await assertFails(files.remove(path('/a')), 'read-only');
  await assertFails(files.rename(path('/a'), path('/b')), 'read-only');
  await assertFails(files.makeDirectory(path('/d')), 'read-only');
  await assertFails(files.removeDirectory(ROOT), 'read-only');
  assert.ok(files.links !== undefined && files.openAt !== undefined);
  await assertFails(files.links.make('a', path('/b')), 'read-only');
  await assertFails(files.openAt(path('/a'), { access: 'write' }), 'read-only');
  await assertFails(files.openAt(path('/b'), { access: 'read', create: 'if-missing' }), 'read-only');
  await assertFails(files.openAt(path('/a'), { access: 'read', truncate: true }), 'read-only');
  await using file = await files.openAt(path('/a'), { access: 'read' });
  await assertFails(file.setAttributes({ mode: 0 }), 'read-only');
  await assertFails(file.write(new Uint8Array(1), 0), 'read-only');
  assert.equal(await file.read(new Uint8Array(16), 0), 7);
  assert.equal(await get(inner, '/a'), 'content');
});

test('chaos: the call that was named fails, those before and after do not', async () => {
  const full = new FileError('full', '/a');
  const files = chaos(memoryFileSystem(), [
    { at: 'write', call: 2, error: full },
    { at: 'list', call: 1, error: full },
  ]);
  const upload = await files.openUpload(path('/a'));
  await upload.write(new Uint8Array(1), 0);
  await assertFails(upload.write(new Uint8Array(1), 1), 'full');
  await upload.write(new Uint8Array(1), 1);
  await upload.commit();
  await assertFails(namesOf(files, '/'), 'full');
  assert.deepEqual(await namesOf(files, '/'), ['a']);
});

test('memory: the bound holds, and what is removed or given up is free again', async () => {
  const files = memoryFileSystem({ limitBytes: 100 });
  await put(files, '/a', 'x'.repeat(60));
  assert.equal(await files.freeSpace(ROOT), 40);
  const upload = await files.openUpload(path('/a'));
  await assertFails(upload.write(new Uint8Array(41), 0), 'full');
  await upload.write(new Uint8Array(40), 0);
  await upload.commit();
  assert.equal(await files.freeSpace(ROOT), 60);
  await files.remove(path('/a'));
  assert.equal(await files.freeSpace(ROOT), 100);
  const given = await files.openUpload(path('/b'));
  await given.write(new Uint8Array(50), 0);
  await given.discard();
  assert.equal(await files.freeSpace(ROOT), 100);
});

test('memory: a file grows in linear time, and a hole costs nothing', async () => {
  const files = memoryFileSystem();
  const piece = new Uint8Array(1000).fill(7);
  const upload = await files.openUpload(path('/big'));
  for (let index = 0; index < 20_000; index += 1) await upload.write(piece, index * 1000);
  await upload.write(piece, 2 ** 40);
  assert.equal((await upload.commit()).sizeBytes, 2 ** 40 + 1000);
  await using reader = await files.openReader(path('/big'));
  const into = new Uint8Array(2000);
  assert.equal(await reader.read(into, 19_999_000), 2000);
  assert.deepEqual([into[0], into[999], into[1000]], [7, 7, 0]);
});
