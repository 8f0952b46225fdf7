/** `dir` of DOS as IIS and others print it: a date, a time, `<DIR>` or a size, a name. */
import type { ParsedEntry, ParsedLine } from '../parsed.ts';
import { clockMs, dayMs, fullYear, type When } from './dates.ts';
import { behind, behindBlanks, countOf, type Field, fieldsOf } from './fields.ts';
import { lineByLine, type ListingFormat, named } from './format.ts';

const DATE = /^(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})$/;
const TIME = /^(\d{1,2}:\d{2}(?::\d{2})?)([AaPp][Mm]?)?$/;
const MARKS: ReadonlyMap<string, ParsedEntry['type']> = new Map([
  ['<DIR>', 'directory'],
  ['<JUNCTION>', 'directory'],
  ['<SYMLINKD>', 'directory'],
  ['<SYMLINK>', 'symlink'],
]);
/** IIS leaves so many blanks between `<DIR>` and the name. */
const MARK_PADDING = ' '.repeat(10);

/** Month first with `-` and `/`, day first with dots, year first when it has four digits; what is no month is a day. */
function numericDay(text: string): number | undefined {
  const [, first = '', second = '', third = ''] = DATE.exec(text) ?? [];
  if (first === '') return undefined;
  if (first.length === 4) return dayMs(Number(first), Number(second) - 1, Number(third));
  const isDayFirst = text.includes('.') || Number(first) > 12;
  const [day, month] = isDayFirst ? [first, second] : [second, first];
  return third.length === 3 ? undefined : dayMs(fullYear(third), Number(month) - 1, Number(day));
}

interface Dated extends When {
  readonly last: number;
}

/** The time of day at a field, and how many fields it takes: AM and PM are part of it or a word of their own. */
function timeAt(
  fields: readonly Field[],
  at: number,
): (ReturnType<typeof clockMs> & { readonly words: number }) | undefined {
  const [, time, half = ''] = TIME.exec(fields[at]?.text ?? '') ?? [];
  if (time === undefined) return undefined;
  const next = fields[at + 1]?.text ?? '';
  const isApart = half === '' && /^[AaPp]\.?[Mm]\.?$/.test(next);
  const clock = clockMs(time, isApart ? next : half);
  return clock === undefined ? undefined : { ...clock, words: isApart ? 2 : 1 };
}

/** A date and a time from a field on. */
export function numericDate(fields: readonly Field[], at: number): Dated | undefined {
  const day = numericDay(fields[at]?.text ?? '');
  const time = timeAt(fields, at + 1);
  if (day === undefined || time === undefined) return undefined;
  return { modifiedMs: day + time.ms, modifiedPrecision: time.precision, last: at + time.words };
}

function nameOf(line: string, field: Field, isMark: boolean): string {
  if (!isMark) return behind(line, field);
  const rest = line.slice(field.end);
  return rest.startsWith(MARK_PADDING) ? rest.slice(MARK_PADDING.length) : behindBlanks(line, field);
}

function read(line: string): ParsedLine | undefined {
  const fields = fieldsOf(line, 4);
  const date = numericDate(fields, 0);
  const field = date === undefined ? undefined : fields[date.last + 1];
  if (date === undefined || field === undefined) return undefined;
  const mark = MARKS.get(field.text.toUpperCase());
  const sizeBytes = countOf(field.text);
  if (mark === undefined && sizeBytes === undefined) return undefined;
  const shown = nameOf(line, field, mark !== undefined);
  // A junction shows where it leads behind its name.
  const target = mark === undefined ? null : / \[([^\]]*)\]$/.exec(shown);
  return named({
    name: target === null ? shown : shown.slice(0, target.index),
    type: mark ?? 'file',
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    modifiedMs: date.modifiedMs,
    modifiedPrecision: date.modifiedPrecision,
    ...(target?.[1] === undefined ? {} : { linkTarget: target[1] }),
  });
}

export const dosFormat: ListingFormat = lineByLine('DOS', read);
