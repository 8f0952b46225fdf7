/** The file system contract: what only some file systems can do. */
import assert from 'node:assert/strict';
import { ROOT } from '../../src/base/virtual-path.ts';
import { type Case, assertFails, bytesOf, get, namesOf, path, put } from './files-probe.ts';

export const attributes: Record<string, Case> = {
  'the permission bits of a replaced file are carried over': async (files) => {
    await put(files, '/a', 'old', { mode: 0o600 });
    await files.setAttributes?.(path('/a'), { mode: 0o640 });
    const entry = await put(files, '/a', 'new', { mode: 0o600 });
    assert.equal(entry.mode, 0o640);
  },
  'mode and times are set, also one time alone': async (files) => {
    const set = files.setAttributes;
    assert.ok(set !== undefined);
    await put(files, '/a', 'x');
    await set(path('/a'), { mode: 0o600, modifiedMs: 1_000_000_123, accessedMs: 2_000_000_456 });
    const first = await files.stat(path('/a'));
    assert.deepEqual([first.mode, first.modifiedMs, first.accessedMs], [0o600, 1_000_000_123, 2_000_000_456]);
    await set(path('/a'), { modifiedMs: 5000 });
    const second = await files.stat(path('/a'));
    assert.deepEqual([second.modifiedMs, second.accessedMs], [5000, 2_000_000_456]);
    await files.makeDirectory(path('/d'));
    await set(path('/d'), { mode: 0o700, modifiedMs: 7000 });
    assert.deepEqual([(await files.stat(path('/d'))).mode, (await files.stat(path('/d'))).modifiedMs], [0o700, 7000]);
  },
  'a file is cut and grown': async (files) => {
    const set = files.setAttributes;
    assert.ok(set !== undefined);
    await put(files, '/a', '0123456789');
    await set(path('/a'), { sizeBytes: 4 });
    assert.equal(await get(files, '/a'), '0123');
    await set(path('/a'), { sizeBytes: 6 });
    assert.equal(await get(files, '/a'), '0123\0\0');
    await files.makeDirectory(path('/d'));
    await assertFails(set(path('/d'), { sizeBytes: 0 }), 'is-directory');
    await assertFails(set(path('/a'), { sizeBytes: -1 }), 'bad-offset');
    await assertFails(set(path('/a'), { sizeBytes: 2 ** 63 }), 'bad-offset', 'full');
    await assertFails(set(path('/no'), { mode: 0o600 }), 'not-found');
  },
  'unique ids tell files apart': async (files) => {
    await put(files, '/a', 'x');
    await put(files, '/b', 'x');
    const [a, b] = [await files.stat(path('/a')), await files.stat(path('/b'))];
    assert.ok(a.uniqueId === undefined || a.uniqueId !== b.uniqueId);
  },
};

export const inPlace: Record<string, Case> = {
  'a file is opened in place, read and written': async (files) => {
    const open = files.openAt;
    assert.ok(open !== undefined);
    await assertFails(open(path('/a'), { access: 'read' }), 'not-found');
    await using file = await open(path('/a'), { access: 'read-write', create: 'if-missing' });
    await file.write(bytesOf('0123456789'), 0);
    assert.equal(await get(files, '/a'), '0123456789');
    await file.write(bytesOf('AB'), 4);
    const into = new Uint8Array(4);
    assert.equal(await file.read(into, 3), 4);
    assert.equal(new TextDecoder().decode(into), '3AB6');
    await file.setAttributes({ sizeBytes: 5, mode: 0o600, modifiedMs: 9000 });
    const entry = await file.stat();
    assert.deepEqual([entry.name, entry.sizeBytes, entry.mode, entry.modifiedMs], ['a', 5, 0o600, 9000]);
    await file.sync();
    await assertFails(open(path('/a'), { access: 'write', create: 'must-be-new' }), 'exists');
    await (await open(path('/a'), { access: 'write', create: 'if-missing', truncate: true })).close();
    assert.equal((await files.stat(path('/a'))).sizeBytes, 0);
    await (await open(path('/b'), { access: 'write', create: 'must-be-new' })).close();
    await assertFails(open(ROOT, { access: 'read' }), 'is-directory');
    await assertFails(open(ROOT, { access: 'write', create: 'if-missing' }), 'is-directory');
  },
  'a file opened for one thing does not do the other': async (files) => {
    await put(files, '/a', 'x');
    const reader = await files.openAt?.(path('/a'), { access: 'read' });
    const writer = await files.openAt?.(path('/a'), { access: 'write' });
    assert.ok(reader !== undefined && writer !== undefined);
    await assertFails(reader.write(bytesOf('y'), 0), 'denied');
    await assertFails(reader.setAttributes({ sizeBytes: 0 }), 'denied');
    await assertFails(writer.read(new Uint8Array(1), 0), 'denied');
    await reader.close();
    await writer.close();
    assert.equal(await get(files, '/a'), 'x');
  },
};

