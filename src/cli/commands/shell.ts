/** `portcall shell`: a conversation with a place, at a terminal or from a script. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { homedir } from 'node:os';
import { OpenPlaces } from '../../app/places/open-places.ts';
import { resumeRecords } from '../../app/resume-records.ts';
import { systemClock } from '../../base/clock.ts';
import { defaultStateDirectory } from '../../config/state-directory.ts';
import { copyFile } from '../../files/copy/copy-file.ts';
import { copyTree } from '../../files/copy/copy-tree.ts';
import { hashFile } from '../../files/copy/hash-file.ts';
import { FileError } from '../../files/error.ts';
import { expand } from '../../files/sync/expand.ts';
import { CommandError, type CommandRow, type OptionRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { bookmarked } from '../client/bookmarked.ts';
import { CONNECT_OPTIONS, connectOptions } from '../client/connect-options.ts';
import { explainFailure, fullSentence } from '../failure.ts';
import type { Voice } from '../shell/execute.ts';
import { linesOf } from '../shell/script.ts';
import { runShell, runShellScript, type ShellOptions } from '../shell/shell.ts';
import type { World } from '../world.ts';

type Options = Readonly<Record<string, unknown>>;

/** The two places of a shell, and the end of them. */
export type OpenGrounds = (
  url: string,
  asked: { readonly options: Options; readonly world: World; readonly signal: AbortSignal },
) => Promise<Omit<ShellOptions, 'escape'> & AsyncDisposable>;

const HISTORY_FILE = 'shell-history';

/** Runs a line in the user's own shell, with the terminal as its own; gives its exit code. */
async function escape(line: string, directory: string, world: World): Promise<number> {
  // Ctrl-C reaches both of us: it is meant for the program.
  const ignore = world.onStopSignal(() => undefined);
  try {
    const child = spawn(line, { shell: true, stdio: 'inherit', cwd: directory });
    const [code] = (await once(child, 'exit')) as [number | null]; // its first argument, by Node's documentation
    return code ?? EXIT.interrupted;
  } catch (cause) {
    throw new CommandError(EXIT.failed, 'the shell of this machine does not start', { cause });
  } finally {
    ignore();
  }
}

const voiceOf = ({ stdout, stderr }: World): Voice => ({
  out: (text) => void stdout.write(text),
  err: (text) => void stderr.write(text),
});

async function runWith(open: OpenGrounds, options: Options, world: World, url: string): Promise<number> {
  const stop = new AbortController();
  const leave = world.onStopSignal(() => stop.abort(new CommandError(EXIT.interrupted, 'interrupted')));
  try {
    await using places = await opened(open, url, { options, world, signal: stop.signal });
    const { command } = options;
    if (typeof command !== 'string' && world.terminal !== undefined) {
      const { terminal } = world;
      return await runShell(
        { ...places, escape: (line, directory) => escape(line, directory, world) },
        { terminal, historyFile: join(defaultStateDirectory(), HISTORY_FILE), signal: stop.signal },
      );
    }
    const lines = typeof command === 'string' ? [command] : linesOf(world.stdin);
    return await runShellScript(places, { lines, voice: voiceOf(world), signal: stop.signal });
  } finally {
    leave();
  }
}

/** Failures of opening are told as those of the commands are. */
async function opened(open: OpenGrounds, url: string, asked: Parameters<OpenGrounds>[1]): ReturnType<OpenGrounds> {
  try {
    return await open(url, asked);
  } catch (cause) {
    const explained = explainFailure(cause);
    throw cause instanceof FileError ? new CommandError(explained.code, fullSentence(explained), { cause }) : cause;
  }
}

/** A place of a URL, and this machine from its root on. */
const openGrounds: OpenGrounds = async (url, { options, world, signal }) => {
  const connecting = { ...(await connectOptions(options, world)), signal };
  const places = new OpenPlaces(connecting, bookmarked(options, world, signal));
  try {
    const remote = await places.source(url);
    if (remote.path !== remote.home && (await remote.files.stat(remote.path, { signal })).type !== 'directory')
      throw new FileError('not-directory', remote.path);
    const local = await places.source(world.cwd, 'encoded');
    const home = await places.source(homedir(), 'encoded');
    const records = resumeRecords(join(defaultStateDirectory(), 'transfers'), systemClock);
    return {
      remote: { files: remote.files, start: remote.path, home: remote.home, labelOf: remote.labelOf },
      local: { files: local.files, start: local.path, home: home.path, labelOf: local.labelOf },
      ftp: remote.ftp,
      clock: systemClock,
      mover: {
        copyFile: (from, to, copy) => copyFile(from, to, { ...copy, records }),
        copyTree: (from, to, copy) => copyTree(from, to, { ...copy, records }),
        hashFile,
        expand,
      },
      [Symbol.asyncDispose]: () => places[Symbol.asyncDispose](),
    };
  } catch (error) {
    await places[Symbol.asyncDispose]();
    throw error;
  }
};

/** The row, given how places are opened and the options that opening takes. */
export const createShellCommand = (open: OpenGrounds, openingOptions: readonly OptionRow[]): CommandRow => ({
  name: 'shell',
  summary: 'talk with a server: go about, look, fetch and send',
  examples: [
    ['portcall shell ftps://ann@ftp.example.net/', 'a prompt with history, Tab, and transfers behind it (&)'],
    ["portcall shell ftp://ann@ftp.example.net/ -c 'cd images; mget *.bin'", 'runs commands and leaves'],
    ['portcall shell ftp://ann@ftp.example.net/ < steps.txt', 'the same from a file; it ends at the first failure'],
  ],
  arguments: [{ syntax: '<url>', summary: 'the server, and the directory to begin in' }],
  options: [{ flags: '-c, --command <commands>', summary: 'run these commands, parted by ;' }, ...openingOptions],
  run(options, world, [url = '']) {
    // The address may hold a password.
    world.setTitle('portcall shell');
    return runWith(open, options, world, url);
  },
});

export const shellCommand = createShellCommand(openGrounds, CONNECT_OPTIONS);
