import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertFails, bytesOf, get, namesOf, path, put } from '../../test/conformance/files-probe.ts';
import { type FileSystem, memoryFileSystem, mountFileSystem } from '../files/index.ts';
import { PERMISSIONS, type Permission, permissionsOf } from './permission.ts';
import { permissionRules } from './permission-rules.ts';
import { permitted } from './permitted.ts';

type Allowances = Readonly<Record<string, readonly Permission[]>>;

const limit = (files: FileSystem, allowances: Allowances): FileSystem =>
  permitted(files, permissionRules(Object.entries(allowances).map(([at, allow]) => ({ path: at, allow }))));

/** A tree with what the tests need, and the same as an account with these permissions sees it. */
async function made(allowances: Allowances): Promise<{ readonly all: FileSystem; readonly files: FileSystem }> {
  const all = memoryFileSystem();
  for (const directory of ['/pub', '/in', '/secret', '/secret/deep', '/secret/deep/shown'])
    await all.makeDirectory(path(directory));
  for (const file of ['/pub/f', '/in/f', '/secret/f', '/secret/deep/shown/f']) await put(all, file, `in ${file}`);
  return { all, files: limit(all, allowances) };
}

const EVERYTHING = PERMISSIONS;
const without = (...missing: Permission[]): Permission[] => PERMISSIONS.filter((known) => !missing.includes(known));

