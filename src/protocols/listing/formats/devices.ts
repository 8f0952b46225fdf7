/** Formats of servers in routers and small systems, each a line of fields in an order of its own. */
import type { ParsedLine } from '../parsed.ts';
import { clockMs, dayMs, whenOf } from './dates.ts';
import { numericDay } from './dos.ts';
import { behindBlanks, countOf, eightWords, fieldsOf, isCount, withoutEndBlanks } from './fields.ts';
import { fact, lineByLine, type ListingFormat, named, NOTHING } from './format.ts';
import { monthOf } from './months.ts';
import { wordedDate } from './worded-date.ts';

const VXWORKS_HEADING = /^ {0,8}(?:size +date +time +name\b|-{3,40} +-{3,40} +-{3,40} +-{3,40} *$)/;

/** VxWorks: size, `MAR-15-2024`, time, name, `<DIR>` behind a directory. */
export const vxworksFormat: ListingFormat = lineByLine('VxWorks', (line): ParsedLine | undefined => {
  if (VXWORKS_HEADING.test(line)) return NOTHING;
  const [size, day, time] = fieldsOf(line, 3);
  const when = wordedDate(day?.text ?? '', time?.text);
  if (!isCount(size?.text ?? '') || when === undefined || time === undefined) return undefined;
  if (when.modifiedPrecision === 'day') return undefined;
  const shown = behindBlanks(line, time, 3);
  const isDirectory = /[ \t]<DIR>$/.test(withoutEndBlanks(shown).slice(-6));
  if (isDirectory)
    return named({
      name: withoutEndBlanks(withoutEndBlanks(shown).slice(0, -'<DIR>'.length)),
      type: 'directory',
      ...when,
    });
  return named({ name: shown, type: 'file', ...fact('sizeBytes', countOf(size?.text ?? '')), ...when });
});

const NORTEL_HEADING =
  /^(?:Volume - |Directory of \d|File Name {2,}|-{8,40}(?: +-{3,40})* *$|\d{1,15} bytes - (?:Total|Available|Contiguous))/;

/** Nortel's `wfFtp`: name, size, date, weekday, time. It has no directories. */
export const nortelFormat: ListingFormat = lineByLine('Nortel', (line): ParsedLine | undefined => {
  if (NORTEL_HEADING.test(line)) return NOTHING;
  const fields = fieldsOf(line, 6);
  const [name, size, day, weekday, time] = eightWords(fields);
  const start = /^\d\d\/\d\d\/\d\d$/.test(day) ? numericDay(day) : undefined;
  const clock = clockMs(time);
  if (start === undefined || clock === undefined || fields.length > 5) return undefined;
  if (!/^[a-z]{3,9}\.?$/i.test(weekday) || !isCount(size)) return undefined;
  return named({ name, type: 'file', ...fact('sizeBytes', countOf(size)), ...whenOf(start, clock) });
});

/** VShell: size, `Apr 04, 2024 21:06`, name, `/` behind a directory. */
export const vshellFormat: ListingFormat = lineByLine('VShell', (line): ParsedLine | undefined => {
  const fields = fieldsOf(line, 5);
  const [size, month, day, year, time] = eightWords(fields);
  const last = fields[4];
  const start = /^\d{1,2},$/.test(day)
    ? dayMs(Number(year), monthOf(month) ?? -1, Number.parseInt(day, 10))
    : undefined;
  const clock = clockMs(time);
  if (!isCount(size) || start === undefined || clock === undefined || last === undefined) return undefined;
  const shown = line.slice(last.end + 1);
  const isDirectory = shown.endsWith('/');
  return named({
    name: isDirectory ? shown.slice(0, -1) : shown,
    type: isDirectory ? 'directory' : 'file',
    ...(isDirectory ? {} : fact('sizeBytes', countOf(size))),
    ...whenOf(start, clock),
  });
});

/** Four digits without a colon. */
const clockOfDigits = (text: string): ReturnType<typeof clockMs> => clockMs(`${text.slice(0, -2)}:${text.slice(-2)}`);

/** OS-9: `group.user`, date with its year first, time, rights, sector, size, name. */
export const os9Format: ListingFormat = lineByLine('OS-9', (line): ParsedLine | undefined => {
  const fields = fieldsOf(line, 6);
  const [who, day, time, rights, , size] = eightWords(fields);
  const last = fields[5];
  const [, group, owner] = /^(\d{1,5})\.(\d{1,5})$/.exec(who) ?? [];
  const [, year, month, date] = /^(\d\d)\/(\d\d)\/(\d\d)$/.exec(day) ?? [];
  if (group === undefined || year === undefined || last === undefined) return undefined;
  if (!/^[-d][-s]?[-ewr]{6}$/.test(rights)) return undefined;
  const start = dayMs(Number(year) + (Number(year) < 70 ? 2000 : 1900), Number(month) - 1, Number(date));
  const isDirectory = rights.startsWith('d');
  // Some versions print the size in decimal digits, others in hexadecimal ones.
  const rough = isDirectory || !/^\d{1,15}$/.test(size) ? {} : { roughSizeBytes: Number(size) };
  return named({
    name: line.slice(last.end + 1),
    type: isDirectory ? 'directory' : 'file',
    ...rough,
    ...(start === undefined ? {} : whenOf(start, clockOfDigits(time))),
    ...fact('owner', owner),
    group,
  });
});
