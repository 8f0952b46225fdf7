/** The file system contract: reading, listing, and names that are made, moved and removed. */
import assert from 'node:assert/strict';
import { ROOT } from '../../src/base/virtual-path.ts';
import { type Case, assertFails, get, namesOf, path, put } from './files-probe.ts';

export const reading: Record<string, Case> = {
  'the root is a directory': async (files) => {
    assert.equal((await files.stat(ROOT)).type, 'directory');
    assert.equal((await files.stat(ROOT)).name, '');
    assert.deepEqual(await namesOf(files, '/'), []);
  },
  'what was put is found, read and listed': async (files) => {
    const before = Date.now() - 2000;
    const committed = await put(files, '/a.txt', 'hello');
    const entry = await files.stat(path('/a.txt'));
    assert.equal(entry.name, 'a.txt');
    assert.equal(entry.type, 'file');
    assert.equal(entry.sizeBytes, 5);
    assert.ok(entry.modifiedMs >= before && entry.modifiedMs <= Date.now() + 2000);
    assert.equal(committed.sizeBytes, 5);
    assert.equal(committed.name, 'a.txt');
    assert.equal(await get(files, '/a.txt'), 'hello');
    assert.deepEqual(await namesOf(files, '/'), ['a.txt']);
  },
  'reads are made at any offset, and end with 0': async (files) => {
    await put(files, '/a', '0123456789');
    await using reader = await files.openReader(path('/a'));
    const into = new Uint8Array(4);
    assert.equal(await reader.read(into, 3), 4);
    assert.equal(new TextDecoder().decode(into), '3456');
    assert.equal(await reader.read(into, 8), 2);
    assert.equal(await reader.read(into, 10), 0);
    assert.equal(await reader.read(into, 1000), 0);
    if (reader.readNow !== undefined) assert.equal(reader.readNow(into, 1), 4);
    await reader.close();
    await reader.close();
  },
  'a reader keeps the file that it opened': async (files) => {
    await put(files, '/a', 'old');
    await using reader = await files.openReader(path('/a'));
    await put(files, '/a', 'newer');
    const into = new Uint8Array(10);
    assert.equal(await reader.read(into, 0), 3);
    assert.equal(new TextDecoder().decode(into.subarray(0, 3)), 'old');
    assert.equal(await get(files, '/a'), 'newer');
  },
  'what is not there is not found': async (files) => {
    await assertFails(files.stat(path('/no')), 'not-found');
    await assertFails(files.openReader(path('/no')), 'not-found');
    await assertFails(files.openReader(path('/no/deeper')), 'not-found');
    await assertFails(files.remove(path('/no')), 'not-found');
    await assertFails(files.removeDirectory(path('/no')), 'not-found');
    await assertFails(files.rename(path('/no'), path('/b')), 'not-found');
    await assertFails(namesOf(files, '/no'), 'not-found');
    await assertFails(files.openUpload(path('/no/a')), 'not-found');
    await assertFails(files.makeDirectory(path('/no/a')), 'not-found');
  },
  'kinds are not confused': async (files) => {
    await put(files, '/file', 'x');
    await files.makeDirectory(path('/dir'));
    await assertFails(files.openReader(path('/dir')), 'is-directory');
    await assertFails(files.openReader(ROOT), 'is-directory');
    await assertFails(files.openUpload(path('/dir')), 'is-directory');
    await assertFails(files.openUpload(ROOT), 'is-directory');
    await assertFails(files.remove(path('/dir')), 'is-directory');
    await assertFails(files.removeDirectory(path('/file')), 'not-directory');
    await assertFails(namesOf(files, '/file'), 'not-directory');
    await assertFails(files.stat(path('/file/below')), 'not-directory');
    await assertFails(files.openUpload(path('/file/below')), 'not-directory');
  },
  'a long listing comes in batches and whole': async (files) => {
    for (let index = 0; index < 700; index += 1) await files.makeDirectory(path(`/d${index}`));
    let batches = 0;
    const names = new Set<string>();
    for await (const batch of files.list(ROOT)) {
      batches += 1;
      assert.ok(batch.length > 0 && batch.length <= 1024);
      for (const entry of batch) names.add(entry.name);
    }
    assert.equal(names.size, 700);
    assert.ok(batches > 1);
    for await (const batch of files.list(ROOT)) {
      assert.ok(batch.length > 0);
      break;
    }
  },
  'an aborted signal stops a listing and every other call': async (files) => {
    const signal = AbortSignal.abort();
    await assert.rejects(files.stat(ROOT, { signal }), { name: 'AbortError' });
    await assert.rejects(files.makeDirectory(path('/d'), { signal }), { name: 'AbortError' });
    await assert.rejects(files.openUpload(path('/d'), { signal }), { name: 'AbortError' });
    await assert.rejects(Array.fromAsync(files.list(ROOT, { signal })), { name: 'AbortError' });
    assert.deepEqual(await namesOf(files, '/'), []);
  },
};

