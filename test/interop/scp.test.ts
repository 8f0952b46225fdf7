/** OpenSSH's scp at the other end: its `-t` and `-f` against our client, its `-O` against `portcall scp`. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { copyTree } from '../../src/files/copy/copy-tree.ts';
import { FileError, type FileSystem, localFileSystem } from '../../src/files/index.ts';
import { connectScp } from '../../src/protocols/scp/client/connect-scp.ts';
import { needs, run, runWell } from '../support/program.ts';
import { at, readFile } from '../support/scp.ts';
import { portcallWrapper, shellExec } from '../support/scp-programs.ts';
import { hashTree, LATIN1_NAMES, makeTree, ODD_NAMES, sampleBytes } from '../support/tree.ts';

const SIZES = [0, 1, 32 * 1024 - 1, 32 * 1024, 32 * 1024 + 1, 3_000_000] as const;

let home = '';
before(async () => void (home = await mkdtemp(join(tmpdir(), 'portcall-scp-'))));
after(() => rm(home, { recursive: true, force: true }));

const folder = (name: string): string => {
  mkdirSync(join(home, name), { recursive: true });
  return join(home, name);
};

describe('our client against the far end of OpenSSH', needs('scp'), () => {
  test('files of every size, there and back', async () => {
    const there = folder('sizes');
    await using files = await connectScp({ exec: shellExec(there) });
    for (const size of SIZES) {
      const content = sampleBytes(size);
      const upload = await files.openUpload(at(`/it's ${size}`), { sizeBytes: size, mode: 0o640 });
      await upload.write(content, 0);
      await upload.commit();
      assert.deepEqual(readFileSync(join(there, `it's ${size}`)), content);
      assert.deepEqual(await readFile(files, `/it's ${size}`), content);
    }
    utimesSync(join(there, `it's 1`), 1_000_000_000, 1_183_828_267);
    const { modifiedMs, sizeBytes, type } = await files.stat(at(`/it's 1`));
    assert.deepEqual({ modifiedMs, sizeBytes, type }, { modifiedMs: 1_183_828_267_000, sizeBytes: 1, type: 'file' });
  });

  test('the plain form that devices get', async () => {
    const there = folder('device');
    await using files = await connectScp({ exec: shellExec(there), dialect: 'device' });
    const upload = await files.openUpload(at('/running-config'), { sizeBytes: 3 });
    await upload.write(Buffer.from('end'), 0);
    await upload.commit();
    assert.equal((await readFile(files, '/running-config')).toString(), 'end');
  });

  test('a tree of odd names, there and back, by listings that SCP was not made for', async () => {
    const [here, there, back] = [folder('tree'), folder('tree-there'), folder('tree-back')];
    makeTree(here, ODD_NAMES, ODD_NAMES.length);
    await using files = await connectScp({ exec: shellExec(there) });
    using disk = localFileSystem({ root: home, flush: 'never' });
    const place = (of: FileSystem, path: string) => ({ files: of, path: at(path), label: path });
    const put = await copyTree(place(disk, '/tree'), place(files, '/copy'), {});
    assert.deepEqual(put.failures, []);
    assert.deepEqual(hashTree(join(there, 'copy')), hashTree(here));
    const got = await copyTree(place(files, '/copy'), place(disk, '/tree-back'), {});
    assert.deepEqual(got.failures, []);
    assert.deepEqual(hashTree(back), hashTree(here));
  });

  test('what it refuses', async () => {
    const there = folder('refused');
    await using files = await connectScp({ exec: shellExec(there) });
    const kind = (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => 'done',
        (error: unknown) => (error instanceof FileError ? error.kind : String(error)),
      );
    mkdirSync(join(there, 'dir'));
    assert.equal(await kind(files.openReader(at('/nix'))), 'not-found');
    assert.equal(await kind(files.openReader(at('/dir'))), 'not-regular');
    assert.equal(await kind(files.stat(at('/nix'))), 'not-found');
    assert.equal((await files.stat(at('/dir'))).type, 'directory');
    assert.equal((await files.stat(at('/'))).type, 'directory');
    assert.equal(await kind(files.makeDirectory(at('/nix/x'))), 'not-found');
    assert.equal(await kind(files.makeDirectory(at('/dir'))), 'exists');
    assert.equal(await kind(files.openUpload(at('/nix/x'), { sizeBytes: 1 })), 'not-found');
    await using broken = await connectScp({ exec: () => shellExec(there)(Buffer.from('no-such-scp -t x')) });
    assert.equal(await kind(broken.openReader(at('/x'))), 'unsupported');
  });
});

describe('OpenSSH scp -O against portcall scp', needs('scp'), () => {
  const scp = async (cwd: string, ...words: readonly string[]) =>
    await run('scp', ['-O', '-S', await portcallWrapper(home), ...words], { cwd });

  test('a tree of odd names with its times, there and back', async () => {
    const here = folder('near');
    folder('far');
    makeTree(join(here, ''), [...ODD_NAMES, ...LATIN1_NAMES], 40);
    writeFileSync(join(here, 'big'), sampleBytes(3_000_000));
    utimesSync(join(here, 'big'), 1_000_000_000, 1_183_828_267);
    await runWell('scp', ['-O', '-r', '-p', '-q', '-S', await portcallWrapper(home), here, 'host:/far'], { cwd: home });
    assert.deepEqual(hashTree(join(home, 'far/near')), hashTree(here));
    assert.equal(statSync(join(home, 'far/near/big')).mtimeMs, 1_183_828_267_000);
    await runWell('scp', ['-O', '-r', '-p', '-q', '-S', await portcallWrapper(home), 'host:/far/near', 'again'], {
      cwd: home,
    });
    assert.deepEqual(hashTree(join(home, 'again')), hashTree(here));
    assert.equal(statSync(join(home, 'again/big')).mtimeMs, 1_183_828_267_000);
  });

  test('patterns are opened by us, and nothing else that a shell would do is done', async () => {
    const there = folder('patterns');
    for (const name of ['r1.cfg', 'r2.cfg', 'notes']) writeFileSync(join(there, name), name);
    const into = folder('into');
    assert.equal((await scp(into, 'host:/patterns/*.cfg', '.')).code, 0);
    assert.ok(existsSync(join(into, 'r1.cfg')) && existsSync(join(into, 'r2.cfg')) && !existsSync(join(into, 'notes')));
    const missing = await scp(into, 'host:/patterns/nix', '.');
    assert.equal(missing.code, 1);
    assert.match(missing.output, /scp: \/patterns\/nix: No such file or directory/);
    const evil = await scp(into, `host:/patterns/r1.cfg;touch ${home}/evil`, '.');
    assert.equal(evil.code, 1);
    assert.match(evil.output, /there is no shell here/);
    assert.ok(!existsSync(join(home, 'evil')));
    const outside = await scp(into, 'host:../../../../etc/passwd', '.');
    assert.match(outside.output, /No such file or directory/);
  });
});
