/** z/VM: minidisks and shared directories of CMS, whose names are two words. */
import type { ParsedEntry, ParsedLine } from '../parsed.ts';
import { dayMs, momentOf } from './dates.ts';
import { numericDay } from './dos.ts';
import { countOf, wordsOf } from './fields.ts';
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

/** Name, type, format, record length, records, blocks, date, time, and whose disk it is. */
export const zvmFormat: ListingFormat = lineByLine('z/VM', (line): ParsedLine | undefined => {
  const words = wordsOf(line, 10);
  // Directories have `DIR` for type or format, and dashes for numbers; some levels leave the type out.
  const at = words.findIndex((word, index) => index >= 3 && dayOf(word) !== undefined);
  const when = at < 0 ? undefined : momentOf(dayOf(words[at] ?? ''), words[at + 1] ?? '');
  const [name = '', second = '', third = ''] = words;
  if (when === undefined || !NAME.test(name)) return undefined;
  const common = { ...when, ...ownerOf(words[at + 2]) };
  if (second === 'DIR' || third === 'DIR') return named({ name, type: 'directory', ...common });
  if (at !== 6 || !NAME.test(second) || !/^[FV]$/.test(third)) return undefined;
  const size = sizeOf(words[3] ?? '', words[4] ?? '');
  return named({ name: `${name}.${second}`, type: 'file', ...size, ...common });
});
