/** Where one stands, there and here: cd, pwd, lcd, lpwd, lls. */
import { printable } from '../../../base/escape.ts';
import { FileError } from '../../../files/error.ts';
import { CommandError } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import type { ShellRow } from '../row.ts';
import { placeOf, type Run, type Standing } from '../session.ts';
import { showListing } from './show-listing.ts';

async function move(run: Run, standing: Standing): Promise<void> {
  const [word] = run.words;
  const path = word === undefined ? standing.home : word.text === '-' ? standing.before : placeOf(standing, word.text);
  const entry = await standing.files.stat(path, { signal: run.signal });
  if (entry.type !== 'directory') throw new FileError('not-directory', path);
  standing.before = standing.directory;
  standing.directory = path;
}

export const PLACE_ROWS: readonly ShellRow[] = [
  {
    name: 'cd',
    usage: '[DIRECTORY | -]',
    summary: 'go to a directory of the server; to the one of the login without a name, back with -',
    words: [0, 1],
    completes: 'remote',
    run: (run) => move(run, run.session.remote),
  },
  {
    name: 'pwd',
    usage: '',
    summary: 'show where one stands',
    words: [0, 0],
    run: async ({ session: { remote }, out }: Run): Promise<void> => {
      out(`${printable(remote.labelOf(remote.directory))}\n`);
    },
  },
  {
    name: 'lcd',
    usage: '[DIRECTORY | -]',
    summary: 'go to a directory of this machine',
    words: [0, 1],
    completes: 'local',
    run: (run) => move(run, run.session.local),
  },
  {
    name: 'lpwd',
    usage: '',
    summary: 'show where one stands on this machine',
    words: [0, 0],
    run: async ({ session: { local }, out }: Run): Promise<void> => {
      out(`${printable(local.labelOf(local.directory))}\n`);
    },
  },
  {
    name: 'lls',
    usage: '[-l] [NAME...]',
    summary: 'list a directory of this machine',
    flags: 'l',
    words: [0, Number.POSITIVE_INFINITY],
    completes: 'local',
    run: (run) => showListing(run, run.session.local),
  },
  {
    name: '!',
    usage: 'COMMAND',
    summary: 'run a command of this machine in the local directory; only at a terminal',
    flags: '*',
    words: [1, Number.POSITIVE_INFINITY],
    run: async ({ session, source }: Run): Promise<void> => {
      if (session.escape === undefined)
        throw new CommandError(EXIT.denied, 'commands of this machine run at a terminal only, not from a script');
      const { local } = session;
      const code = await session.escape(source.replace(/^!\s*/, ''), local.labelOf(local.directory));
      if (code !== 0) throw new CommandError(EXIT.failed, `the command ended with ${code}`);
    },
  },
];
