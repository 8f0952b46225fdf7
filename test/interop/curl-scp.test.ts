/** curl over SCP at our server: its library, libssh2, asks for `scp -pf` and `scp -pt`. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { startHouse, type TestHouse } from '../support/house.ts';
import { findProgram, run, type RunResult } from '../support/program.ts';
import { sampleBytes } from '../support/tree.ts';

/** Not every build of curl knows SCP: it must be linked with libssh2. */
function whyNot(): string | false {
  if (findProgram('curl') === undefined) return process.env['CI'] === undefined && 'curl is not installed';
  const protocols = /^Protocols:.*$/m.exec(execFileSync('curl', ['--version']).toString())?.[0] ?? '';
  return / scp( |$)/.test(protocols) ? false : 'this curl knows no scp';
}

const SIZES = [0, 1, 32 * 1024 + 1, 3_000_000] as const;

interface Rig extends AsyncDisposable {
  readonly house: TestHouse;
  /** What is served, and where curl runs. */
  readonly root: string;
  readonly home: string;
  curl(path: string, ...words: readonly string[]): Promise<RunResult>;
}

async function rig(): Promise<Rig> {
  const house = await startHouse(
    "listeners: ['sftp://127.0.0.1:0']\nstate: state\nroot: files\naccounts: [{ name: u, password: p }]\n",
  );
  const home = join(house.folder, 'home');
  await mkdir(home);
  return {
    house,
    root: join(house.folder, 'files'),
    home,
    curl: (path, ...words) =>
      run('curl', ['-sS', '--insecure', '-u', 'u:p', ...words, `scp://127.0.0.1:${house.port}${path}`], { cwd: home }),
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  };
}

describe('curl over SCP at our server', { skip: whyNot() }, () => {
  test('files of every size, there and back, byte for byte', async () => {
    await using r = await rig();
    for (const size of SIZES) {
      const bytes = Buffer.from(sampleBytes(size));
      await writeFile(join(r.home, 'here'), bytes);
      const up = await r.curl(`/f${size}`, '--upload-file', 'here', '--create-file-mode', '0640');
      assert.equal(up.code, 0, up.output);
      assert.deepEqual(await readFile(join(r.root, `f${size}`)), bytes);
      assert.equal((await stat(join(r.root, `f${size}`))).mode & 0o777, 0o640);
      const down = await r.curl(`/f${size}`, '--output', 'back');
      assert.equal(down.code, 0, down.output);
      assert.deepEqual(await readFile(join(r.home, 'back')), bytes);
    }
    assert.deepEqual((await readdir(r.root)).sort(), SIZES.map((size) => `f${size}`).sort());
    assert.deepEqual(
      r.house.events.filter(({ kind }) => kind === 'fault'),
      [],
    );
  });

  test('names with a blank, and what is not there', async () => {
    await using r = await rig();
    await writeFile(join(r.root, 'it is'), 'x');
    const odd = await r.curl('/it%20is');
    assert.equal(odd.output, 'x');
    const missing = await r.curl('/nix');
    assert.notEqual(missing.code, 0);
    await writeFile(join(r.home, 'here'), 'x');
    const nowhere = await r.curl('/no/folder', '--upload-file', 'here');
    assert.notEqual(nowhere.code, 0);
    assert.deepEqual(await readdir(r.root), ['it is']);
  });
});
