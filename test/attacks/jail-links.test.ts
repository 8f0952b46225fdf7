/** What links and hard links tell and reach: a client learns nothing of the way above its root. */
import assert from 'node:assert/strict';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from '../../src/base/virtual-path.ts';
import { type LocalFileSystem, localFileSystem } from '../../src/files/index.ts';
import { assertFails, get, path, put } from '../conformance/files-probe.ts';

interface Ground extends Disposable {
  readonly files: LocalFileSystem;
  readonly base: string;
  readonly root: string;
}

function prepare(jail: 'descriptors' | 'paths'): Ground {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'portcall-links-')));
  const root = join(base, 'u1');
  mkdirSync(join(root, 'd', 'e'), { recursive: true });
  mkdirSync(join(base, 'u10'));
  writeFileSync(join(base, 'u10', 'secret'), 'secret');
  const files = localFileSystem({ root, jail, flush: 'never' });
  const dispose = (): void => {
    files.close();
    rmSync(base, { recursive: true });
  };
  return { files, base, root, [Symbol.dispose]: dispose };
}

/** Three doors show a target: READLINK, stat and the listing. */
async function shown(files: LocalFileSystem, directory: string, name: string): Promise<(string | undefined)[]> {
  const link = path(`${directory}/${name}`);
  const listed: (string | undefined)[] = [];
  for await (const batch of files.list(path(directory)))
    for (const entry of batch) if (entry.name === name) listed.push(entry.linkTarget);
  const read = await files.links.read(link).catch(() => undefined);
  return [read, (await files.stat(link, { links: 'stay' })).linkTarget, ...listed];
}

for (const jail of process.platform === 'linux' ? (['descriptors', 'paths'] as const) : (['paths'] as const)) {
  describe(`links, by ${jail}`, () => {
    test('a target that climbs above the root is not shown, however it is written', async () => {
      using ground = prepare(jail);
      const { base, root } = ground;
      const targets = [
        '../u10/secret',
        `../../${basename(base)}/u1/d`,
        `${root}/../u10/secret`,
        'd/../../u10',
        '..',
        `${root}/..`,
      ];
      for (const [index, target] of targets.entries()) {
        symlinkSync(target, join(root, `l${index}`));
        assert.deepEqual(await shown(ground.files, '/', `l${index}`), [undefined, undefined, undefined], target);
        await assertFails(ground.files.links.read(path(`/l${index}`)), 'denied');
      }
      symlinkSync('../../../u10', join(root, 'd', 'e', 'deep'));
      assert.deepEqual(await shown(ground.files, '/d/e', 'deep'), [undefined, undefined, undefined]);
    });

    test('a target that stays inside is shown, also where the path to the link is itself a link', async () => {
      using ground = prepare(jail);
      symlinkSync('../../f', join(ground.root, 'd', 'e', 'up'));
      symlinkSync('d/e', join(ground.root, 'short'));
      symlinkSync(join(ground.root, 'd'), join(ground.root, 'absolute'));
      for (const directory of ['/d/e', '/short'])
        assert.deepEqual(await shown(ground.files, directory, 'up'), ['../../f', '../../f', '../../f']);
      assert.deepEqual(await shown(ground.files, '/', 'absolute'), ['/d', '/d', '/d']);
    });

    test('links are made by where they really stand, not by the path that was typed', async () => {
      using ground = prepare(jail);
      symlinkSync('../..', join(ground.root, 'd', 'e', 'top'));
      await assertFails(ground.files.links.make('../../../u10', path('/d/e/top/out')), 'denied');
      await put(ground.files, '/f', 'found');
      await ground.files.links.make('/f', path('/d/e/in'));
      assert.equal(await get(ground.files, '/d/e/in'), 'found');
    });

    test('a hard link to a file outside is that file: only who can write outside can make one, and it is served', async () => {
      using ground = prepare(jail);
      linkSync(join(ground.base, 'u10', 'secret'), join(ground.root, 'hard'));
      assert.equal(await get(ground.files, '/hard'), 'secret');
      await put(ground.files, '/hard', 'replaced');
      assert.equal(await get(ground.files, '/hard'), 'replaced');
      assert.equal(readFileSync(join(ground.base, 'u10', 'secret'), 'utf8'), 'secret', 'an upload replaces the name');
    });

    test('a link that a client moves up leads nobody out here, and no longer shows where it points', async () => {
      using ground = prepare(jail);
      await ground.files.links.make('../u10/secret', path('/d/l'));
      await ground.files.rename(path('/d/l'), path('/l'));
      await assertFails(ground.files.openReader(path('/l')), 'denied');
      assert.deepEqual(await shown(ground.files, ROOT, 'l'), [undefined, undefined, undefined]);
    });
  });
}
