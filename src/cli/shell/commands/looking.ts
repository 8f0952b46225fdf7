/** What is there: ls, stat, find, du, hash. */
import { printable } from '../../../base/escape.ts';
import { resolvePath, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import { type Entry, HASH_ALGORITHMS, type HashAlgorithm } from '../../../files/file-system.ts';
import { sizeText } from '../../../observe/quantities.ts';
import { CommandError } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import { explainFailure as explain } from '../../failure.ts';
import { MANY, type ShellRow } from '../row.ts';
import { entriesOf, placeOf, placesOf, type Run, type Standing } from '../session.ts';
import { showListing } from './show-listing.ts';

/** Directories lie within one another no deeper than this: a server may show one that holds itself. */
const MOST_DEPTH = 64;

const childOf = (directory: VirtualPath, name: string): VirtualPath | undefined =>
  name === '' || name === '.' || name === '..' || name.includes('/') ? undefined : resolvePath(directory, name);

/** The entries of a directory below the first one: where they cannot be had, that is said, and the rest goes on. */
async function entriesBelow(run: Run, standing: Standing, path: VirtualPath, depth: number): Promise<readonly Entry[]> {
  try {
    return await entriesOf(run, standing, path);
  } catch (error) {
    run.signal.throwIfAborted();
    if (depth === 0 || !(error instanceof FileError) || error.retryable) throw error;
    run.warn(explain(error).sentence);
    return [];
  }
}

/** Everything below a directory, level by level; links are not followed. */
async function* below(
  run: Run,
  standing: Standing,
  start: VirtualPath,
): AsyncGenerator<{ readonly path: VirtualPath; readonly entry: Entry }> {
  const waiting: { readonly path: VirtualPath; readonly depth: number }[] = [{ path: start, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const inside: typeof waiting = [];
    for (const entry of await entriesBelow(run, standing, next.path, next.depth)) {
      const path = childOf(next.path, entry.name);
      if (path === undefined) {
        run.warn(`passed over a name that leads elsewhere: ${entry.name}`);
        continue;
      }
      yield { path, entry };
      if (entry.type === 'directory' && next.depth < MOST_DEPTH) inside.push({ path, depth: next.depth + 1 });
    }
    waiting.push(...inside.reverse());
  }
}

function factsOf(path: VirtualPath, entry: Entry): readonly string[] {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['path', printable(path)],
    ['type', entry.type],
    ['size', `${entry.sizeBytes} (${sizeText(entry.sizeBytes)})`],
    ['modified', Number.isFinite(entry.modifiedMs) ? new Date(entry.modifiedMs).toISOString() : undefined],
    ['created', entry.createdMs === undefined ? undefined : new Date(entry.createdMs).toISOString()],
    ['mode', entry.mode === undefined ? undefined : `0${entry.mode.toString(8).padStart(3, '0')}`],
    ['target', entry.linkTarget === undefined ? undefined : printable(entry.linkTarget)],
    ['unique', entry.uniqueId === undefined ? undefined : printable(entry.uniqueId)],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(9)} ${value}`]));
}

async function showFacts(run: Run): Promise<void> {
  const { remote } = run.session;
  for (const path of await placesOf(run, remote, run.words)) {
    const entry = await remote.files.stat(path, { signal: run.signal });
    run.out(`${factsOf(path, entry).join('\n')}\n`);
  }
}

async function find(run: Run): Promise<void> {
  const { remote } = run.session;
  const start = placeOf(remote, run.words[0]?.text ?? '');
  const part = run.words[1]?.text.toLowerCase();
  for await (const { path, entry } of below(run, remote, start))
    if (part === undefined || entry.name.toLowerCase().includes(part))
      run.out(`${printable(path)}${entry.type === 'directory' ? '/' : ''}\n`);
}

async function measure(run: Run): Promise<void> {
  const { remote } = run.session;
  const places = run.words.length === 0 ? [remote.directory] : await placesOf(run, remote, run.words);
  for (const place of places) {
    let [bytes, files] = [0, 0];
    for await (const { entry } of below(run, remote, place)) {
      if (entry.type !== 'file') continue;
      bytes += entry.sizeBytes;
      files += 1;
    }
    run.out(`${sizeText(bytes)} in ${files} files  ${printable(place)}\n`);
  }
}

const isAlgorithm = (text: string): text is HashAlgorithm => HASH_ALGORITHMS.some((name) => name === text);

async function showHashes(run: Run): Promise<void> {
  const { remote } = run.session;
  const first = run.words[0]?.text.toLowerCase() ?? '';
  const names = isAlgorithm(first) ? run.words.slice(1) : run.words;
  if (names.length === 0) throw new CommandError(EXIT.wrongUsage, 'name the file whose hash you want');
  const algorithm = isAlgorithm(first) ? first : 'sha256';
  for (const path of await placesOf(run, remote, names)) {
    const place = { files: remote.files, path, label: remote.labelOf(path) };
    run.out(`${await run.session.mover.hashFile(place, algorithm, { signal: run.signal })}  ${printable(path)}\n`);
  }
}

export const LOOKING_ROWS: readonly ShellRow[] = [
  {
    name: 'ls',
    aliases: ['dir', 'll'],
    usage: '[-l] [NAME...]',
    summary: 'list a directory of the server; -l with sizes, times (UTC) and modes',
    flags: 'l',
    words: [0, MANY],
    completes: 'remote',
    run: (run) => showListing(run, run.session.remote),
  },
  {
    name: 'stat',
    usage: 'NAME...',
    summary: 'show all that is known of files and directories',
    words: [1, MANY],
    completes: 'remote',
    run: showFacts,
  },
  {
    name: 'find',
    usage: '[DIRECTORY [PART]]',
    summary: 'list everything below a directory, or what has a part in its name',
    words: [0, 2],
    completes: 'remote',
    run: find,
  },
  {
    name: 'du',
    usage: '[DIRECTORY...]',
    summary: 'count the bytes of all files below',
    words: [0, MANY],
    completes: 'remote',
    run: measure,
  },
  {
    name: 'hash',
    usage: '[ALGORITHM] NAME...',
    summary: `show hashes (${HASH_ALGORITHMS.join(', ')}; sha256 unless told), computed by the server where it can`,
    words: [1, MANY],
    completes: 'remote',
    run: showHashes,
  },
];
