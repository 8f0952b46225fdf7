/**
 * Patterns over a file system, opened by us from its listings: `/images/**` + `/c{29,39}11*.bin`.
 *
 * A directory is listed only where a pattern needs it; a component that means itself is asked for by its name. Nothing
 * is given to a server as a pattern, so that a name that looks like one cannot mean another file there.
 */
import { componentsOf, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { CallOptions, Entry, FileSystem, ListOptions } from '../file-system.ts';
import { advance, compilePathPattern, hasMatched, type PathPattern, type Positions, startOf } from './path-pattern.ts';
import { childOf } from './tree-path.ts';

export interface ExpandOptions extends CallOptions {
  /** Told of lines of listings that could not be understood, and of names that would lead out of their directory. */
  readonly onIssue?: ListOptions['onIssue'];
  /** Told of directories on the way that could not be listed; without it, the first of them ends the search. */
  readonly onUnreadable?: (error: FileError) => void;
  /** Most entries that are looked at; a million unless told. Beyond it the search fails with `limit`. */
  readonly maxEntries?: number;
  /** Most directories below each other; 64 unless told. Beyond it the search fails with `limit`. */
  readonly maxDepth?: number;
}

export type Match = Entry & { readonly path: VirtualPath };

/** A pattern, and where in it the directory stands. */
interface Track {
  readonly pattern: PathPattern;
  readonly positions: Positions;
}

interface Search {
  readonly files: FileSystem;
  readonly options: ExpandOptions;
  readonly maxDepth: number;
  looked: number;
}

interface Here {
  readonly path: VirtualPath;
  readonly depth: number;
  readonly tracks: readonly Track[];
}

/**
 * Everything that a pattern names, each once, sorted within its directory: `*`, `?`, `[a-z]`, `{a,b}`, `**`, and a
 * backslash before what is meant as it stands. Names that begin with a dot are found only by patterns that do, too.
 * Links are followed where the pattern goes on behind them, but not by `**`. No match gives nothing. Fails with
 * `bad-name` for a pattern that opens to too many, with `limit` where there is too much to look at.
 */
export async function* expand(
  files: FileSystem,
  pattern: VirtualPath,
  options: ExpandOptions = {},
): AsyncGenerator<Match, void, undefined> {
  if (componentsOf(pattern).length === 0) {
    yield { ...(await files.stat(ROOT, callOptions(options))), path: ROOT };
    return;
  }
  const tracks = compilePathPattern(pattern).map((parts) => ({ pattern: parts, positions: startOf(parts) }));
  const search: Search = { files, options, maxDepth: options.maxDepth ?? 64, looked: 0 };
  yield* walk(search, { path: ROOT, depth: 0, tracks });
}

const callOptions = ({ signal, guard }: CallOptions): CallOptions => ({
  ...(signal === undefined ? {} : { signal }),
  guard,
});

async function* walk(search: Search, here: Here): AsyncGenerator<Match, void, undefined> {
  search.options.signal?.throwIfAborted();
  const names = namesToAskFor(here.tracks);
  const found = names === undefined ? await listed(search, here) : await asked(search, here, names);
  for (const { entry, path, tracks } of found) {
    if (tracks.some(({ pattern, positions }) => hasMatched(pattern, positions))) yield { ...entry, path };
    const onward = tracks.filter((track) => goesOn(track, entry));
    if (onward.length === 0) continue;
    if (here.depth + 1 >= search.maxDepth) throw tooMuch(path, `directories lie deeper than ${search.maxDepth}`);
    yield* walk(search, { path, depth: here.depth + 1, tracks: onward });
  }
}

/** Whether something below the entry may match. `**` does not go through links, which may lead back up. */
function goesOn({ pattern, positions }: Track, { type }: Entry): boolean {
  const open = positions.filter((position) => position < pattern.length);
  if (type === 'directory') return open.length > 0;
  return type === 'symlink' && open.length > 0 && open.every((at) => pattern[at]?.kind !== 'anything-deep');
}

/** The names that the tracks ask for next; `undefined` where one of them needs a listing. */
function namesToAskFor(tracks: readonly Track[]): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const { pattern, positions } of tracks)
    for (const position of positions) {
      const part = pattern[position];
      if (part?.kind === 'name') names.add(part.name);
      else if (part !== undefined) return undefined;
    }
  return names;
}

interface Found {
  readonly entry: Entry;
  readonly path: VirtualPath;
  readonly tracks: readonly Track[];
}

function onwardFrom(here: Here, entry: Entry): readonly Track[] {
  return here.tracks
    .map(({ pattern, positions }) => ({ pattern, positions: advance(pattern, positions, entry.name) }))
    .filter(({ positions }) => positions.length > 0);
}

async function asked(search: Search, here: Here, names: ReadonlySet<string>): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const name of [...names].sort()) {
    const path = childOf(here.path, name);
    if (path === undefined) continue;
    look(search, 1, path);
    const entry = await orNothing(() => search.files.stat(path, { ...callOptions(search.options), links: 'stay' }));
    if (entry === undefined) continue;
    // A place may spell the name in its own way; the pattern's own is the one that was asked for.
    const named = { ...entry, name };
    found.push({ entry: named, path, tracks: onwardFrom(here, named) });
  }
  return found;
}

/** What of a directory's names fits, sorted. */
async function listed(search: Search, here: Here): Promise<readonly Found[]> {
  const { onUnreadable } = search.options;
  try {
    return (await orNothing(() => readNames(search, here))) ?? [];
  } catch (error) {
    const passes = error instanceof FileError && error.kind !== 'limit' && onUnreadable !== undefined;
    if (!passes) throw error;
    onUnreadable(error);
    return [];
  }
}

async function readNames(search: Search, here: Here): Promise<readonly Found[]> {
  const { onIssue } = search.options;
  const found: Found[] = [];
  const told = onIssue === undefined ? {} : { onIssue };
  for await (const batch of search.files.list(here.path, { ...callOptions(search.options), ...told })) {
    look(search, batch.length, here.path);
    for (const entry of batch) {
      const tracks = onwardFrom(here, entry);
      if (tracks.length === 0) continue;
      const path = childOf(here.path, entry.name);
      if (path !== undefined) found.push({ entry, path, tracks });
      else onIssue?.({ path: here.path, line: entry.name, why: 'a name that would lead out of the directory' });
    }
  }
  return found.sort((one, other) => (one.entry.name < other.entry.name ? -1 : 1));
}

function look(search: Search, entries: number, path: string): void {
  search.looked += entries;
  const most = search.options.maxEntries ?? 1_000_000;
  if (search.looked > most) throw tooMuch(path, `there are more than ${most} names to look at`);
}

const tooMuch = (path: string, what: string): FileError =>
  new FileError('limit', path, { detail: `${what}; name a smaller part` });

/** Nothing where nothing stands, or no directory does: that is no match. */
async function orNothing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FileError && (error.kind === 'not-found' || error.kind === 'not-directory')) return undefined;
    throw error;
  }
}
