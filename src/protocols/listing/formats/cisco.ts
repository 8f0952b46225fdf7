/** `dir` of network devices, as their file servers print it: IOS with short rights and a zone, NX-OS with size and date. */
import type { ParsedLine } from '../parsed.ts';
import { clockMs, dayMs } from './dates.ts';
import { behindBlanks, countOf, eightWords, type Field, fieldsOf } from './fields.ts';
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

/** `  11  -rw-   81923  Mar 15 2024 10:20:30 +00:00  c2911.bin`; IOS without a clock shows `<no date>`. */
function ios(line: string, fields: readonly Field[]): ParsedLine | undefined {
  const at = /^\d+$/.test(fields[0]?.text ?? '') ? 1 : 0;
  const [rights, size, month, day, year, time, zone] = eightWords(fields, at);
  const sizeBytes = countOf(size);
  if (!/^[-d][-r][-w][-x]$/.test(rights) || sizeBytes === undefined) return undefined;
  const type = rights.startsWith('d') ? 'directory' : 'file';
  const undatedAt = month === '<no' && day === 'date>' ? fields[at + 3] : undefined;
  if (undatedAt !== undefined) return named({ name: behindBlanks(line, undatedAt, 2), type, sizeBytes });
  const start = dayMs(Number(year), monthOf(month) ?? -1, Number(day));
  const clock = clockMs(time);
  const ahead = zoneMs(zone);
  const last = fields[at + (ahead === undefined ? 5 : 6)];
  if (start === undefined || clock === undefined || last === undefined) return undefined;
  const when = { modifiedMs: start + clock.ms - (ahead ?? 0), modifiedPrecision: clock.precision };
  return named({ name: behindBlanks(line, last, 2), type, sizeBytes, ...when });
}

/** `  81923    Mar 15 10:20:30 2024  n9000.bin`, a directory with `/` behind its name. */
function nxos(line: string, fields: readonly Field[]): ParsedLine | undefined {
  const [size, month, day, time, year] = eightWords(fields);
  const last = fields[4];
  const start = dayMs(Number(year), monthOf(month) ?? -1, Number(day));
  const clock = clockMs(time);
  if (start === undefined || clock?.precision !== 'second' || last === undefined) return undefined;
  const shown = behindBlanks(line, last, 2);
  const isDirectory = shown.endsWith('/');
  return named({
    name: isDirectory ? shown.slice(0, -1) : shown,
    type: isDirectory ? 'directory' : 'file',
    ...fact('sizeBytes', countOf(size)),
    modifiedMs: start + clock.ms,
    modifiedPrecision: clock.precision,
  });
}

/** The one is told from the other by its rights. */
export const deviceFormat: ListingFormat = lineByLine('network devices', (line) => {
  if (HEADING.test(line)) return NOTHING;
  const fields = fieldsOf(line, 9);
  return ios(line, fields) ?? nxos(line, fields);
});
