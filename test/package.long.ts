/** The packed tarball installs from the registry into an empty folder, as a user would do it, and starts there. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyFolder, portcall, serving } from './program/portcall.ts';

const ROOT = join(import.meta.dirname, '..');

function npm(words: readonly string[], cwd: string): string {
  return execFileSync('npm', [...words], { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
}

test('npm install of the tarball gives a program that serves, and a library', async () => {
  using folder = emptyFolder();
  const packed = npm(['pack', '--json', '--pack-destination', folder.path], ROOT);
  const filename = /"filename": "([^"]+)"/.exec(packed)?.[1] ?? 'no file was packed';
  npm(['init', '--yes'], folder.path);
  npm(['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder.path, filename)], folder.path);
  const place = join(folder.path, 'node_modules/portcall');
  assert.ok(!existsSync(join(place, 'src')), 'sources cannot run below node_modules, so they stay out');
  const options = { cwd: folder.path, bin: join(place, 'bin/portcall.js') };
  assert.match((await portcall(['--version'], options)).stdout, /^\d+\.\d+\.\d+\n$/);
  await using server = await serving(['--listen', 'ftp://127.0.0.1:0'], options);
  server.child.kill('SIGTERM');
  assert.equal((await server.finished).code, 0);
  const script =
    "const all = await Promise.all(['portcall','portcall/ftp','portcall/files'].map((n) => import(n))); console.log(all.length)";
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder.path,
    encoding: 'utf8',
  });
  assert.equal(printed, '3\n');
});
