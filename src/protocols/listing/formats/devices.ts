/** Formats of servers in routers and small systems, each a line of fields in an order of its own. */
import type { ParsedLine } from '../parsed.ts';
import { dayMs, fullYear, momentOf, type When } from './dates.ts';
import { numericDay } from './dos.ts';
import { behind, behindBlanks, countOf, eightWords, fieldsOf, isCount, withoutEndBlanks } from './fields.ts';
import { fact, lineByLine, type ListingFormat, named, NOTHING } from './format.ts';
import { monthOf } from './months.ts';
import { wordedDate } from './worded-date.ts';

const VXWORKS_HEADING = /^ {0,8}(?:size +date +time +name\b|-{3,40} +-{3,40} +-{3,40} +-{3,40} *$)/;

/** Where a directory is marked by `<DIR>` behind its name, the blanks between them are no part of it. */
function withoutMark(shown: string): string | undefined {
  const text = withoutEndBlanks(shown);
  return /[ \t]<DIR>$/.test(text.slice(-6)) ? withoutEndBlanks(text.slice(0, -'<DIR>'.length)) : undefined;
}

/** VxWorks: size, `MAR-15-2024`, time, name, `<DIR>` behind a directory. */
export const vxworksFormat: ListingFormat = lineByLine('VxWorks', (line): ParsedLine | undefined => {
  if (VXWORKS_HEADING.test(line)) return NOTHING;
  const fields = fieldsOf(line, 3);
  const [size, day, time] = eightWords(fields);
  const when = wordedDate(day, time);
  const last = fields[2];
  if (!isCount(size) || last === undefined || when === undefined || when.modifiedPrecision === 'day') return undefined;
  const shown = behindBlanks(line, last, 3);
  const directory = withoutMark(shown);
  if (directory !== undefined) return named({ name: directory, type: 'directory', ...when });
  return named({ name: shown, type: 'file', ...fact('sizeBytes', countOf(size)), ...when });
});

const NORTEL_HEADING =
  /^(?:Volume - |Directory of \d|File Name {2,}|-{8,40}(?: +-{3,40})* *$|\d{1,15} bytes - (?:Total|Available|Contiguous))/;

/** Nortel's `wfFtp`: name, size, date, weekday, time. It has no directories. */
export const nortelFormat: ListingFormat = lineByLine('Nortel', (line): ParsedLine | undefined => {
  if (NORTEL_HEADING.test(line)) return NOTHING;
  const fields = fieldsOf(line, 6);
  const [name, size, day, weekday, time] = eightWords(fields);
  const start = /^\d\d\/\d\d\/\d\d$/.test(day) ? numericDay(day) : undefined;
  const when = momentOf(start, time);
  if (when === undefined || fields.length > 5 || !/^[a-z]{3,9}\.?$/i.test(weekday) || !isCount(size)) return undefined;
  return named({ name, type: 'file', ...fact('sizeBytes', countOf(size)), ...when });
});

/** VShell: size, `Apr 04, 2024 21:06`, name, `/` behind a directory. */
export const vshellFormat: ListingFormat = lineByLine('VShell', (line): ParsedLine | undefined => {
  const fields = fieldsOf(line, 5);
  const [size, month, day, year, time] = eightWords(fields);
  const last = fields[4];
  const dayNumber = /^\d{1,2},$/.test(day) ? Number.parseInt(day, 10) : 0;
  const when = momentOf(dayMs(Number(year), monthOf(month) ?? -1, dayNumber), time);
  if (!isCount(size) || when === undefined || last === undefined) return undefined;
  const shown = behind(line, last);
  if (shown.endsWith('/')) return named({ name: shown.slice(0, -1), type: 'directory', ...when });
  return named({ name: shown, type: 'file', ...fact('sizeBytes', countOf(size)), ...when });
});

/** Year first, and four digits of a time without a colon. */
function os9When(day: string, time: string): When | undefined {
  const [, year = '', month, date] = /^(\d\d)\/(\d\d)\/(\d\d)$/.exec(day) ?? [];
  const start = year === '' ? undefined : dayMs(fullYear(year), Number(month) - 1, Number(date));
  return momentOf(start, `${time.slice(0, -2)}:${time.slice(-2)}`);
}

/** OS-9: `group.user`, date, time, rights, sector, size, name. */
export const os9Format: ListingFormat = lineByLine('OS-9', (line): ParsedLine | undefined => {
  const fields = fieldsOf(line, 6);
  const [who, day, time, rights, , size] = eightWords(fields);
  const last = fields[5];
  const [, group, owner] = /^(\d{1,5})\.(\d{1,5})$/.exec(who) ?? [];
  const when = os9When(day, time);
  if (group === undefined || when === undefined || last === undefined) return undefined;
  if (!/^[-d][-s]?[-ewr]{6}$/.test(rights)) return undefined;
  const common = { name: behind(line, last), ...when, ...fact('owner', owner), group };
  if (rights.startsWith('d')) return named({ ...common, type: 'directory' });
  // Some versions print the size in decimal digits, others in hexadecimal ones.
  return named({ ...common, type: 'file', ...fact('roughSizeBytes', countOf(size)) });
});