describe('a permitted file system', () => {
  test('is the file system itself when everything is allowed everywhere', () => {
    const files = memoryFileSystem();
    assert.equal(permitted(files, permissionsOf('read-write')), files);
    assert.equal(limit(files, { '/': EVERYTHING }), files);
    assert.notEqual(permitted(files, permissionsOf('read-only')), files);
  });

  test('reading only: nothing can be changed by any call', async () => {
    const { files } = await made({ '/': ['list', 'read'] });
    assert.equal(await get(files, '/pub/f'), 'in /pub/f');
    assert.deepEqual(await namesOf(files, '/'), ['in', 'pub', 'secret']);
    const at = path('/pub/f');
    await assertFails(files.openUpload(at), 'denied');
    await assertFails(files.openUpload(path('/pub/new')), 'denied');
    await assertFails(files.remove(at), 'denied');
    await assertFails(files.removeDirectory(path('/pub')), 'denied');
    await assertFails(files.makeDirectory(path('/pub/d')), 'denied');
    await assertFails(files.rename(at, path('/pub/g')), 'denied');
    assert.ok(files.setAttributes !== undefined && files.openAt !== undefined && files.links !== undefined);
    await assertFails(files.setAttributes(at, { mode: 0 }), 'denied');
    await assertFails(files.setAttributes(at, { sizeBytes: 0 }), 'denied');
    await assertFails(files.links.make('f', path('/pub/l')), 'denied');
    await assertFails(files.openAt(at, { access: 'write' }), 'denied');
    await assertFails(files.openAt(at, { access: 'read', truncate: true }), 'denied');
    await assertFails(files.openAt(path('/pub/n'), { access: 'read', create: 'if-missing' }), 'denied');
    await using file = await files.openAt(at, { access: 'read' });
    await assertFails(file.setAttributes({ mode: 0 }), 'denied');
    assert.equal(await get(files, '/pub/f'), 'in /pub/f');
  });

  test('each permission opens its own calls and no other', async () => {
    const calls: Partial<Record<Permission, (files: FileSystem) => Promise<unknown>>> = {
      list: (files) => namesOf(files, '/pub'),
      read: (files) => get(files, '/pub/f'),
      write: (files) => put(files, '/pub/new', 'x'),
      overwrite: (files) => put(files, '/pub/f', 'x'),
      append: (files) => put(files, '/pub/f', 'x', { start: { from: 'end' } }),
      delete: (files) => files.remove(path('/pub/f')),
      rename: (files) => files.rename(path('/pub/f'), path('/pub/g')),
      'make-directory': (files) => files.makeDirectory(path('/pub/d')),
      'set-attributes': async (files) => files.setAttributes?.(path('/pub/f'), { mode: 0o600 }),
    };
    for (const permission of PERMISSIONS) {
      const call = calls[permission];
      assert.ok(call !== undefined);
      await call((await made({ '/': [permission] })).files);
      await assertFails(call((await made({ '/': without(permission) })).files), 'denied');
    }
  });

  test('a forbidden place cannot be told from a missing one', async () => {
    const { files } = await made({ '/': EVERYTHING, '/secret': [] });
    for (const name of ['/secret', '/secret/f', '/secret/none', '/secret/f/below', '/SECRET']) {
      const at = path(name);
      await assertFails(files.stat(at), 'not-found');
      await assertFails(files.openReader(at), 'not-found');
      await assertFails(namesOf(files, name), 'not-found');
      await assertFails(files.openUpload(at), 'not-found');
      await assertFails(files.remove(at), 'not-found');
      await assertFails(files.removeDirectory(at), 'not-found');
      await assertFails(files.makeDirectory(at), 'not-found');
      await assertFails(files.rename(at, path('/x')), 'not-found');
      await assertFails(files.rename(path('/pub/f'), at), 'not-found');
      assert.equal(await files.interruptedSize?.(at, 'ann'), undefined);
    }
    assert.deepEqual(await namesOf(files, '/'), ['in', 'pub']);
  });

  test('links do not lead around a rule, whatever they are called', async () => {
    const { all, files } = await made({ '/': EVERYTHING, '/secret': [] });
    await all.links?.make('../secret/f', path('/pub/file'));
    await all.links?.make('/secret', path('/pub/way'));
    await all.links?.make('../../pub/f', path('/secret/deep/back'));
    await assertFails(files.openReader(path('/pub/file')), 'not-found');
    await assertFails(files.openUpload(path('/pub/file')), 'not-found');
    await assertFails(files.openReader(path('/pub/way/f')), 'not-found');
    await assertFails(namesOf(files, '/pub/way'), 'not-found');
    await assertFails(files.rename(path('/pub/f'), path('/pub/way/g')), 'not-found');
    await assertFails(files.openReader(path('/pub/way/deep/back')), 'not-found');
    assert.equal((await files.stat(path('/pub/file'), { links: 'stay' })).type, 'symlink');
    await files.links?.make('/secret/f', path('/pub/mine'));
    await assertFails(files.openReader(path('/pub/mine')), 'not-found');
  });

  test('a directory that only leads to allowed places shows only what leads there', async () => {
    const { files } = await made({ '/secret/deep/shown': ['list', 'read'] });
    assert.deepEqual(await namesOf(files, '/'), ['secret']);
    assert.deepEqual(await namesOf(files, '/secret'), ['deep']);
    assert.deepEqual(await namesOf(files, '/secret/deep'), ['shown']);
    assert.equal((await files.stat(path('/secret'))).type, 'directory');
    assert.equal(await get(files, '/secret/deep/shown/f'), 'in /secret/deep/shown/f');
    await assertFails(files.stat(path('/secret/f')), 'not-found');
    await assertFails(files.stat(path('/pub')), 'not-found');
    await assertFails(files.makeDirectory(path('/secret/x')), 'not-found');
    await assertFails(files.makeDirectory(path('/secret')), 'denied');
  });

  test('a letter box: files go in, and nothing is learnt of those that are there', async () => {
    const { all, files } = await made({ '/': ['list', 'read'], '/in': ['write'] });
    assert.equal((await files.stat(path('/in'))).type, 'directory');
    await assertFails(namesOf(files, '/in'), 'denied');
    await assertFails(files.stat(path('/in/f')), 'denied');
    await assertFails(files.stat(path('/in/none')), 'denied');
    await assertFails(files.openReader(path('/in/f')), 'denied');
    await assertFails(files.openReader(path('/in/none')), 'denied');
    await put(files, '/in/new', 'letter');
    await assertFails(files.openUpload(path('/in/new')), 'denied');
    assert.equal(await get(all, '/in/new'), 'letter');
  });

  test('without overwrite a name that is taken during the upload stays as it is', async () => {
    const { all, files } = await made({ '/': without('overwrite') });
    const upload = await files.openUpload(path('/pub/new'), { owner: 'ann' });
    await upload.write(bytesOf('late'), 0);
    await put(all, '/pub/new', 'early');
    await assertFails(upload.commit(), 'exists');
    await upload.keep();
    assert.equal(await get(all, '/pub/new'), 'early');
    // What was kept of it is no way to replace the file either.
    await assertFails(
      files.openUpload(path('/pub/new'), { owner: 'ann', start: { from: 'offset', offsetBytes: 4 } }),
      'denied',
    );
    const added = await files.openUpload(path('/pub/new'), { owner: 'ann', start: { from: 'end' } });
    assert.equal(added.startBytes, 5);
    await added.discard();
  });

  test('append adds behind the end and changes nothing before it', async () => {
    const { all, files } = await made({ '/': ['append', 'write'] });
    const from = (offsetBytes: number): Parameters<FileSystem['openUpload']>[1] => ({
      start: { from: 'offset', offsetBytes },
    });
    await assertFails(files.openUpload(path('/pub/f'), from(2)), 'denied');
    await assertFails(files.openUpload(path('/pub/f'), from(100)), 'bad-offset');
    const upload = await files.openUpload(path('/pub/f'), from(9));
    await assertFails(upload.write(bytesOf('x'), 0), 'denied');
    await upload.write(bytesOf('!'), 9);
    await upload.commit();
    assert.equal(await get(all, '/pub/f'), 'in /pub/f!');
  });

  test('an interrupted upload is continued with the permission to write', async () => {
    const { all, files } = await made({ '/': ['write', 'append'] });
    const first = await files.openUpload(path('/in/new'), { owner: 'ann' });
    await first.write(bytesOf('half'), 0);
    await first.keep();
    assert.equal(await files.interruptedSize?.(path('/in/new'), 'ann'), 4);
    await put(files, '/in/new', ' done', { owner: 'ann', start: { from: 'offset', offsetBytes: 4 } });
    assert.equal(await get(all, '/in/new'), 'half done');
    const reader = limit(all, { '/': ['list', 'read'] });
    assert.equal(await reader.interruptedSize?.(path('/in/other'), 'ann'), undefined);
  });

  test('a rename needs its permission at both ends, and overwrite where a file stands', async () => {
    const { files } = await made({ '/': without('overwrite'), '/in': without('rename') });
    await assertFails(files.rename(path('/pub/f'), path('/in/g')), 'denied');
    await assertFails(files.rename(path('/in/f'), path('/pub/g')), 'denied');
    await put(files, '/pub/g', 'x');
    await assertFails(files.rename(path('/pub/f'), path('/pub/g')), 'denied');
    await files.rename(path('/pub/f'), path('/pub/h'));
  });

  test('a directory is not moved out from under a rule, nor under one', async () => {
    const { files } = await made({ '/': EVERYTHING, '/secret/deep': ['list'], '/free/shown': [] });
    await assertFails(files.rename(path('/secret'), path('/mine')), 'denied');
    await assertFails(files.rename(path('/pub'), path('/free')), 'denied');
    await files.rename(path('/pub'), path('/public'));
    await files.rename(path('/secret/f'), path('/free'));
  });

  test('in-place access is judged by what it will do', async () => {
    const { files } = await made({ '/': ['write', 'read'] });
    const open = files.openAt;
    assert.ok(open !== undefined);
    await assertFails(open(path('/pub/f'), { access: 'read-write' }), 'denied');
    await assertFails(open(path('/pub/f'), { access: 'write', create: 'if-missing', truncate: true }), 'denied');
    await using file = await open(path('/pub/new'), { access: 'write', create: 'if-missing' });
    await file.write(bytesOf('x'), 0);
    await file.setAttributes({ sizeBytes: 0 });
    await assertFails(file.setAttributes({ sizeBytes: 0, mode: 0o600 }), 'denied');
  });

  test('rules hold across mounts, by the path in the whole tree', async () => {
    const { all } = await made({});
    const tree = mountFileSystem([{ at: path('/m/u1'), fileSystem: all }]);
    const files = limit(tree, { '/': EVERYTHING, '/m/u1/secret': [] });
    assert.deepEqual(await namesOf(files, '/m/u1'), ['in', 'pub']);
    await assertFails(files.stat(path('/m/u1/secret/f')), 'not-found');
    const hidden = limit(tree, { '/other': EVERYTHING });
    await assertFails(hidden.stat(path('/m/u1')), 'not-found');
    await assertFails(hidden.removeDirectory(path('/m')), 'not-found');
    const leading = limit(tree, { '/m/u1/pub': ['list', 'read'] });
    assert.deepEqual(await namesOf(leading, '/m'), ['u1']);
    assert.deepEqual(await namesOf(leading, '/m/u1'), ['pub']);
  });

  test('a guard of the caller is asked as well', async () => {
    const { files } = await made({ '/': ['list', 'read'] });
    const seen: string[] = [];
    await files.stat(path('/pub/f'), { guard: (real) => void seen.push(real) });
    assert.deepEqual(seen, ['/pub', '/pub/f']);
  });

  test('a file system that asks no guard shows nothing', async () => {
    const { all } = await made({});
    const careless: FileSystem = { ...all, stat: (at) => all.stat(at), list: (at) => all.list(at) };
    const files = limit(careless, { '/': ['list', 'read'] });
    await assert.rejects(files.stat(path('/pub')), /asks no guard/);
    await assert.rejects(namesOf(files, '/'), /asks no guard/);
  });
});
