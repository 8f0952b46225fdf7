/** Builds the package: `dist` from `src`, made anew, and looked at before anybody trusts it. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = import.meta.dirname;
const dist = join(root, 'dist');

interface Manifest {
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

function compile(): void {
  rmSync(dist, { recursive: true, force: true });
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { cwd: root, stdio: 'inherit' });
}

/** Files that the manifest promises, and the one that bin/portcall.js starts. */
function promisedFiles(): string[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  return ['./dist/cli/main.js', ...Object.values(manifest.exports).flatMap((targets) => Object.values(targets))];
}

/** Files that still import a source: a package has none, and Node strips no types below node_modules. */
function filesImportingSources(): string[] {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  return files.filter((name) => /(?:from|import\()\s*'\.[^']*\.ts'/.test(readFileSync(join(dist, name), 'utf8')));
}

function check(): void {
  const missing = promisedFiles().filter((name) => !existsSync(join(root, name)));
  if (missing.length > 0) throw new Error(`the build lacks ${missing.join(', ')}`);
  const wrong = filesImportingSources();
  if (wrong.length > 0) throw new Error(`these files import sources: ${wrong.join(', ')}`);
}

compile();
check();
