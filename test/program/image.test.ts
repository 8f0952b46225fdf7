/** `portcall image make` and `portcall image inspect`, as they are typed. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, truncateSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { IMAGE_FAMILIES } from '../../src/device/image/image-families.ts';
import { runHere } from '../support/run-here.ts';
import { emptyFolder, start } from './portcall.ts';

const BIN = join(import.meta.dirname, '../../bin/portcall.js');

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
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^portcall: .+x\.bin: it is there already; --force replaces it\n$/);
    assert.equal(readFileSync(join(folder.path, 'x.bin'), 'utf8'), 'mine');
    assert.equal((await runHere([...words, '--force'], { cwd: folder.path })).code, 0);
    assert.deepEqual(readdirSync(folder.path), ['x.bin']);
  });
  for (const [what, words, message] of [
    ['without a platform', [], /--platform or --family/],
    ['for a platform that is none', ['--platform', 'c1'], /there is no platform c1; there are c2600/],
    ['of a version that is none', ['--platform', 'c2911', '--version', 'x'], /x is no version of C2900/],
    ['for a platform and a family', ['--platform', 'c2911', '--family', 'c2600'], /--family: say it or --platform/],
    ['of a family without a version', ['--family', 'c2600'], /--version: say which version it is/],
    [
      'with a feature set that is none',
      ['--platform', 'c2911', '--feature', 'x'],
      /C2900 has no feature set x; it has/,
    ],
    ['smaller than can be', ['--platform', 'c2911', '--size', '100'], /--size: must be \d+ bytes or more/],
    ['larger than can be', ['--platform', 'c2911', '--size', '8G'], /--size: must be less than 8 GiB/],
    ['with damage that is none', ['--platform', 'c2911', '--damage', 'x'], /--damage must be one of byte, cut/],
    ['with a word too many', ['--platform', 'c2911', 'x.bin'], /too many arguments/],
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

describe('an image goes', () => {
  const words = ['image', 'make', '--platform', 'C2960', '--version', '15.2(7)E10'];
  const NAME = 'c2960-lanbasek9-mz.152-7.E10.bin';

  test('into a folder under its usual name, and is told as JSON', async () => {
    using folder = emptyFolder();
    mkdirSync(join(folder.path, 'images'));
    const { code, stdout } = await runHere([...words, '-o', 'images/', '--json'], { cwd: folder.path });
    assert.equal(code, 0);
    const bytes = readFileSync(join(folder.path, 'images', NAME));
    const hash = (algorithm: string): string => createHash(algorithm).update(bytes).digest('hex');
    assert.deepEqual(JSON.parse(stdout), {
      v: 1,
      event: 'image',
      path: join(folder.path, 'images', NAME),
      size: 1_048_576,
      md5: hash('md5'),
      sha512: hash('sha512'),
      family: 'C2960',
      imageId: 'C2960-LANBASEK9-M',
      feature: 'lanbasek9',
      version: '15.2(7)E10',
      release: 'RELEASE SOFTWARE (fc1)',
      compiled: 'Thu 01-Jan-15 00:00 by portcall',
    });
  });
  test('nowhere but to a folder that is there, and in the place of nothing but a file', async () => {
    using folder = emptyFolder();
    mkdirSync(join(folder.path, 'd', NAME), { recursive: true });
    writeFileSync(join(folder.path, 'file'), '');
    for (const [target, expected, message] of [
      ['nowhere/', 3, /nowhere\/: there is no such folder; make it first/],
      ['nowhere/x.bin', 3, /nowhere: there is no such folder; make it first/],
      ['file/x.bin', 1, /file\/x\.bin: what stands before the last \/ is no directory/],
      ['d', 1, /d\/c2960.+\.bin: it is a directory/],
      ['/dev/null', 1, /\/dev\/null: it is no regular file/],
    ] as const) {
      const { code, stderr } = await runHere([...words, '--force', '-o', target], { cwd: folder.path });
      assert.deepEqual([code, message.test(stderr)], [expected, true], stderr);
    }
    assert.deepEqual(readdirSync(folder.path), ['d', 'file']);
  });
  test('nowhere when the disk is full: exit code 10', { skip: process.platform === 'win32' }, async () => {
    using folder = emptyFolder();
    const made = 'ulimit -f 500; exec "$0" "$1" image make --platform c2911 --json';
    const child = spawn('/bin/sh', ['-c', made, process.execPath, BIN], { cwd: folder.path });
    const [stdout] = await Promise.all([text(child.stdout), once(child, 'close')]);
    assert.equal(child.exitCode, 10);
    assert.equal((JSON.parse(stdout) as { kind: string }).kind, 'full');
    assert.deepEqual(readdirSync(folder.path), []);
  });
  test('nowhere when it is stopped: exit code 130', { skip: process.platform === 'win32' }, async () => {
    using folder = emptyFolder();
    const begun = new AbortController();
    const drafted = new Promise<void>((resolve) => {
      watch(folder.path, { signal: begun.signal }, () => resolve());
    });
    const { child, finished } = start([...words, '--size', '7G'], { cwd: folder.path });
    await Promise.race([drafted, finished]);
    begun.abort();
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    assert.deepEqual([code, stderr], [130, 'portcall: interrupted\n']);
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
    assert.match(stdout, /state +cut: it has 900000 bytes and should have 1048576/);
  });
  for (const [damage, form, state] of [
    ['byte', [], /damaged: it is not what the digest within it says/],
    ['cut', [], /cut: it has 524288 bytes and should have 1048576/],
    ['byte', ['--tar'], /damaged: it holds an image that is not what the digest within it says/],
    ['cut', ['--tar'], /cut: it is no whole archive/],
  ] as const)
    test(`and was made with the damage ${[damage, ...form].join(' ')} is found to be so`, async () => {
      using folder = emptyFolder();
      const words = ['image', 'make', '--platform', 'c2960', '--damage', damage, ...form, '-o', 'x'];
      assert.equal((await runHere(words, { cwd: folder.path })).code, 0);
      const { code, stdout } = await inspect(folder.path, 'x');
      assert.equal(code, 7);
      assert.match(stdout, state);
      assert.match(stdout, /usual name +c2960-lanbasek9-.+ \(this file has another\)/);
    });
  test('is held to the digest that was published', async () => {
    using folder = emptyFolder();
    const real = Buffer.from('\x7fELF CW_FAMILY$C2900$ CW_IMAGE$C2900-UNIVERSALK9-M$ CW_VERSION$15.7(3)M8$', 'latin1');
    writeFileSync(join(folder.path, 'x.bin'), real);
    const unknown = await inspect(folder.path, 'x.bin');
    assert.equal(unknown.code, 0);
    assert.match(unknown.stdout, /state +unknown: it carries no digest that could be checked here/);
    for (const algorithm of ['md5', 'sha1', 'sha512']) {
      const digest = createHash(algorithm).update(real).digest('hex').toUpperCase();
      const found = await inspect(folder.path, 'x.bin', '--expect', digest);
      assert.equal(found.code, 0);
      assert.match(found.stdout, new RegExp(`state +sound: it has the ${algorithm} that was expected`));
      const other = await inspect(folder.path, 'x.bin', '--expect', digest.replaceAll(/./g, 'f'));
      assert.equal(other.code, 7);
      assert.match(other.stdout, new RegExp(`state +damaged: it has another ${algorithm} than f+`));
    }
    assert.equal((await inspect(folder.path, 'x.bin', '--expect', 'abc')).code, 2);
    assert.equal((await inspect(folder.path, 'x.bin', 'y.bin', '--expect', 'f'.repeat(32))).code, 2);
  });
  test('is told as JSON', async () => {
    using folder = emptyFolder();
    const bytes = readFileSync(await made(folder.path));
    const { stdout } = await inspect(folder.path, '--json', 'x.bin');
    const hash = (algorithm: string): string => createHash(algorithm).update(bytes).digest('hex');
    const { digest, ...rest } = JSON.parse(stdout) as Record<string, unknown>;
    assert.match(String(digest), /^[0-9a-f]{128}$/);
    assert.deepEqual(rest, {
      v: 1,
      event: 'image',
      file: 'x.bin',
      family: 'C2960',
      imageId: 'C2960-LANBASEK9-M',
      feature: 'lanbasek9',
      version: '15.0(2)SE11',
      release: 'RELEASE SOFTWARE (fc1)',
      compiled: 'Thu 01-Jan-15 00:00 by portcall',
      kind: 'bin',
      size: 1_048_576,
      state: 'sound',
      md5: hash('md5'),
      sha1: hash('sha1'),
      sha512: hash('sha512'),
      usualName: 'c2960-lanbasek9-mz.150-2.SE11.bin',
      naming: 'other',
      origin: 'portcall',
      packages: [],
    });
  });
  test('is one of several: each is told of, and damage counts before what else failed', async () => {
    using folder = emptyFolder();
    const path = await made(folder.path);
    writeFileSync(join(folder.path, 'text'), 'hello\n');
    const { code, stdout, stderr } = await inspect(folder.path, 'nix', 'text', 'x.bin');
    assert.equal(code, 8);
    assert.match(stdout, /no image[^]+state +sound/);
    assert.equal(stderr, 'portcall: nix: there is no such file\n');
    truncateSync(path, 900_000);
    assert.equal((await inspect(folder.path, 'nix', 'text', 'x.bin')).code, 7);
    assert.equal((await inspect(folder.path, 'nix', 'nix2')).code, 3);
    const json = await inspect(folder.path, '--json', 'nix');
    assert.deepEqual([json.code, (JSON.parse(json.stdout) as { kind: string; where: string }).kind], [3, 'not-found']);
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
    assert.equal(stderr, 'portcall: d: it is a directory; name a file\n');
  });
  test('and would never end is not waited for', { skip: process.platform === 'win32' }, async () => {
    const { code, stderr } = await inspect('/', '/dev/zero');
    assert.deepEqual([code, stderr], [1, 'portcall: /dev/zero: it is no regular file\n']);
  });
});
