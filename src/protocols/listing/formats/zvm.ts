/** z/VM: minidisks and shared directories of CMS, whose names are two words. */
import type { ParsedEntry, ParsedLine } from '../parsed.ts';
import { dayMs, momentOf, type When } from './dates.ts';
import { numericDay } from './dos.ts';
import { countOf, eightWords, fieldsOf } from './fields.ts';
import { fact, lineByLine, type ListingFormat, named } from './format.ts';

const NAME = /^[A-Z0-9@#$+\-:_]{1,8}$/i;

function dayOf(text: string): number | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year !== undefined) return dayMs(Number(year), Number(month) - 1, Number(day));
  return /^\d{1,2}\/\d{1,2}\/\d{2,4}$/.test(text) ? numericDay(text) : undefined;
}

/** Records may be shorter than the longest, and lose or gain line ends on the way: only about so many bytes. */
function sizeOf(length: string, records: string): Partial<ParsedEntry> {
  const bytes = (countOf(length) ?? Number.NaN) * (countOf(records) ?? Number.NaN);
  return fact('roughSizeBytes', Number.isSafeInteger(bytes) ? bytes : undefined);
}

const ownerOf = (word: string | undefined): Partial<ParsedEntry> => fact('owner', word === '-' ? undefined : word);

interface Dated {
  /** The index of the date. */
  readonly at: number;
  readonly when: When;
}

function findDate(words: readonly string[]): Dated | undefined {
  const at = words.findIndex((word, index) => index >= 3 && dayOf(word) !== undefined);
  const when = at < 0 ? undefined : momentOf(dayOf(words[at] ?? ''), words[at + 1] ?? '');
  return when === undefined ? undefined : { at, when };
}

/**
 * Name, type, format, record length, records, blocks, date, time, and whose disk it is. Directories have `DIR` for type
 * or format, and dashes for numbers; some levels leave their type out.
 */
export const zvmFormat: ListingFormat = lineByLine('z/VM', (line): ParsedLine | undefined => {
  const fields = fieldsOf(line, 10);
  const words = fields.map(({ text }) => text);
  const date = findDate(words);
  const [name, kind, format, length, records] = eightWords(fields);
  if (date === undefined || !NAME.test(name)) return undefined;
  const common = { ...date.when, ...ownerOf(words[date.at + 2]) };
  if (kind === 'DIR' || format === 'DIR') return named({ name, type: 'directory', ...common });
  if (date.at !== 6 || !NAME.test(kind) || !/^[FV]$/.test(format)) return undefined;
  return named({ name: `${name}.${kind}`, type: 'file', ...sizeOf(length, records), ...common });
});
