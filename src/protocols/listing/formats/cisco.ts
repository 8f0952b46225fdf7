/** `dir` of network devices, as their file servers print it: IOS with short rights and a zone, NX-OS with size and date. */
import type { ParsedLine } from '../parsed.ts';
import { dayMs, momentOf, type When } from './dates.ts';
import { behindBlanks, countOf, eightWords, type Field, fieldsOf, isCount } from './fields.ts';
import { fact, lineByLine, type ListingFormat, named, NOTHING } from './format.ts';
import { monthOf } from './months.ts';

const ZONE = /^([+-])(\d{2}):(\d{2})$/;

/** `+01:00` in milliseconds. */
function zoneMs(text: string): number | undefined {
  const [, sign, hours, minutes] = ZONE.exec(text) ?? [];
  if (sign === undefined) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

const HEADING =
  /^ {0,8}(?:Directory of [^ ]|Usage for [^ ]|No files in directory|\d{1,20} bytes (?:total|used|free)\b)/;

/** `Mar 15 2024 10:20:30 +00:00`; without a zone the device's own time. */
function iosWhen(fields: readonly Field[], at: number): { readonly when: When; readonly words: number } | undefined {
  const [month, day, year, time, zone] = eightWords(fields, at);
  const when = momentOf(dayMs(Number(year), monthOf(month) ?? -1, Number(day)), time);
  const ahead = zoneMs(zone);
  if (when === undefined) return undefined;
  return { when: { ...when, modifiedMs: when.modifiedMs - (ahead ?? 0) }, words: ahead === undefined ? 4 : 5 };
}

/** The date and how many words it takes; IOS without a clock shows `<no date>`. */
function iosDate(fields: readonly Field[], at: number): { readonly when?: When; readonly words: number } | undefined {
  const [first, second] = eightWords(fields, at);
  return first === '<no' && second === 'date>' ? { words: 2 } : iosWhen(fields, at);
}

/** `  11  -rw-   81923  Mar 15 2024 10:20:30 +00:00  c2911.bin`. */
function ios(line: string, fields: readonly Field[]): ParsedLine | undefined {
  const at = isCount(fields[0]?.text ?? '') ? 1 : 0;
  const [rights, size] = eightWords(fields, at);
  if (!/^[-d][-r][-w][-x]$/.test(rights) || !isCount(size)) return undefined;
  const date = iosDate(fields, at + 2);
  const last = date === undefined ? undefined : fields[at + 1 + date.words];
  if (date === undefined || last === undefined) return undefined;
  const type = rights.startsWith('d') ? 'directory' : 'file';
  return named({ name: behindBlanks(line, last, 2), type, ...fact('sizeBytes', countOf(size)), ...date.when });
}

/** `  81923    Mar 15 10:20:30 2024  n9000.bin`, a directory with `/` behind its name. */
function nxos(line: string, fields: readonly Field[]): ParsedLine | undefined {
  const [size, month, day, time, year] = eightWords(fields);
  const last = fields[4];
  const when = momentOf(dayMs(Number(year), monthOf(month) ?? -1, Number(day)), time);
  if (when?.modifiedPrecision !== 'second' || last === undefined || !isCount(size)) return undefined;
  const shown = behindBlanks(line, last, 2);
  const type = shown.endsWith('/') ? 'directory' : 'file';
  const name = type === 'directory' ? shown.slice(0, -1) : shown;
  return named({ name, type, ...fact('sizeBytes', countOf(size)), ...when });
}

/** The one is told from the other by its rights. */
export const deviceFormat: ListingFormat = lineByLine('network devices', (line) => {
  if (HEADING.test(line)) return NOTHING;
  const fields = fieldsOf(line, 9);
  return ios(line, fields) ?? nxos(line, fields);
});
