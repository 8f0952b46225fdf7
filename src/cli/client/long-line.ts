/** One entry as a line for people: type, permissions, size, time in UTC, name. */
import { printable } from '../../base/escape.ts';
import type { Entry } from '../../files/index.ts';

const TYPES: Readonly<Record<Entry['type'], string>> = { file: '-', directory: 'd', symlink: 'l', other: '?' };
const TRIPLES = ['---', '--x', '-w-', '-wx', 'r--', 'r-x', 'rw-', 'rwx'] as const;
const SIZE_WIDTH = 13;

const letters = (mode: number | undefined): string =>
  mode === undefined ? '?????????' : [6, 3, 0].map((shift) => TRIPLES[(mode >> shift) & 7] ?? '').join('');

/** As exactly as it is known. */
const timeText = ({ modifiedMs, modifiedPrecision }: Entry): string => {
  if (!Number.isFinite(modifiedMs) || modifiedMs === 0) return '-'.padEnd(16);
  const text = new Date(modifiedMs).toISOString().slice(0, modifiedPrecision === 'day' ? 10 : 16);
  return text.replace('T', ' ').padEnd(16);
};

export function longLine(entry: Entry): string {
  const size = entry.type === 'file' ? String(entry.sizeBytes) : '-';
  const target = entry.linkTarget === undefined ? '' : ` -> ${printable(entry.linkTarget)}`;
  return `${TYPES[entry.type]}${letters(entry.mode)} ${size.padStart(SIZE_WIDTH)}  ${timeText(entry)}  ${printable(entry.name)}${target}`;
}
