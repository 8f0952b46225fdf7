/** Large files between OpenSSH's scp and ours, each way and each role. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { copyFile } from '../../src/files/copy/copy-file.ts';
import { type FileSystem, localFileSystem } from '../../src/files/index.ts';
import { connectScp } from '../../src/protocols/scp/client/connect-scp.ts';
import { needs, runWell } from '../support/program.ts';
import { at } from '../support/scp.ts';
import { portcallWrapper, shellExec } from '../support/scp-programs.ts';
import { sampleBytes, sha256 } from '../support/tree.ts';

const SIZE_BYTES = 100_000_000;

let home = '';
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'portcall-scp-'));
  mkdirSync(join(home, 'far'));
  writeFileSync(join(home, 'big'), sampleBytes(SIZE_BYTES));
});
after(() => rm(home, { recursive: true, force: true }));

const hashOf = (name: string): string => sha256(readFileSync(join(home, name)));

describe('100 MB over SCP', needs('scp'), () => {
  test('OpenSSH to portcall scp and back', async () => {
    const wrapper = await portcallWrapper(home);
    await runWell('scp', ['-O', '-q', '-S', wrapper, 'big', 'host:/far/one'], { cwd: home });
    await runWell('scp', ['-O', '-q', '-S', wrapper, 'host:/far/one', 'two'], { cwd: home });
    assert.equal(hashOf('two'), hashOf('big'));
  });

  test('our client to OpenSSH and back', async () => {
    await using files = await connectScp({ exec: shellExec(join(home, 'far')) });
    using disk = localFileSystem({ root: home, flush: 'never' });
    const place = (of: FileSystem, path: string) => ({ files: of, path: at(path), label: path });
    await copyFile(place(disk, '/big'), place(files, '/three'), {});
    await copyFile(place(files, '/three'), place(disk, '/four'), {});
    assert.equal(hashOf('four'), hashOf('big'));
  });
});
