/** Puts a shell together over two places, and runs it at a terminal or from a script. */
import type { Clock } from '../../base/clock.ts';
import { printable } from '../../base/escape.ts';
import type { VirtualPath } from '../../base/virtual-path.ts';
import type { FileSystem } from '../../files/file-system.ts';
import type { Voice } from './execute.ts';
import { explainFailure as explain } from '../failure.ts';
import type { Terminal } from '../world.ts';
import { runInteractive } from './interactive.ts';
import { createJobs, type Job } from './jobs.ts';
import { runScript } from './script.ts';
import type { Mover, RawCommands, ShellSession, Standing } from './session.ts';

/** Transfers behind the prompt at once: each needs a connection of its own. */
const MOST_JOBS = 6;

/** A place as the shell is given it. */
export interface Ground {
  readonly files: FileSystem;
  /** Where one begins. */
  readonly start: VirtualPath;
  /** Where `cd` without a name goes. */
  readonly home: VirtualPath;
  /** How people know a path there; without a password. */
  readonly labelOf: (path: VirtualPath) => string;
}

export interface ShellOptions {
  readonly remote: Ground;
  readonly local: Ground;
  readonly ftp?: RawCommands | undefined;
  readonly mover: Mover;
  readonly clock: Clock;
  /** Runs a line in this machine's shell; only given at a terminal. */
  readonly escape?: ShellSession['escape'];
}

const standingAt = ({ files, start, home, labelOf }: Ground): Standing => ({
  files,
  home,
  labelOf,
  directory: start,
  before: start,
});

const noticeOf = ({ number, state, source, ending }: Job): string =>
  `[${number}] ${state}  ${printable(source)}${ending === '' ? '' : `: ${printable(ending)}`}\n`;

type Powers = Pick<ShellSession, 'ask' | 'screen' | 'escape'> & { readonly notice: (text: string) => void };

function createSession(options: ShellOptions, { notice, ...powers }: Powers): ShellSession {
  const { remote, local, ftp, mover, clock } = options;
  return {
    remote: standingAt(remote),
    local: standingAt(local),
    ftp,
    mover,
    clock,
    leaving: 'no',
    jobs: createJobs({
      most: MOST_JOBS,
      nowMs: () => clock.monotonic(),
      explain: (error) => explain(error).sentence,
      onEnd: (job) => notice(noticeOf(job)),
    }),
    ...powers,
  };
}

/** Runs lines that nobody types, up to the first that fails. Gives the exit code. */
export function runShellScript(
  options: ShellOptions,
  script: {
    readonly lines: AsyncIterable<string> | Iterable<string>;
    readonly voice: Voice;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const { lines, voice, signal } = script;
  // Nobody watches the jobs of a script: only one that fails is told.
  const notice = (text: string): void => {
    if (/^\[\d+\] failed/.test(text)) voice.err(text);
  };
  const session = createSession(options, { notice });
  return runScript(session, lines, { voice, signal });
}

/** Runs the shell at a terminal until somebody leaves it. */
export const runShell = (
  options: ShellOptions,
  {
    terminal,
    historyFile,
    signal,
  }: {
    readonly terminal: Terminal;
    readonly historyFile: string;
    /** Leaves, whatever runs. */
    readonly signal?: AbortSignal;
  },
): Promise<number> =>
  runInteractive({
    terminal,
    historyFile,
    ...(signal === undefined ? {} : { signal }),
    ...(options.escape === undefined ? {} : { escape: options.escape }),
    createSession: (powers) => createSession(options, powers),
  });
