/** Formats of systems that are met seldom, each a line of fields in an order of its own. */
import type { ParsedEntry, ParsedLine } from '../parsed.ts';
import { clockMs, dayMs, fullYear, monthOf, type When } from './dates.ts';
import { numericDate } from './dos.ts';
import { behindBlanks, countOf, fieldsOf } from './fields.ts';
import { lineByLine, type LineReader, type ListingFormat, named, NOTHING } from './format.ts';

/** OS/2: size, attributes, `DIR` for a directory, date, time, name. */
export const os2Format: ListingFormat = lineByLine('OS/2', (line) => {
  const fields = fieldsOf(line, 8);
  const sizeBytes = countOf(fields[0]?.text ?? '');
  const dateAt = fields.findIndex(({ text }, index) => index > 0 && /^\d{1,2}-\d{1,2}-\d{2,4}$/.test(text));
  const marks = fields.slice(1, dateAt < 0 ? 1 : dateAt).map(({ text }) => text);
  const date = dateAt < 0 ? undefined : numericDate(fields, dateAt);
  const last = date === undefined ? undefined : fields[date.last];
  if (sizeBytes === undefined || date === undefined || last === undefined) return undefined;
  if (!marks.every((mark) => /^(DIR|[ARHS]{1,4})$/.test(mark))) return undefined;
  return named({
    name: behindBlanks(line, last),
    type: marks.includes('DIR') ? 'directory' : 'file',
    sizeBytes,
    modifiedMs: date.modifiedMs,
    modifiedPrecision: date.modifiedPrecision,
  });
});

const WORDED_DAY = /^(\d{1,2}|[A-Za-z]{3})-(\d{1,2}|[A-Za-z]{3})-(\d{2,4})$/;

/** `MAR-15-2024` or `15-Mar-24`, and a time of day; `undefined` when one of them is none. */
function wordedDate(day: string | undefined, time: string | undefined): When | undefined {
  const [, one = '', two = '', year = ''] = WORDED_DAY.exec(day ?? '') ?? [];
  const month = monthOf(one) ?? monthOf(two);
  const start =
    month === undefined ? undefined : dayMs(fullYear(year), month, Number(monthOf(one) === undefined ? one : two));
  const clock = clockMs(time ?? '');
  if (start === undefined || clock === undefined) return undefined;
  return { modifiedMs: start + clock.ms, modifiedPrecision: clock.precision };
}

/** VxWorks: size, `MAR-15-2024`, time, name, `<DIR>` behind a directory. */
export const vxworksFormat: ListingFormat = lineByLine('VxWorks', (line): ParsedLine | undefined => {
  const [size, day, time] = fieldsOf(line, 3);
  const sizeBytes = countOf(size?.text ?? '');
  const when = wordedDate(day?.text, time?.text);
  if (sizeBytes === undefined || when === undefined || time === undefined) return undefined;
  const shown = behindBlanks(line, time).trimEnd();
  const isDirectory = /\s<DIR>$/.test(shown.slice(-6));
  const name = isDirectory ? shown.slice(0, -'<DIR>'.length).trimEnd() : shown;
  return named({ name, type: isDirectory ? 'directory' : 'file', sizeBytes, ...when });
});

/** HP NonStop: below its heading name, code, size, date, time, owner, rights. */
export const nonStopFormat: ListingFormat = {
  name: 'NonStop',
  open: (): LineReader => {
    let isBelowHeading = false;
    return {
      read(line) {
        if (/^File\s+Code\s+EOF\b/.test(line)) {
          isBelowHeading = true;
          return NOTHING;
        }
        const [name = '', , size = '', day, time] = fieldsOf(line, 5).map(({ text }) => text);
        const when = wordedDate(day, time);
        const sizeBytes = countOf(size);
        if (!isBelowHeading || when === undefined || sizeBytes === undefined) return undefined;
        return named({ name, type: 'file', sizeBytes, ...when });
      },
    };
  },
};

function isoDate(day: string | undefined, time: string | undefined): When | undefined {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day ?? '') ?? [];
  const start = year === undefined ? undefined : dayMs(Number(year), Number(month) - 1, Number(date));
  const clock = clockMs(time ?? '');
  if (start === undefined || clock === undefined) return undefined;
  return { modifiedMs: start + clock.ms, modifiedPrecision: clock.precision };
}

/** Records of varying length are at most that long: only fixed ones tell the size. */
function fixedSize(format: string, length: string | undefined, records: string | undefined): Partial<ParsedEntry> {
  const bytes = (countOf(length ?? '') ?? 0) * (countOf(records ?? '') ?? 0);
  return format === 'F' && Number.isSafeInteger(bytes) ? { sizeBytes: bytes } : {};
}

/** z/VM: name, type, format, record length, records, blocks, date, time, and perhaps an owner. */
export const zvmFormat: ListingFormat = lineByLine('z/VM', (line): ParsedLine | undefined => {
  const [name = '', kind, format = '', ...rest] = fieldsOf(line, 9).map(({ text }) => text);
  const [length, records, , day, time, owner] = rest;
  const when = isoDate(day, time);
  if (kind === undefined || when === undefined || !/^(F|V|DIR|-)$/.test(format)) return undefined;
  const isDirectory = format === 'DIR' || kind === 'DIR';
  const isOwned = owner === undefined ? {} : { owner };
  const shown = isDirectory ? name : `${name}.${kind}`;
  return named({
    name: shown,
    type: isDirectory ? 'directory' : 'file',
    ...fixedSize(format, length, records),
    ...when,
    ...isOwned,
  });
});