export const changing: Record<string, Case> = {
  'directories are made and removed': async (files) => {
    await files.makeDirectory(path('/d'));
    await files.makeDirectory(path('/d/e'));
    await assertFails(files.makeDirectory(path('/d')), 'exists');
    await assertFails(files.makeDirectory(ROOT), 'exists');
    await assertFails(files.removeDirectory(path('/d')), 'not-empty');
    await files.removeDirectory(path('/d/e'));
    await files.removeDirectory(path('/d'));
    await assertFails(files.removeDirectory(ROOT), 'denied', 'busy');
    assert.deepEqual(await namesOf(files, '/'), []);
  },
  'files are removed': async (files) => {
    await put(files, '/a', 'x');
    await files.remove(path('/a'));
    await assertFails(files.stat(path('/a')), 'not-found');
    await assertFails(files.remove(ROOT), 'is-directory');
  },
  'rename moves a file, and replaces one': async (files) => {
    await put(files, '/a', 'a');
    await put(files, '/b', 'b');
    await files.makeDirectory(path('/d'));
    await files.rename(path('/a'), path('/d/a'));
    assert.equal(await get(files, '/d/a'), 'a');
    await files.rename(path('/d/a'), path('/b'));
    assert.equal(await get(files, '/b'), 'a');
    await files.rename(path('/b'), path('/b'));
    assert.equal(await get(files, '/b'), 'a');
    assert.deepEqual(await namesOf(files, '/'), ['b', 'd']);
  },
  'rename moves a directory with what is in it, and never over or into one': async (files) => {
    await files.makeDirectory(path('/d'));
    await put(files, '/d/a', 'a');
    await files.makeDirectory(path('/e'));
    await put(files, '/f', 'f');
    await assertFails(files.rename(path('/d'), path('/e')), 'exists');
    await assertFails(files.rename(path('/f'), path('/e')), 'exists');
    await assertFails(files.rename(path('/d'), path('/f')), 'exists');
    await assertFails(files.rename(path('/d'), path('/d/below')), 'bad-name');
    await files.rename(path('/d'), path('/d'));
    await files.rename(path('/d'), path('/e/d'));
    assert.equal(await get(files, '/e/d/a'), 'a');
    await assertFails(files.rename(ROOT, path('/x')), 'denied', 'busy', 'bad-name');
    await assertFails(files.rename(path('/f'), ROOT), 'exists');
  },
  'a name is 255 bytes at most': async (files) => {
    await put(files, `/${'n'.repeat(255)}`, 'x');
    await assertFails(put(files, `/${'n'.repeat(256)}`, 'x'), 'bad-name');
    await assertFails(files.stat(path(`/${'n'.repeat(256)}`)), 'bad-name', 'not-found');
  },
  'names with blanks, letters of the world and raw bytes are kept': async (files) => {
    const names = [
      ' lead',
      'trail ',
      'a b',
      'Grüße',
      '日本',
      '\u{1F600}',
      'raw\udcff\udc80',
      '*',
      '$(id)',
      '%s%n',
      '-rf',
    ];
    for (const name of names) await put(files, `/${name}`, name);
    assert.deepEqual(await namesOf(files, '/'), names.toSorted());
    for (const name of names) assert.equal((await files.stat(path(`/${name}`))).name, name);
    for (const name of names) await files.remove(path(`/${name}`));
    assert.deepEqual(await namesOf(files, '/'), []);
  },
};
