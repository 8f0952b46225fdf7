/** `dir` of DOS as IIS, Windows CE and others print it: a date, a time, `<DIR>` or a size, a name. */
import type { ParsedEntry, ParsedLine } from '../parsed.ts';
import { type Clock, clockMs, dayMs, fullYear, type When, whenOf } from './dates.ts';
import { behind, behindBlanks, countOf, eightWords, type Field, fieldsOf, isCount } from './fields.ts';
import { fact, lineByLine, type ListingFormat, named, NOTHING } from './format.ts';

const DATE = /^(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})$/;
const TIME = /^(\d{1,2}:\d{2}(?::\d{2})?)([ap]m?)?$/i;
const MARKS: ReadonlyMap<string, ParsedEntry['type']> = new Map([
  ['<DIR>', 'directory'],
  ['<JUNCTION>', 'directory'],
  ['<SYMLINKD>', 'directory'],
  ['<MOUNTP>', 'directory'],
  ['<SYMLINK>', 'symlink'],
]);
/** A mark and the blanks behind it, as `dir` and IIS print them. */
const MARK_COLUMN = 15;
/** ` Volume in drive C`, ` Directory of C:\`, `3 File(s) 123 bytes`: what stands above and below. */
const HEADING = /^ {0,20}(?:Volume (?:in drive|Serial Number)\b|Directory of [^ ]|[\d.,]+ (?:File|Dir)\(s\))/;

/** Year first when it has four digits, day first with dots; otherwise month first, unless only the second can be one. */
export function numericDay(text: string): number | undefined {
  const [, first = '', separator, second = '', third = ''] = DATE.exec(text) ?? [];
  if (first.length === 4 || Number(first) > 31) return dayMs(fullYear(first), Number(second) - 1, Number(third));
  if (first === '' || first.length === 3 || third.length === 1) return undefined;
  const isDayFirst = separator === '.' || Number(first) > 12;
  const [day, month] = isDayFirst ? [first, second] : [second, first];
  return dayMs(fullYear(third), Number(month) - 1, Number(day));
}

interface Dated {
  readonly when: When;
  /** The index of the last field. */
  readonly last: number;
}

/** The time, and how many fields it takes: AM and PM are part of it or a word of their own. */
function timeAt(text: string, next: string): { readonly clock: Clock; readonly fields: number } | undefined {
  const [, time = '', half = ''] = TIME.exec(text) ?? [];
  const isApart = half === '' && /^[ap]\.?m\.?$/i.test(next);
  const clock = clockMs(time, isApart ? next : half);
  return clock === undefined ? undefined : { clock, fields: isApart ? 2 : 1 };
}

/** A date and a time from a field on. */
function numericDate(fields: readonly Field[], at: number): Dated | undefined {
  const [date, text, next] = eightWords(fields, at);
  const day = numericDay(date);
  const time = timeAt(text, next);
  return day === undefined || time === undefined
    ? undefined
    : { when: whenOf(day, time.clock), last: at + time.fields };
}

/** A junction shows where it leads behind its name. */
function withTarget(shown: string): Pick<ParsedEntry, 'name' | 'linkTarget'> {
  const bracket = shown.endsWith(']') ? shown.lastIndexOf(' [') : -1;
  if (bracket <= 0) return { name: shown };
  return { name: shown.slice(0, bracket), linkTarget: shown.slice(bracket + 2, -1) };
}

function read(line: string): ParsedLine | undefined {
  if (HEADING.test(line)) return NOTHING;
  const fields = fieldsOf(line, 4);
  const date = numericDate(fields, 0);
  const field = date === undefined ? undefined : fields[date.last + 1];
  if (date === undefined || field === undefined) return undefined;
  const mark = MARKS.get(field.text.toUpperCase());
  if (mark === undefined && !isCount(field.text)) return undefined;
  if (mark === undefined)
    return named({ name: behind(line, field), type: 'file', ...fact('sizeBytes', countOf(field.text)), ...date.when });
  const shown = behindBlanks(line, field, MARK_COLUMN - field.text.length);
  return named({
    ...(field.text.toUpperCase() === '<DIR>' ? { name: shown } : withTarget(shown)),
    type: mark,
    ...date.when,
  });
}

export const dosFormat: ListingFormat = lineByLine('DOS', read);

/** OS/2: size, attributes, `DIR` for a directory, date, time, and the name two blanks behind. */
export const os2Format: ListingFormat = lineByLine('OS/2', (line) => {
  const fields = fieldsOf(line, 8);
  const size = fields[0]?.text ?? '';
  const dateAt = fields.findIndex(({ text }, index) => index > 0 && /^\d{1,2}-\d{1,2}-\d{2,4}$/.test(text));
  const date = dateAt < 0 ? undefined : numericDate(fields, dateAt);
  const last = date === undefined ? undefined : fields[date.last];
  if (!isCount(size) || date === undefined || last === undefined) return undefined;
  const marks = fields.slice(1, dateAt).map(({ text }) => text);
  if (!marks.every((mark) => /^(?:DIR|[ARHS]{1,4})$/.test(mark))) return undefined;
  const isDirectory = marks.includes('DIR');
  return named({
    name: behindBlanks(line, last, 2),
    type: isDirectory ? 'directory' : 'file',
    ...(isDirectory ? {} : fact('sizeBytes', countOf(size))),
    ...date.when,
  });
});
