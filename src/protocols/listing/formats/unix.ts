/** `ls -l` of unix and of all who imitate it. No standard says what it looks like; blanks, columns and languages differ. */
import type { ParsedEntry, ParsedLine } from '../parsed.ts';
import { dateAt, type FoundDate } from './dates.ts';
import { behind, countOf, type Field, fieldsOf } from './fields.ts';
import { lineByLine, type ListingContext, type ListingFormat, named, NOTHING } from './format.ts';

/** Mode, links, owner, group, size and date need ten; owners and groups may hold blanks. */
const MOST_FIELDS = 16;
/** Type, nine letters, and a mark for what the letters do not tell (ACL, SELinux, extended attributes). */
const MODE = /^([-dlbcpsDnCM])([-r][-w][-xsSlL][-r][-w][-xsSlL][-r][-w][-xtTlL])[+.@]?$/;
const TOTAL = /^\p{L}{1,20}:?\s+\d[\d.,]*\s*[KMG]?$/iu;
const TYPES: ReadonlyMap<string, ParsedEntry['type']> = new Map([
  ['-', 'file'],
  ['d', 'directory'],
  ['l', 'symlink'],
]);

/** `rwsr-xr-t` as bits. */
function modeBits(letters: string): number {
  let mode = 0;
  for (let index = 0; index < letters.length; index += 1) {
    const letter = letters[index] ?? '';
    if (letter !== '-' && letter !== 'S' && letter !== 'T' && letter !== 'l' && letter !== 'L')
      mode |= 1 << (8 - index);
    // The third letter of each part also tells of setuid, setgid and the sticky bit.
    if (/[sStT]/.test(letter)) mode |= 0o4000 >> Math.floor(index / 3);
  }
  return mode;
}

interface Sized {
  readonly date: FoundDate;
  /** `undefined` for a device, which has two numbers instead. */
  readonly sizeBytes: number | undefined;
  /** The field of the size, or the first of the two. */
  readonly at: number;
}

/** The first date that has a size, or the numbers of a device, before it. */
function findDate(fields: readonly Field[], from: number, { nowMs }: ListingContext): Sized | undefined {
  for (let at = from; at < fields.length; at += 1) {
    const date = dateAt(fields, at, nowMs);
    if (date === undefined) continue;
    const before = fields[at - 1]?.text ?? '';
    if (/^\d+,$/.test(fields[at - 2]?.text ?? '')) return { date, sizeBytes: undefined, at: at - 2 };
    // A number too large to count with is a size all the same.
    if (/^\d[\d.,']*$/.test(before)) return { date, sizeBytes: countOf(before), at: at - 1 };
  }
  return undefined;
}

/** What stands between mode and size: the count of links, if any, an owner, and perhaps a group. */
function between(fields: readonly Field[]): Pick<ParsedEntry, 'linkCount' | 'owner' | 'group'> {
  const words = fields.map(({ text }) => text);
  const links = words.length > 1 ? countOf(words[0] ?? '') : undefined;
  const [owner, ...group] = links === undefined ? words : words.slice(1);
  return {
    ...(links === undefined ? {} : { linkCount: links }),
    ...(owner === undefined ? {} : { owner }),
    ...(group.length === 0 ? {} : { group: group.join(' ') }),
  };
}

const withTarget = (name: string): Pick<ParsedEntry, 'name' | 'linkTarget'> => {
  const arrow = name.indexOf(' -> ');
  return arrow < 0 ? { name } : { name: name.slice(0, arrow), linkTarget: name.slice(arrow + 4) };
};

/** The entry in a line whose type and rights are known; `undefined` when no date with a size before it is there. */
function tailEntry(
  line: string,
  fields: readonly Field[],
  context: ListingContext,
  head: { readonly at: number; readonly type: ParsedEntry['type']; readonly mode?: number },
): ParsedLine | undefined {
  const found = findDate(fields, head.at + 1, context);
  if (found === undefined) return undefined;
  const { date, sizeBytes } = found;
  const shown = behind(line, date.last);
  return named({
    ...(head.type === 'symlink' ? withTarget(shown) : { name: shown }),
    type: head.type,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    modifiedMs: date.modifiedMs,
    modifiedPrecision: date.modifiedPrecision,
    ...(head.mode === undefined ? {} : { mode: head.mode }),
    ...between(fields.slice(head.at, found.at)),
  });
}

/** `total 12`, in whatever language. */
const isTotal = (line: string): boolean => line.length < 60 && TOTAL.test(line) && !/^[-dl+]/.test(line);

function read(line: string, context: ListingContext): ParsedLine | undefined {
  const fields = fieldsOf(line, MOST_FIELDS);
  if (isTotal(line)) return NOTHING;
  // `ls -i` and `ls -s` put numbers before the mode.
  const at = fields.findIndex(({ text }) => !/^\d+$/.test(text));
  const match = at >= 0 && at <= 2 ? MODE.exec(fields[at]?.text ?? '') : null;
  if (match === null) return undefined;
  const type = TYPES.get(match[1] ?? '') ?? 'other';
  return tailEntry(line, fields, context, { at: at + 1, type, mode: modeBits(match[2] ?? '') });
}

export const unixFormat: ListingFormat = lineByLine('unix', read);

/** NetWare: a letter, rights in brackets, and then as unix has it: `d [RWCEAFMS] admin 512 Mar 15 10:20 images`. */
export const netwareFormat: ListingFormat = lineByLine('NetWare', (line, context) => {
  const fields = fieldsOf(line, MOST_FIELDS);
  const [letter, rights] = fields;
  if (!/^[-d]$/.test(letter?.text ?? '') || !/^\[[-A-Z]{4,10}\]$/.test(rights?.text ?? '')) return undefined;
  return tailEntry(line, fields, context, { at: 2, type: letter?.text === 'd' ? 'directory' : 'file' });
});
