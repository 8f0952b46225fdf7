/** `ls -l` of unix and of all who imitate it. No standard says what it looks like; blanks, columns and languages differ. */
import type { ParsedLine } from '../parsed.ts';
import { behind, behindBlanks, countOf, eightWords, type Field, fieldsOf } from './fields.ts';
import { fact, lineByLine, type ListingContext, type ListingFormat, named, NOTHING } from './format.ts';
import { type Head, tailEntry, whoOf } from './ls-tail.ts';
import { isTotal } from './total-line.ts';
import { readMode, typeOfLetter } from './unix-mode.ts';

/** Numbers, mode, links, owner, group, size and a long date need fifteen; owners and groups may hold blanks. */
const MOST_FIELDS = 20;

/** GNU's `ls` shows `-?????????  ? ? ? ?            ? name` for what it was not allowed to look at. */
function unseen(line: string, fields: readonly Field[], at: number): ParsedLine | undefined {
  const column = fields[at]?.text ?? '';
  const last = fields[at + 5];
  const isUnseen = /^[-dlbcps?]\?{9}[+.@]?$/.test(column) && last !== undefined;
  if (!isUnseen || !fields.slice(at + 1, at + 6).every(({ text }) => text === '?')) return undefined;
  const letter = column[0] ?? '';
  return named({ name: behind(line, last), type: letter === '-' ? 'other' : typeOfLetter(letter) });
}

/** `drwxr-xr-x 3 ann users 512 images`: no date at all. Only a name without blanks cannot be something else. */
function dateless(fields: readonly Field[], head: Head): ParsedLine | undefined {
  const [links = '', owner = '', group = '', size = '', name, ...more] = fields.slice(head.at).map(({ text }) => text);
  const sizeBytes = countOf(size);
  if (name === undefined || more.length > 0 || countOf(links) === undefined || sizeBytes === undefined)
    return undefined;
  const { type, mode } = head;
  return named({ name, type, sizeBytes, ...whoOf([links, owner, group]), ...fact('mode', mode) });
}

function read(line: string, context: ListingContext): ParsedLine | undefined {
  const fields = fieldsOf(line, MOST_FIELDS);
  // `ls -i` and `ls -s` put numbers before the mode.
  const at = fields.findIndex(({ text }) => !/^\d+$/.test(text));
  const mode = at >= 0 && at <= 2 ? readMode(fields[at]?.text ?? '') : undefined;
  if (mode !== undefined) {
    const head = { ...mode, at: at + 1 };
    return tailEntry(line, fields, context, head) ?? dateless(fields, head);
  }
  // `.:` is how some begin a listing of the directory itself.
  if (isTotal(line) || line === '.:') return NOTHING;
  return unseen(line, fields, Math.max(0, at));
}

export const unixFormat: ListingFormat = lineByLine('unix', read);

/** A unix that prints what it has in numbers: mode, owner, group, size, seconds since 1970, name. */
export const numericUnixFormat: ListingFormat = lineByLine('unix in numbers', (line) => {
  const fields = fieldsOf(line, 5);
  const [mode, owner, group, size, seconds] = eightWords(fields);
  const last = fields[4];
  const isLine = /^0[0-7]{6}$/.test(mode) && [owner, group, size, seconds].every((text) => /^\d{1,15}$/.test(text));
  if (!isLine || last === undefined) return undefined;
  const bits = Number.parseInt(mode, 8);
  const kinds = new Map([
    [0o100000, 'file'],
    [0o040000, 'directory'],
    [0o120000, 'symlink'],
  ] as const);
  return named({
    name: behindBlanks(line, last),
    type: kinds.get((bits & 0o170000) as 0o100000) ?? 'other',
    ...fact('sizeBytes', countOf(size)),
    ...fact('modifiedMs', Number(seconds) * 1000),
    modifiedPrecision: 'second',
    mode: bits & 0o7777,
    owner,
    group,
  });
});

/** Connect:Enterprise: a batch with its flags, who sent it, its number, and then as unix: size, date, name. */
export const connectEnterpriseFormat: ListingFormat = lineByLine('Connect:Enterprise', (line, context) => {
  const [flags = ''] = fieldsOf(line, 1).map(({ text }) => text);
  if (!/^-[-A-Z]{9}[A-Z]{2,4}$/.test(flags)) return undefined;
  const read = tailEntry(line, fieldsOf(line, MOST_FIELDS), context, { at: 1, type: 'file' });
  if (read?.kind !== 'entry') return read;
  const { name, type, sizeBytes, modifiedMs, modifiedPrecision } = read.entry;
  return named({
    name,
    type,
    ...fact('sizeBytes', sizeBytes),
    ...fact('modifiedMs', modifiedMs),
    ...fact('modifiedPrecision', modifiedPrecision),
  });
});
