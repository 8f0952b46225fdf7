/** The part of a line that `ls` and its imitators share: who, size, date, name. */
import { encodeName } from '../../../base/name.ts';
import type { ParsedEntry, ParsedLine } from '../parsed.ts';
import { behind, behindBlanks, countOf, type Field, isCount, roundedCount } from './fields.ts';
import { fact, type ListingContext, named } from './format.ts';
import { dateAt, type FoundDate } from './ls-date.ts';

interface Sized {
  readonly date: FoundDate;
  readonly size: Partial<ParsedEntry>;
  /** What stands before the size, and is no part of it. */
  readonly before: readonly string[];
}

/** What was read of the beginning of a line. */
export interface Head {
  /** The first field behind it. */
  readonly at: number;
  readonly type: ParsedEntry['type'];
  readonly mode?: number;
  /** `padded` when several blanks stand before every name, and no name can begin with one. */
  readonly gap?: 'padded';
}

/** Devices have two numbers instead of a size: `1, 3`, `1,3`, HP-UX's `1 0x0003`. */
function deviceNumbers(fields: readonly Field[], at: number): number {
  const text = fields[at]?.text ?? '';
  if (/^\d{1,10},(?:\d{1,10}|0x[0-9a-f]{1,16})$/i.test(text)) return 1;
  const first = fields[at - 1]?.text ?? '';
  if (/^0x[0-9a-f]{1,16}$/i.test(text)) return /^\d{1,10},?$/.test(first) ? 2 : 0;
  return /^\d{1,20}$/.test(text) && /^\d{1,10},$/.test(first) ? 2 : 0;
}

/** The size in a field before a date; `undefined` when it is none. Sizes below 0, or too large, are known to be wrong. */
function sizeOf(text: string): Partial<ParsedEntry> | undefined {
  if (isCount(text)) return fact('sizeBytes', countOf(text));
  if (/^-\d{1,20}$/.test(text)) return {};
  const rough = roundedCount(text);
  return rough === undefined ? undefined : { roughSizeBytes: rough };
}

/** A size that ran into the group before it, because both filled their columns: `longgroup123456`. */
function gluedSize(text: string): { readonly group: string; readonly size: Partial<ParsedEntry> } | undefined {
  let start = text.length;
  while (start > 0 && /\d/.test(text[start - 1] ?? '')) start -= 1;
  if (start === 0 || start === text.length) return undefined;
  // Where the group ends and the size begins cannot be known.
  const size = countOf(text.slice(start));
  return { group: text.slice(0, start), size: fact('roughSizeBytes', size) };
}

const textsOf = (fields: readonly Field[], from: number, end: number): string[] =>
  fields.slice(from, end).map(({ text }) => text);

/** A size, or the numbers of a device, that ends at a field, with a date behind it. */
function sizedAt(fields: readonly Field[], from: number, at: number, nowMs: number): Sized | undefined {
  const deviceFields = deviceNumbers(fields, at);
  const size = deviceFields > 0 ? {} : sizeOf(fields[at]?.text ?? '');
  const date = size === undefined ? undefined : dateAt(fields, at + 1, nowMs);
  if (size === undefined || date === undefined) return undefined;
  return { date, size, before: textsOf(fields, from, at + 1 - Math.max(1, deviceFields)) };
}

function gluedAt(fields: readonly Field[], from: number, at: number, nowMs: number): Sized | undefined {
  const glued = gluedSize(fields[at]?.text ?? '');
  const date = glued === undefined ? undefined : dateAt(fields, at + 1, nowMs);
  if (glued === undefined || date === undefined) return undefined;
  return { date, size: glued.size, before: [...textsOf(fields, from, at), glued.group] };
}

/** The first date that has a size, or the numbers of a device, before it: a name may hold other dates. */
function findDate(fields: readonly Field[], from: number, { nowMs }: ListingContext): Sized | undefined {
  for (const read of [sizedAt, gluedAt])
    for (let at = from; at < fields.length; at += 1) {
      const found = read(fields, from, at, nowMs);
      if (found !== undefined) return found;
    }
  return undefined;
}

/** What stands between mode and size: the count of links, if any, an owner, and perhaps a group. */
export function whoOf(words: readonly string[]): Partial<ParsedEntry> {
  const first = words[0] ?? '';
  // Digits alone are a count of links: every unix prints it, and some servers nothing else.
  const links = /^\d{1,15}$/.test(first) ? Number(first) : undefined;
  const [owner, ...group] = links === undefined ? words : words.slice(1);
  return {
    ...fact('linkCount', links),
    ...fact('owner', owner),
    ...fact('group', group.length === 0 ? undefined : group.join(' ')),
  };
}

/** Where the ` -> ` before a target of so many bytes stands; -1 when the size of the link is not that. */
function arrowBySize(shown: string, targetBytes: number): number {
  if (targetBytes <= 0 || targetBytes > shown.length * 3) return -1;
  let start = shown.length;
  let bytes = 0;
  while (start > 0 && bytes < targetBytes) {
    start -= 1;
    // Half of a pair counts with the other half.
    if (/[\ud800-\udbff]/.test(shown[start] ?? '')) bytes += 4;
    else if (!isSecondHalf(shown, start)) bytes += encodeName(shown[start] ?? '').length;
  }
  return bytes === targetBytes && shown.endsWith(' -> ', start) ? start - 4 : -1;
}

const isSecondHalf = (text: string, index: number): boolean =>
  /[\udc00-\udfff]/.test(text[index] ?? '') && /[\ud800-\udbff]/.test(text[index - 1] ?? '');

/** Both may hold ` -> `. The size of a link is the length of its target, and tells which one is meant; else the first. */
function withTarget(shown: string, sizeBytes: number | undefined): Pick<ParsedEntry, 'name' | 'linkTarget'> {
  const first = shown.indexOf(' -> ');
  if (first < 0) return { name: shown };
  const bySize = sizeBytes === undefined || shown.lastIndexOf(' -> ') === first ? -1 : arrowBySize(shown, sizeBytes);
  const arrow = bySize < 0 ? first : bySize;
  return { name: shown.slice(0, arrow), linkTarget: shown.slice(arrow + 4) };
}

/** `ls -F` marks directories with a `/`, which no name holds. */
const withoutMark = (name: string, type: ParsedEntry['type']): string =>
  type === 'directory' && name.length > 1 && name.endsWith('/') ? name.slice(0, -1) : name;

/** The entry in a line whose beginning is known; `undefined` when no date with a size before it is there. */
export function tailEntry(
  line: string,
  fields: readonly Field[],
  context: ListingContext,
  { at, type, mode, gap }: Head,
): ParsedLine | undefined {
  const found = findDate(fields, at, context);
  if (found === undefined) return undefined;
  const { date, size, before } = found;
  const isPadded = gap === 'padded' || date.gap === 'padded';
  const shown = isPadded ? behindBlanks(line, date.last) : behind(line, date.last);
  const name = type === 'symlink' ? withTarget(shown, size.sizeBytes) : { name: withoutMark(shown, type) };
  // Macintosh servers show `folder` for owner, and the number of things in it for size.
  const isFolder = before.length === 1 && before[0] === 'folder' && type === 'directory';
  const who = isFolder ? {} : { ...size, ...whoOf(before) };
  return named({ ...name, type, ...who, ...date.when, ...fact('mode', mode) });
}
