/** What the commands of the shell work on: two places, each with a directory where one stands, jobs, and a voice. */
import { resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import type { Clock } from '../../base/clock.ts';
import type { CopyOptions, CopyReport, Place } from '../../files/copy/copy.ts';
import { FileError } from '../../files/error.ts';
import type { CallOptions, Entry, FileSystem, HashAlgorithm } from '../../files/file-system.ts';
import { CommandError } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import type { Jobs } from './jobs.ts';
import type { Word } from './words.ts';

/** What the shell needs of the engine that copies. */
export interface Mover {
  readonly copyFile: (from: Place, to: Place, options: CopyOptions) => Promise<CopyReport>;
  /** Copies a directory with everything in it; a file that fails does not stop the rest. */
  readonly copyTree: (from: Place, to: Place, options: CopyOptions) => Promise<TreeOutcome>;
  /** Lower-case hexadecimal; asks the place where it hashes itself, else reads. */
  readonly hashFile: (place: Place, algorithm: HashAlgorithm, options?: CallOptions) => Promise<string>;
  /** What a pattern stands for; `\` takes the meaning of a character away. */
  readonly expand: (files: FileSystem, pattern: VirtualPath, options?: CallOptions) => AsyncIterable<Found>;
}

/** What became of a directory. */
export interface TreeOutcome {
  /** The first of them. */
  readonly failures: readonly Failure[];
  /** Sentences on what was passed over. */
  readonly warnings: readonly string[];
  readonly files: number;
  readonly failed: number;
  readonly sizeBytes: number;
  readonly durationMs: number;
}

export interface Failure {
  readonly path: string;
  readonly error: unknown;
}

export type Found = Entry & { readonly path: VirtualPath };

/** Sends one command in the words of FTP. */
export interface RawCommands {
  command(
    command: { readonly verb: string; readonly argument?: string; readonly secret?: true },
    options?: CallOptions,
  ): Promise<{ readonly code: number; readonly lines: readonly string[] }>;
}

/** A place with a directory where one stands. */
export interface Standing {
  readonly files: FileSystem;
  /** Where `cd` without a name goes. */
  readonly home: VirtualPath;
  directory: VirtualPath;
  /** Where one stood before, for `cd -`. */
  before: VirtualPath;
  /** How people know a path here: `ftp://host/path`, or a path of this machine. */
  readonly labelOf: (path: VirtualPath) => string;
}

export interface ShellSession {
  readonly remote: Standing;
  readonly local: Standing;
  readonly ftp: RawCommands | undefined;
  readonly mover: Mover;
  readonly jobs: Jobs;
  readonly clock: Clock;
  /** Asks the person at the terminal; absent without one. */
  readonly ask?: ((question: string, signal: AbortSignal) => Promise<string>) | undefined;
  /** Columns and rows of the terminal; absent without one. */
  readonly screen?: (() => { readonly columns: number; readonly rows: number }) | undefined;
  /** Runs a line in the shell of this machine, in one of its directories; absent without a terminal. */
  readonly escape?: ((line: string, directory: string) => Promise<number>) | undefined;
  leaving: 'yes' | 'no';
}

/** One run of a command. */
export interface Run {
  readonly session: ShellSession;
  readonly words: readonly Word[];
  /** Letters of options that were given. */
  readonly flags: ReadonlySet<string>;
  /** The words as they were typed, for commands that pass them on. */
  readonly source: string;
  readonly signal: AbortSignal;
  readonly out: (text: string) => void;
  /** What goes wrong without ending the command. */
  readonly warn: (sentence: string) => void;
  /** Where a copy tells how it goes on; absent behind the prompt. */
  readonly onEvent?: CopyOptions['onEvent'];
}

/** The place that a word names. Throws a `CommandError` for a name that no file can have. */
export function placeOf(standing: Standing, text: string): VirtualPath {
  const path = resolvePath(standing.directory, text);
  if (path === undefined) throw new CommandError(EXIT.wrongUsage, `no file can have the name ${text}`);
  return path;
}

/** A pattern where one stands: the way there means itself, whatever letters it has. */
function patternAt({ directory }: Standing, pattern: string): VirtualPath {
  const start = resolvePath(ROOT, directory.replace(/[*?[\]{},\\]/g, String.raw`\$&`));
  const path = start === undefined ? undefined : resolvePath(start, pattern);
  if (path === undefined)
    throw new CommandError(EXIT.wrongUsage, `no pattern can be as long as ${pattern.slice(0, 80)}…`);
  return path;
}

/** More names than these one pattern may not stand for. */
const MOST_NAMES = 100_000;

async function expandWord(run: Run, standing: Standing, pattern: string): Promise<readonly VirtualPath[]> {
  const paths: VirtualPath[] = [];
  const { signal } = run;
  for await (const { path } of run.session.mover.expand(standing.files, patternAt(standing, pattern), { signal })) {
    if (paths.length >= MOST_NAMES)
      throw new CommandError(EXIT.limit, `${pattern} stands for too many names; narrow it`);
    paths.push(path);
  }
  if (paths.length === 0) throw new CommandError(EXIT.notFound, `nothing fits ${pattern}`);
  return paths.sort();
}

/** The places that words name; a pattern stands for all that fit it, and for one at least. */
export async function placesOf(run: Run, standing: Standing, words: readonly Word[]): Promise<readonly VirtualPath[]> {
  const places: VirtualPath[] = [];
  for (const { text, pattern } of words) {
    if (pattern === undefined) places.push(placeOf(standing, text));
    else places.push(...(await expandWord(run, standing, pattern)));
  }
  return places;
}

/** What stands there, or `undefined` where nothing does. */
export async function entryAt(run: Run, standing: Standing, path: VirtualPath): Promise<Entry | undefined> {
  try {
    return await standing.files.stat(path, { signal: run.signal });
  } catch (error) {
    if (error instanceof FileError && error.kind === 'not-found') return undefined;
    throw error;
  }
}

/** All entries of a directory, by name. */
export async function entriesOf(run: Run, standing: Standing, path: VirtualPath): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const onIssue = (issue: { readonly line: string; readonly why: string }): void =>
    run.warn(`a line of the listing was not understood (${issue.why}): ${issue.line}`);
  for await (const batch of standing.files.list(path, { signal: run.signal, onIssue })) {
    entries.push(...batch);
    if (entries.length > MOST_NAMES * 10) throw new CommandError(EXIT.limit, `${path} has too many entries to show`);
  }
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
}
