/** A line as fields with blanks between them: cut in one pass, however long the blanks are. */

export interface Field {
  readonly text: string;
  /** Where it begins and ends in the line. */
  readonly start: number;
  readonly end: number;
}

/** Spaces and tabs; a no-break space may be part of a name or of a number. */
const isBlank = (line: string, index: number): boolean => line[index] === ' ' || line[index] === '\t';

function skipBlanks(line: string, from: number): number {
  let index = from;
  while (index < line.length && isBlank(line, index)) index += 1;
  return index;
}

/** The first `most` fields. */
export function fieldsOf(line: string, most: number): Field[] {
  const fields: Field[] = [];
  let index = skipBlanks(line, 0);
  while (fields.length < most && index < line.length) {
    const start = index;
    while (index < line.length && !isBlank(line, index)) index += 1;
    fields.push({ text: line.slice(start, index), start, end: index });
    index = skipBlanks(line, index);
  }
  return fields;
}

export const wordsOf = (line: string, most: number): string[] => fieldsOf(line, most).map(({ text }) => text);

export type EightWords = readonly [string, string, string, string, string, string, string, string];

/** The words of the first eight fields from one on; empty where there are fewer. */
export function eightWords(fields: readonly Field[], from = 0): EightWords {
  const word = (index: number): string => fields[from + index]?.text ?? '';
  return [word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7)];
}

/** What stands one blank behind a field: a name may begin with blanks of its own. */
export const behind = (line: string, field: Field): string => line.slice(field.end + 1);

/** What stands behind a field and all the blanks that follow, for columns that are padded; at most so many of them. */
export function behindBlanks(line: string, field: Field, most = Infinity): string {
  return line.slice(Math.min(skipBlanks(line, field.end), field.end + most));
}

/** Without the blanks at its end. Not by a pattern: those try again at every blank. */
export function withoutEndBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text, end - 1)) end -= 1;
  return text.slice(0, end);
}

const DIGITS = /^\d{1,40}$/;
const GROUPED = /^\d{1,3}(?:[.,'’\u00a0\u202f]\d{3}){1,12}$/;

/** Whether it is a count in digits, also one that is too large to count with. Thousands may be parted. */
export const isCount = (text: string): boolean => DIGITS.test(text) || GROUPED.test(text);

/** A count in digits, thousands parted or not; `undefined` when it is none, or larger than can be counted with. */
export function countOf(text: string): number | undefined {
  if (!isCount(text)) return undefined;
  const count = Number(text.replace(/\D/g, ''));
  return Number.isSafeInteger(count) ? count : undefined;
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['b', 1],
  ['k', 1024],
  ['m', 1024 ** 2],
  ['g', 1024 ** 3],
  ['t', 1024 ** 4],
]);

/** `33.5k`, `2KB`, `1,2M`: about so many bytes; `undefined` for anything else. */
export function roundedCount(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,12}(?:[.,]\d{1,3})?)([bkmgt])(?:i?b)?$/i.exec(text) ?? [];
  const bytes = Math.round(Number(digits.replace(',', '.')) * (UNITS.get(unit.toLowerCase()) ?? Number.NaN));
  return digits !== '' && Number.isSafeInteger(bytes) ? bytes : undefined;
}
