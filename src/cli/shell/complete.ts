/** What Tab offers: commands, and names there and here, escaped so that they mean themselves. */
import type { Clock } from '../../base/clock.ts';
import { printable } from '../../base/escape.ts';
import { resolvePath, type VirtualPath } from '../../base/virtual-path.ts';
import { COMMAND_NAMES, rowOf } from './commands/index.ts';
import type { ShellSession, Standing } from './session.ts';
import { escapeShown, type LastWord, lastWordOf } from './words.ts';

/** How long a listing is good enough to complete from. */
const FRESH_MS = 5_000;
const MOST_LISTINGS = 16;
const MOST_NAMES = 5_000;
/** More than these are not offered: nobody reads them. */
const MOST_OFFERS = 500;
/** A listing that takes longer is not waited for. */
const PATIENCE_MS = 5_000;

interface Name {
  readonly name: string;
  readonly isDirectory: boolean;
}

interface Listing {
  readonly names: readonly Name[];
  readonly atMs: number;
}

/** `hits` replace `typed`, the end of the line. */
export type Completion = [hits: string[], typed: string];

export type Completer = (line: string) => Promise<Completion>;

async function fetchNames({ files }: Standing, path: VirtualPath, signal: AbortSignal): Promise<readonly Name[]> {
  const names: Name[] = [];
  for await (const batch of files.list(path, { signal })) {
    for (const { name, type } of batch) names.push({ name, isDirectory: type !== 'file' && type !== 'other' });
    if (names.length >= MOST_NAMES) break;
  }
  return names;
}

/** Listings of the last seconds, for each place its own. */
function createCache(clock: Clock): (standing: Standing, path: VirtualPath) => Promise<readonly Name[]> {
  const kept = new Map<string, Listing>();
  return async (standing, path) => {
    const key = standing.labelOf(path);
    const known = kept.get(key);
    if (known !== undefined && clock.monotonic() - known.atMs < FRESH_MS) return known.names;
    const stop = new AbortController();
    const cancel = clock.after(PATIENCE_MS, () => stop.abort(new Error('too slow')));
    try {
      const names = await fetchNames(standing, path, stop.signal);
      kept.delete(key);
      kept.set(key, { names, atMs: clock.monotonic() });
      for (const oldest of kept.keys()) if (kept.size > MOST_LISTINGS) kept.delete(oldest);
      return names;
    } catch {
      // Whatever fails, Tab offers nothing: the command itself will say why.
      return [];
    } finally {
      cancel();
    }
  };
}

/** A name as it stands in the line, within the quotes that were begun. */
function written(name: string, quote: LastWord['quote']): string | undefined {
  const shown = printable(name);
  if (quote === undefined) return escapeShown(shown);
  if (quote === '"') return shown.replaceAll('"', String.raw`\"`);
  // Nothing is escaped between single quotes: what needs it cannot be written there.
  return shown === name && !name.includes("'") ? name : undefined;
}

/** What one name makes of the typed word: directories go on with a slash, everything else is finished. */
function hitOf({ name, isDirectory }: Name, typed: string, word: LastWord): string | undefined {
  const rawDirectory = typed.slice(0, typed.lastIndexOf('/') + 1);
  const opening = rawDirectory === '' ? (word.quote ?? '') : '';
  const text = written(name, word.quote);
  if (text === undefined) return undefined;
  // A name that looks like an option is told from one by its directory.
  const guard = rawDirectory === '' && name.startsWith('-') && word.quote === undefined ? './' : '';
  return `${rawDirectory}${opening}${guard}${text}${isDirectory ? '/' : `${word.quote ?? ''} `}`;
}

function commandHits(word: LastWord): string[] {
  return COMMAND_NAMES.filter((name) => name.startsWith(word.text)).map((name) => `${name} `);
}

/** Which side the word is on: the second word of `get` and `put` is the other one. */
function sideOf(session: ShellSession, before: LastWord['before']): Standing | undefined {
  const row = rowOf(before[0]?.text ?? '');
  if (row?.completes === undefined || row.completes === 'command') return undefined;
  const { remote, local } = session;
  const [one, other] = row.completes === 'remote' ? [remote, local] : [local, remote];
  const names = before.slice(1).filter(({ text }) => !text.startsWith('-')).length;
  return row.target === 'other-side' && names > 0 ? other : one;
}

export function createCompleter(session: ShellSession): Completer {
  const namesIn = createCache(session.clock);
  return async (line) => {
    const word = lastWordOf(line);
    const typed = line.slice(word.start);
    if (word.before.length === 0) return [commandHits(word), typed];
    if (rowOf(word.before[0]?.text ?? '')?.completes === 'command') return [commandHits(word), typed];
    const side = sideOf(session, word.before);
    const slash = word.text.lastIndexOf('/') + 1;
    const directory = side === undefined ? undefined : resolvePath(side.directory, word.text.slice(0, slash));
    if (side === undefined || directory === undefined) return [[], typed];
    const begin = word.text.slice(slash);
    const names = (await namesIn(side, directory)).filter(({ name }) => name.startsWith(begin));
    const hits = names.flatMap((name) => hitOf(name, typed, word) ?? []).sort();
    return [hits.slice(0, MOST_OFFERS), typed];
  };
}
