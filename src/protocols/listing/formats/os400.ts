/** OS/400, now IBM i: owner, size, date, time, a type with a star, and a name that a directory ends with `/`. */
import type { ParsedEntry, ParsedLine } from '../parsed.ts';
import { clockMs, dayMs, fullYear, type When } from './dates.ts';
import { behindBlanks, countOf, fieldsOf } from './fields.ts';
import { lineByLine, type ListingFormat, named } from './format.ts';

const DATE = /^(\d{2})[/.-](\d{2})[/.-](\d{2})$/;
const TYPE = /^\*[A-Z]{2,12}$/;
const DIRECTORIES = new Set(['*DIR', '*DDIR', '*FLR', '*LIB', '*FILE']);

/** The order of day, month and year is a setting of the system: what cannot be a month or a day tells, else year first. */
function dayOf(text: string): number | undefined {
  const [, one = '', two = '', three = ''] = DATE.exec(text) ?? [];
  if (one === '') return undefined;
  const [year, month, day] =
    Number(one) > 31
      ? [one, two, three]
      : Number(three) > 31
        ? [three, two, one]
        : Number(two) > 12
          ? [three, one, two]
          : [one, two, three];
  return dayMs(fullYear(year), Number(month) - 1, Number(day));
}

/** In library mode the name has its library before it; the directory that is listed is that library. */
function nameOf(shown: string): string {
  const name = shown.replace(/\/$/, '');
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Owner, size and date before the type; a member of a file has none of them. */
function factsOf([owner, size, ...others]: readonly string[]): Partial<ParsedEntry> | undefined {
  if (owner === undefined) return undefined;
  if (size === undefined) return { owner };
  const sizeBytes = countOf(size);
  const [day = '', time = ''] = others;
  return sizeBytes === undefined || !DATE.test(day) ? undefined : { owner, sizeBytes, ...whenOf(day, time) };
}

function read(line: string): ParsedLine | undefined {
  const fields = fieldsOf(line, 6);
  const typeAt = fields.findIndex(({ text }) => TYPE.test(text));
  const type = fields[typeAt];
  const facts = factsOf(fields.slice(0, Math.max(0, typeAt)).map(({ text }) => text));
  if (type === undefined || facts === undefined) return undefined;
  const shown = behindBlanks(line, type).trimEnd();
  const isDirectory = DIRECTORIES.has(type.text) || shown.endsWith('/');
  return named({ ...facts, name: nameOf(shown), type: isDirectory ? 'directory' : 'file' });
}

function whenOf(day: string, time: string): Partial<When> {
  const start = dayOf(day);
  const clock = clockMs(time);
  if (start === undefined) return {};
  return { modifiedMs: start + (clock?.ms ?? 0), modifiedPrecision: clock?.precision ?? 'day' };
}

export const os400Format: ListingFormat = lineByLine('OS/400', read);
