/** Names, links, special files and races against the jail of the local file system. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { ROOT, type VirtualPath, resolvePath } from '../../src/base/virtual-path.ts';
import { type FileSystem, type LocalFileSystem, localFileSystem } from '../../src/files/index.ts';
import { assertFails, get, namesOf, path, put } from '../conformance/files-probe.ts';
import { raceAgainstSwaps } from './race.ts';

interface Ground extends Disposable {
  readonly files: LocalFileSystem;
  /** The jail's root, …/u1. */
  readonly root: string;
  /** A neighbour whose name begins with the root's, …/u10. */
  readonly neighbour: string;
}

function prepare(jail: 'descriptors' | 'paths'): Ground {
  const base = mkdtempSync(join(tmpdir(), 'portcall-jail-'));
  const [root, neighbour] = [join(base, 'u1'), join(base, 'u10')];
  mkdirSync(root);
  mkdirSync(neighbour);
  writeFileSync(join(neighbour, 'secret'), 'secret');
  const files = localFileSystem({ root, jail, flush: 'never' });
  const dispose = (): void => {
    files.close();
    rmSync(base, { recursive: true, force: true });
  };
  return { files, root, neighbour, [Symbol.dispose]: dispose };
}

/** Every call that could read or write through a path. */
async function assertNothingReaches(files: FileSystem, name: VirtualPath): Promise<void> {
  await assertFails(files.stat(name), 'denied');
  await assertFails(files.openReader(name), 'denied', 'is-directory');
  await assertFails(files.openUpload(name), 'denied');
  await assertFails(namesOf(files, name), 'denied');
  await assertFails(files.stat(path(`${name}/secret`)), 'denied');
  await assertFails(files.openReader(path(`${name}/secret`)), 'denied');
  await assertFails(files.openUpload(path(`${name}/new`)), 'denied');
  await assertFails(files.makeDirectory(path(`${name}/new`)), 'denied');
  await assertFails(files.remove(path(`${name}/secret`)), 'denied');
  await assertFails(files.removeDirectory(path(`${name}/secret`)), 'denied');
  await assertFails(files.rename(path(`${name}/secret`), path('/stolen')), 'denied');
  await assertFails(files.openAt!(path(`${name}/new`), { access: 'write', create: 'if-missing' }), 'denied');
  await assertFails(files.setAttributes!(name, { mode: 0o777 }), 'denied');
}

const HOSTILE_NAMES = [
  '../u10/secret',
  '....//u10/secret',
  '..\\u10\\secret',
  '%2e%2e/u10/secret',
  '/../../u10/secret',
  'a/../../u10/secret',
  '//etc/passwd',
  '~root',
  'C:\\Windows',
  '\\\\?\\C:\\x',
  '\\\\host\\share',
  'file::$DATA',
  'CON',
  'NUL.txt',
  'dot.',
  'blank ',
  'PROGRA~1',
  '/proc/self/root/etc/passwd',
  '.../...',
  '/..',
  '/.',
  'x/..',
];

