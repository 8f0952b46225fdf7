/** Run in a child process: swaps a directory for a symlink to another place, as fast as it can, until it is killed. */
import { renameSync, rmSync, symlinkSync } from 'node:fs';
import process from 'node:process';

const [victim = '', outside = ''] = process.argv.slice(2);
const link = `${victim}.link`;
const aside = `${victim}.aside`;
rmSync(link, { force: true });
symlinkSync(outside, link);
process.send?.('ready');
for (;;) {
  renameSync(victim, aside);
  renameSync(link, victim);
  renameSync(victim, link);
  renameSync(aside, victim);
}
