/** The packed tarball holds all that it needs, and starts in a folder of its own. The registry is not asked. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyFolder, portcall, serving } from './program/portcall.ts';

const ROOT = join(import.meta.dirname, '..');
const DEPENDENCIES = ['bcryptjs', 'commander', 'pino', 'yaml', 'zod'] as const;

/** Packs (which builds), and unpacks to where npm would put it; the dependencies are the checkout's. */
function install(folder: string): string {
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const filename = /"filename": "([^"]+)"/.exec(packed)?.[1] ?? 'no file was packed';
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', folder]);
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  renameSync(join(folder, 'package'), join(modules, 'portcall'));
  for (const name of DEPENDENCIES) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name), 'junction');
  return join(modules, 'portcall');
}

test('the packed package tells its version, serves, and can be imported', async () => {
  using folder = emptyFolder();
  const place = install(folder.path);
  assert.ok(!existsSync(join(place, 'src')), 'sources cannot run below node_modules, so they stay out');
  const options = { cwd: folder.path, bin: join(place, 'bin/portcall.js') };
  assert.match((await portcall(['--version'], options)).stdout, /^\d+\.\d+\.\d+\n$/);
  await using server = await serving(['--listen', 'ftp://127.0.0.1:0'], options);
  server.child.kill('SIGTERM');
  const { code, stdout } = await server.finished;
  assert.equal(code, 0);
  assert.match(stdout, /^ready ftp:\/\/127\.0\.0\.1:\d+$/m);
  const script =
    "const all = await Promise.all(['portcall','portcall/ftp','portcall/files'].map((n) => import(n))); console.log(all.length)";
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder.path,
    encoding: 'utf8',
  });
  assert.equal(printed, '3\n');
});
