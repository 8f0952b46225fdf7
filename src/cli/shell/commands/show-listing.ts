/** Shows directories: names in columns at a terminal, one a line otherwise, or with all that is known of each. */
import { printable } from '../../../base/escape.ts';
import type { Entry } from '../../../files/file-system.ts';
import { entriesOf, placeOf, placesOf, type Run, type Standing } from '../session.ts';

const MARKS: Readonly<Record<Entry['type'], string>> = { directory: '/', symlink: '@', file: '', other: '?' };
const TYPES: Readonly<Record<Entry['type'], string>> = { directory: 'd', symlink: 'l', file: '-', other: '?' };
const GAP = 2;

/** `rwxr-xr-x`; nothing where no mode is known. */
function modeText({ type, mode }: Entry): string {
  if (mode === undefined) return `${TYPES[type]}         `;
  const bits = Array.from('rwxrwxrwx', (letter, index) => (((mode >> (8 - index)) & 1) === 1 ? letter : '-'));
  return `${TYPES[type]}${bits.join('')}`;
}

const timeText = ({ modifiedMs }: Entry): string =>
  Number.isFinite(modifiedMs) ? new Date(modifiedMs).toISOString().slice(0, 19).replace('T', ' ') : ' '.repeat(19);

/** Lines of entries with type, mode, size, time (UTC) and name. */
function longLines(entries: readonly Entry[]): readonly string[] {
  const width = Math.max(1, ...entries.map(({ sizeBytes }) => String(sizeBytes).length));
  return entries.map((entry) => {
    const target = entry.linkTarget === undefined ? '' : ` -> ${printable(entry.linkTarget)}`;
    return `${modeText(entry)}  ${String(entry.sizeBytes).padStart(width)}  ${timeText(entry)}  ${printable(entry.name)}${target}`;
  });
}

/** Names side by side, read downwards. */
function inColumns(names: readonly string[], width: number): readonly string[] {
  const cell = Math.max(1, ...names.map((name) => name.length)) + GAP;
  const columns = Math.max(1, Math.floor((width + GAP) / cell));
  const rows = Math.ceil(names.length / columns);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (__, column) => (names[column * rows + row] ?? '').padEnd(cell))
      .join('')
      .trimEnd(),
  );
}

function linesOf(run: Run, entries: readonly Entry[]): readonly string[] {
  if (run.flags.has('l')) return longLines(entries);
  const names = entries.map(({ name, type }) => `${printable(name)}${MARKS[type]}`);
  const screen = run.session.screen?.();
  return screen === undefined ? names : inColumns(names, screen.columns);
}

const print = (run: Run, lines: readonly string[]): void => run.out(lines.map((line) => `${line}\n`).join(''));

/** Directories that are named show what is in them, everything else itself. */
export async function showListing(run: Run, standing: Standing): Promise<void> {
  const places = run.words.length === 0 ? [placeOf(standing, '')] : await placesOf(run, standing, run.words);
  const single: Entry[] = [];
  for (const path of places) {
    const entry = await standing.files.stat(path, { signal: run.signal });
    if (entry.type !== 'directory') {
      single.push({ ...entry, name: path.slice(path.lastIndexOf('/') + 1) });
      continue;
    }
    const lines = linesOf(run, await entriesOf(run, standing, path));
    if (places.length > 1) run.out(`${printable(path)}:\n`);
    print(run, lines);
  }
  if (single.length > 0) print(run, linesOf(run, single));
}