export const linking: Record<string, Case> = {
  'links are followed in paths and at their end': async (files) => {
    const { links } = files;
    assert.ok(links !== undefined);
    await files.makeDirectory(path('/d'));
    await files.makeDirectory(path('/d/e'));
    await put(files, '/d/e/f', 'content');
    await links.make('d/e', path('/relative'));
    await links.make('/d/e', path('/absolute'));
    await links.make('../e/../../relative/f', path('/d/e/up'));
    for (const name of ['/relative/f', '/absolute/f', '/d/e/up', '/relative/up'])
      assert.equal(await get(files, name), 'content');
    assert.deepEqual(await namesOf(files, '/relative'), ['f', 'up']);
    assert.equal((await files.stat(path('/relative'))).type, 'directory');
    const entry = await files.stat(path('/relative'), { links: 'stay' });
    assert.deepEqual([entry.type, entry.linkTarget], ['symlink', 'd/e']);
    assert.equal(await links.read(path('/relative')), 'd/e');
    assert.equal(await links.read(path('/absolute')), '/d/e');
    await assertFails(links.read(path('/d')), 'bad-name');
    await assertFails(links.make('x', path('/relative')), 'exists');
  },
  'removing and renaming act on the link itself': async (files) => {
    await put(files, '/f', 'content');
    await files.links?.make('f', path('/link'));
    await files.rename(path('/link'), path('/moved'));
    await put(files, '/g', 'g');
    await files.links?.make('g', path('/other'));
    await files.rename(path('/f'), path('/other'));
    assert.equal(await get(files, '/g'), 'g');
    assert.equal(await get(files, '/other'), 'content');
    await files.remove(path('/moved'));
    assert.deepEqual(await namesOf(files, '/'), ['g', 'other']);
    await files.makeDirectory(path('/d'));
    await files.links?.make('d', path('/to-d'));
    await assertFails(files.removeDirectory(path('/to-d')), 'not-directory');
    await files.remove(path('/to-d'));
    assert.equal((await files.stat(path('/d'))).type, 'directory');
  },
  'loops end, chains of forty work': async (files) => {
    await files.links?.make('b', path('/a'));
    await files.links?.make('a', path('/b'));
    await assertFails(files.stat(path('/a')), 'too-many-links');
    await assertFails(files.openUpload(path('/a')), 'too-many-links');
    await put(files, '/f', 'end');
    await files.links?.make('f', path('/l1'));
    for (let index = 2; index <= 41; index += 1) await files.links?.make(`l${index - 1}`, path(`/l${index}`));
    assert.equal(await get(files, '/l40'), 'end');
    await assertFails(files.stat(path('/l41')), 'too-many-links');
  },
  'an upload through a link writes where it leads, also when nothing is there yet': async (files) => {
    await files.makeDirectory(path('/d'));
    await files.links?.make('d/f', path('/link'));
    await put(files, '/link', 'content');
    assert.equal(await get(files, '/d/f'), 'content');
    assert.equal((await files.stat(path('/link'), { links: 'stay' })).type, 'symlink');
    await put(files, '/link', 'again');
    assert.equal(await get(files, '/d/f'), 'again');
  },
  'links that lead outside are refused': async (files) => {
    const { links } = files;
    assert.ok(links !== undefined);
    await files.makeDirectory(path('/d'));
    for (const target of ['../x', '../../etc/passwd', '/../etc', 'd/../../x']) {
      await assertFails(links.make(target, path('/out')), 'denied');
    }
    await assertFails(links.make('', path('/out')), 'bad-name');
    await assertFails(links.make('a\0b', path('/out')), 'bad-name');
    assert.deepEqual(await namesOf(files, '/'), ['d']);
  },
};

export const space: Record<string, Case> = {
  'free space is a number': async (files) => {
    assert.ok(((await files.freeSpace?.(ROOT)) ?? -1) > 0);
    assert.ok(((await files.freeSpace?.(path('/not-yet'))) ?? -1) > 0);
  },
};
