#!/usr/bin/env node
// Starts Portcall, or says why it cannot. Plain JavaScript that old versions of Node can read, so that they can say so too.
import { existsSync } from 'fs';

const NEEDED_MAJOR = 24;

// The title replaces the command line in the list of processes, which may hold a password.
process.title = 'portcall';

if (Number(process.versions.node.split('.')[0]) < NEEDED_MAJOR) {
  process.stderr.write(
    `portcall: needs Node ${NEEDED_MAJOR} or newer, and this is Node ${process.versions.node}; ` +
      'install a newer one from https://nodejs.org and start again.\n',
  );
  process.exit(2);
}

const source = new URL('../src/cli/main.ts', import.meta.url);
const built = new URL('../dist/cli/main.js', import.meta.url);

// A checkout runs its sources; a package holds only what was built (Node strips no types below node_modules).
import(existsSync(source) ? source.href : built.href).then(({ main }) => main());
