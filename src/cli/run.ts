/** The door of the command line. What is asked for often and answered at once needs nothing else to be loaded. */
import { versionText } from './version.ts';
import type { World } from './world.ts';

/** Runs a command line (without the program's name) to its end; gives the exit code. Never rejects. */
export async function run(words: readonly string[], world: World): Promise<number> {
  if (words[0] === '--version' || words[0] === '-V') {
    world.stdout.write(`${versionText()}\n`);
    return 0;
  }
  const { runCommandLine } = await import('./command-line.ts');
  return await runCommandLine(words, world);
}
