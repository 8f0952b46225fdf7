/** `portcall image make` and `portcall image inspect`, as they are typed. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { IMAGE_FAMILIES } from '../../src/device/image/image-families.ts';
import { runHere } from '../support/run-here.ts';
import { emptyFolder } from './portcall.ts';

interface Told {
  readonly path?: string;
  readonly file?: string;
  readonly size: number;
  readonly state?: string;
  readonly md5: string;
  readonly version: string;
  readonly family: string;
  readonly usualName?: string;
}

const told = (stdout: string): Told => JSON.parse(stdout) as Told;

describe('an image that is made', () => {
  for (const { name, versions, tar } of IMAGE_FAMILIES)
    for (const form of tar === true ? ['--force', '--tar'] : ['--force'])
      test(`for ${name}${form === '--tar' ? ' as an archive' : ''} is found to be what it is, and sound`, async () => {
        using folder = emptyFolder();
        const version = versions === 'xe' ? '17.3.1' : '15.1(4)M4';
        const words = ['image', 'make', '--family', name, '--version', version, form, '--json'];
        const made = await runHere(words, { cwd: folder.path });
        assert.equal(made.code, 0, made.stderr);
        const [file = ''] = readdirSync(folder.path);
        const seen = await runHere(['image', 'inspect', '--json', file], { cwd: folder.path });
        assert.equal(seen.code, 0, seen.stderr);
        const { state, family, usualName, md5, version: itsVersion } = told(seen.stdout);
        assert.deepEqual([state, family, itsVersion, usualName], ['sound', name, version, file]);
        assert.equal(
          md5,
          createHash('md5')
            .update(readFileSync(join(folder.path, file)))
            .digest('hex'),
        );
        assert.equal(md5, told(made.stdout).md5);
      });
  test('has the size that was asked for', async () => {
    using folder = emptyFolder();
    const made = await runHere(['image', 'make', '--platform', 'c2911', '--size', '3000001', '-o', 'x.bin'], {
      cwd: folder.path,
    });
    assert.equal(made.code, 0, made.stderr);
    assert.equal(readFileSync(join(folder.path, 'x.bin')).length, 3_000_001);
  });
  test('replaces nothing, unless told to', async () => {
    using folder = emptyFolder();
    writeFileSync(join(folder.path, 'x.bin'), 'mine');
    const words = ['image', 'make', '--platform', 'c2911', '-o', 'x.bin'];
    const refused = await runHere(words, { cwd: folder.path });
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /is there already; --force replaces it/);
    assert.equal(readFileSync(join(folder.path, 'x.bin'), 'utf8'), 'mine');
    assert.equal((await runHere([...words, '--force'], { cwd: folder.path })).code, 0);
    assert.deepEqual(readdirSync(folder.path), ['x.bin']);
  });
  for (const [what, words, message] of [
    ['without a platform', [], /--platform or --family/],
    ['for a platform that is none', ['--platform', 'c1'], /there is no platform c1; there are c2600/],
    ['of a version that is none', ['--platform', 'c2911', '--version', 'x'], /x is no version of C2900/],
    ['smaller than can be', ['--platform', 'c2911', '--size', '100'], /--size: must be \d+ bytes or more/],
    ['of a size that is none', ['--platform', 'c2911', '--size', 'big'], /--size big is no size/],
    ['as an archive for a router', ['--platform', 'c2911', '--tar'], /there are no tar images of C2900/],
  ] as const)
    test(`cannot be made ${what}`, async () => {
      using folder = emptyFolder();
      const { code, stderr } = await runHere(['image', 'make', ...words], { cwd: folder.path });
      assert.equal(code, 2);
      assert.match(stderr, message);
      assert.deepEqual(readdirSync(folder.path), []);
    });
});

describe('an image that is inspected', () => {
  async function made(folder: string): Promise<string> {
    await runHere(['image', 'make', '--platform', 'c2960', '-o', 'x.bin'], { cwd: folder });
    return join(folder, 'x.bin');
  }
  const inspect = (cwd: string, ...names: readonly string[]) => runHere(['image', 'inspect', ...names], { cwd });

  test('with one wrong byte is damaged: exit code 7', async () => {
    using folder = emptyFolder();
    const path = await made(folder.path);
    const bytes = readFileSync(path);
    bytes[500_000] = (bytes[500_000] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const { code, stdout } = await inspect(folder.path, 'x.bin');
    assert.equal(code, 7);
    assert.match(stdout, /state +damaged: it is not what the digest within it says/);
  });
  test('that was cut is told by how much', async () => {
    using folder = emptyFolder();
    truncateSync(await made(folder.path), 900_000);
    const { code, stdout } = await inspect(folder.path, 'x.bin');
    assert.equal(code, 7);
    assert.match(stdout, /state +cut: it should have 1048576 bytes/);
  });
  for (const [what, content] of [
    ['text', 'hello\n'],
    ['empty', ''],
  ] as const)
    test(`and is ${what} is none: exit code 1`, async () => {
      using folder = emptyFolder();
      writeFileSync(join(folder.path, 'x'), content);
      const { code, stdout } = await inspect(folder.path, 'x');
      assert.equal(code, 1);
      assert.match(stdout, /state +no image: it is /);
    });
  test('and is not there: exit code 3; and a directory is none', async () => {
    using folder = emptyFolder();
    assert.equal((await inspect(folder.path, 'nix')).code, 3);
    mkdirSync(join(folder.path, 'd'));
    const { code, stderr } = await inspect(folder.path, 'd');
    assert.equal(code, 1);
    assert.match(stderr, /d is a directory; name a file/);
  });
});
