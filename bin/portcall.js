#!/usr/bin/env node
// Starts Portcall, or says why it cannot. Plain JavaScript that old versions of Node can read, so that they can say so too.
import { spawn } from 'child_process';
import { existsSync, mkdirSync } from 'fs';
import * as nodeModule from 'module';
import { homedir } from 'os';
import { isAbsolute, join } from 'path';
import { fileURLToPath } from 'url';

const NEEDED_MAJOR = 24;

// The title replaces the command line in the list of processes, which may hold a password.
process.title = 'portcall';

const source = new URL('../src/cli/main.ts', import.meta.url);
const built = new URL('../dist/cli/main.js', import.meta.url);
// A checkout has a Node of its own from `npm ci`, whatever the machine's is.
const ownNode = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));

function runWithOwnNode() {
  const child = spawn(ownNode, process.argv.slice(1), { stdio: 'inherit' });
  // From a terminal the child gets the signal itself; from elsewhere only we do.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => {
    if (![process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY)) child.kill('SIGINT');
  });
  child.on('exit', (code, signal) => process.exit(signal ? 1 : code));
}

// What was compiled once starts three times as fast. The folder is the user's own: nobody else can put code there.
function keepCompiled() {
  const { XDG_CACHE_HOME = '' } = process.env;
  try {
    const folder = join(
      isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), '.cache'),
      'portcall',
      'compiled',
    );
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    nodeModule.enableCompileCache(folder);
  } catch {
    // Without a home that can be written it starts as it always did.
  }
}

if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
  keepCompiled();
  // A checkout runs its sources; a package holds only what was built (Node strips no types below node_modules).
  import(existsSync(source) ? source.href : built.href).then(({ main }) => main());
} else if (existsSync(source) && existsSync(ownNode)) {
  runWithOwnNode();
} else {
  process.stderr.write(
    `portcall: needs Node ${NEEDED_MAJOR} or newer, and this is Node ${process.versions.node}; ` +
      'install a newer one from https://nodejs.org and start again.\n',
  );
  process.exit(2);
}