for (const jail of process.platform === 'linux' ? (['descriptors', 'paths'] as const) : (['paths'] as const)) {
  describe(`the jail by ${jail}`, () => {
    test('hostile names are names inside, or nothing', async () => {
      using ground = prepare(jail);
      for (const name of HOSTILE_NAMES) {
        const asked = resolvePath(ROOT, name);
        assert.ok(asked !== undefined);
        const upload = await ground.files.openUpload(asked).catch(() => undefined);
        await upload?.write(Buffer.from('mine'), 0);
        await upload?.commit();
      }
      assert.deepEqual(readdirSync(ground.neighbour), ['secret']);
      assert.equal(readFileSync(join(ground.neighbour, 'secret'), 'utf8'), 'secret');
      assert.equal(existsSync(join(ground.root, '..', 'etc')), false);
    });

    test('links to the outside lead nowhere, and do not tell where they point', async () => {
      using ground = prepare(jail);
      const targets = [
        ground.neighbour,
        '../u10',
        '/etc',
        '/',
        '..',
        '../../../../../../..',
        '/proc/self/root',
        `${ground.root}/../u10`,
        `${ground.root}0`,
      ];
      for (const [index, target] of targets.entries()) {
        symlinkSync(target, join(ground.root, `out${index}`));
        await assertNothingReaches(ground.files, path(`/out${index}`));
      }
      await assertFails(ground.files.links.read(path('/out0')), 'denied');
      assert.equal((await ground.files.stat(path('/out0'), { links: 'stay' })).linkTarget, undefined);
      for await (const batch of ground.files.list(ROOT)) {
        for (const { linkTarget } of batch) assert.ok(linkTarget?.includes('portcall-jail') !== true);
      }
      await ground.files.remove(path('/out0'));
      assert.deepEqual(readdirSync(ground.neighbour), ['secret']);
    });

    test('chains to the outside, and through it back in, are refused', async () => {
      using ground = prepare(jail);
      mkdirSync(join(ground.root, 'd'));
      symlinkSync('b', join(ground.root, 'a'));
      symlinkSync('c', join(ground.root, 'b'));
      symlinkSync('d/../../u10', join(ground.root, 'c'));
      symlinkSync('../u1/d', join(ground.root, 'back'));
      await assertNothingReaches(ground.files, path('/a'));
      await assertFails(ground.files.stat(path('/back')), 'denied');
    });

    test('absolute links that lie inside are followed, relative ones may go up as far as the root', async () => {
      using ground = prepare(jail);
      mkdirSync(join(ground.root, 'd', 'e'), { recursive: true });
      writeFileSync(join(ground.root, 'f'), 'inside');
      symlinkSync(join(ground.root, 'f'), join(ground.root, 'd', 'absolute'));
      symlinkSync('../../f', join(ground.root, 'd', 'e', 'relative'));
      symlinkSync(ground.root, join(ground.root, 'd', 'top'));
      assert.equal(await get(ground.files, '/d/absolute'), 'inside');
      assert.equal(await get(ground.files, '/d/e/relative'), 'inside');
      assert.equal(await get(ground.files, '/d/top/d/top/f'), 'inside');
      assert.equal((await ground.files.stat(path('/d/absolute'), { links: 'stay' })).linkTarget, '/f');
      assert.equal(await ground.files.links.read(path('/d/top')), '/');
    });

    test('a dangling link to the outside takes no upload', async () => {
      using ground = prepare(jail);
      symlinkSync(join(ground.neighbour, 'new'), join(ground.root, 'dangling'));
      await assertFails(put(ground.files, '/dangling', 'x'), 'denied');
      await assertFails(ground.files.openAt(path('/dangling'), { access: 'write', create: 'if-missing' }), 'denied');
      await assertFails(ground.files.openAt(path('/dangling'), { access: 'write', create: 'must-be-new' }), 'exists');
      await assertFails(ground.files.makeDirectory(path('/dangling')), 'exists');
      assert.deepEqual(readdirSync(ground.neighbour), ['secret']);
    });

    test('loops and very long links end quickly', async () => {
      using ground = prepare(jail);
      symlinkSync('loop', join(ground.root, 'loop'));
      mkdirSync(join(ground.root, 'd'));
      for (let index = 0; index < 20; index += 1)
        symlinkSync('d/../'.repeat(800) + 'd', join(ground.root, `l${index}`));
      const begin = performance.now();
      await assertFails(ground.files.stat(path('/loop')), 'too-many-links');
      await assertFails(ground.files.openUpload(path('/loop/x')), 'too-many-links');
      await ground.files.stat(path('/l0')).catch(() => undefined);
      assert.ok(performance.now() - begin < 2000);
    });

    test('FIFOs, sockets and devices are neither opened nor waited for', async () => {
      using ground = prepare(jail);
      execFileSync('mkfifo', [join(ground.root, 'fifo')]);
      await using server = createServer();
      await new Promise<void>((resolve) => server.listen(join(ground.root, 'socket'), resolve));
      const special = ['/fifo', '/socket'];
      if (process.getuid?.() === 0) {
        execFileSync('mknod', [join(ground.root, 'null'), 'c', '1', '3']);
        special.push('/null');
      }
      for (const name of special) {
        assert.equal((await ground.files.stat(path(name))).type, 'other');
        await assertFails(ground.files.openReader(path(name)), 'not-regular');
        await assertFails(ground.files.openUpload(path(name)), 'not-regular');
        await assertFails(
          ground.files.openAt(path(name), { access: 'read-write', create: 'if-missing' }),
          'not-regular',
        );
        await assertFails(ground.files.setAttributes(path(name), { sizeBytes: 0 }), 'not-regular');
        symlinkSync(name.slice(1), join(ground.root, `to-${name.slice(1)}`));
        await assertFails(ground.files.openReader(path(`/to-${name.slice(1)}`)), 'not-regular');
      }
    });

    test('very long names and very deep paths are refused or served, never worse', async () => {
      using ground = prepare(jail);
      await assertFails(put(ground.files, `/${'n'.repeat(256)}`, 'x'), 'bad-name');
      await assertFails(ground.files.stat(path(`/${'n'.repeat(4000)}`)), 'bad-name');
      assert.equal(resolvePath(ROOT, 'n'.repeat(65_536)), undefined);
      await assertFails(ground.files.stat(path('/a'.repeat(2000))), 'not-found');
      let deep = '';
      for (let depth = 0; depth < 200; depth += 1) {
        deep += '/abcdefghijklmnop';
        await ground.files.makeDirectory(path(deep));
      }
      await put(ground.files, `${deep}/f`, 'deep');
      assert.equal(await get(ground.files, `${deep}/f`), 'deep');
    });

    test('reserved names are hidden and cannot be made, read or reached by a link', async () => {
      using ground = prepare(jail);
      const reserved = '.portcall-000000-1-000000000000.upload';
      writeFileSync(join(ground.root, reserved), 'half');
      symlinkSync(reserved, join(ground.root, 'link'));
      assert.deepEqual(await namesOf(ground.files, '/'), ['link']);
      await assertFails(ground.files.stat(path(`/${reserved}`)), 'not-found');
      await assertFails(ground.files.openReader(path(`/${reserved}`)), 'not-found');
      await assertFails(ground.files.openReader(path('/link')), 'not-found');
      await assertFails(ground.files.remove(path(`/${reserved}`)), 'not-found');
      await assertFails(ground.files.rename(path(`/${reserved}`), path('/mine')), 'not-found');
      for (const name of ['/.portcall-x', '/.PORTCALL-x']) {
        await assertFails(ground.files.makeDirectory(path(name)), 'bad-name');
        await assertFails(put(ground.files, name, 'x'), 'bad-name');
        await assertFails(ground.files.rename(path('/link'), path(name)), 'bad-name');
        await assertFails(ground.files.links.make(name.slice(1), path('/l')), 'bad-name');
        await assertFails(ground.files.openAt(path(name), { access: 'write', create: 'if-missing' }), 'bad-name');
      }
    });

    test('an interrupted upload that is a second name of another file is not written to', async () => {
      using ground = prepare(jail);
      const upload = await ground.files.openUpload(path('/a'), { owner: 'ann' });
      await upload.write(Buffer.from('half'), 0);
      await upload.keep();
      const part = readdirSync(ground.root).find((name) => name.endsWith('.part'));
      assert.ok(part !== undefined);
      rmSync(join(ground.root, part));
      execFileSync('ln', [join(ground.neighbour, 'secret'), join(ground.root, part)]);
      const again = await ground.files.openUpload(path('/a'), { owner: 'ann', start: { from: 'end' } });
      assert.equal(again.startBytes, 0);
      await again.write(Buffer.from('overwritten'), 0);
      await again.commit();
      assert.equal(readFileSync(join(ground.neighbour, 'secret'), 'utf8'), 'secret');
    });

    test('the root itself stays', async () => {
      using ground = prepare(jail);
      await assertFails(ground.files.removeDirectory(ROOT), 'denied');
      await assertFails(ground.files.remove(ROOT), 'is-directory');
      chmodSync(ground.root, 0o755);
      assert.equal(lstatSync(ground.root).isDirectory(), true);
    });
  });
}

test('three seconds of directory swaps lead nothing outside', { skip: process.platform !== 'linux' }, async () => {
  const { succeeded, refused } = await raceAgainstSwaps(3000);
  assert.ok(succeeded > 500 && refused > 500, `${succeeded} calls succeeded, ${refused} were refused`);
});
