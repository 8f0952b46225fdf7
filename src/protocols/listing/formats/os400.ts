/** OS/400, now IBM i: owner, size, date, time, a type with a star, and a name that a directory ends with `/`. */
import type { ParsedEntry, ParsedLine } from '../parsed.ts';
import { clockMs, dayMs, fullYear, type When, whenOf } from './dates.ts';
import { behindBlanks, countOf, fieldsOf, isCount, withoutEndBlanks } from './fields.ts';
import { fact, lastPart, type LineReader, type ListingContext, type ListingFormat, named, NOTHING } from './format.ts';

const DATE = /^(\d{2})([/.-])(\d{2})\2(\d{2})$/;
const TYPE = /^\*[A-Z]{2,12}$/;
/** A physical file holds members, as a directory holds files. */
const DIRECTORIES = new Set(['*DIR', '*DDIR', '*FLR', '*LIB', '*FILE']);

type Order = 'year-first' | 'month-first' | 'day-first';
const ORDERS: readonly Order[] = ['month-first', 'day-first', 'year-first'];

function dayIn(order: Order, [one = '', two = '', three = '']: readonly string[]): number | undefined {
  const [year, month, day] =
    order === 'year-first' ? [one, two, three] : order === 'month-first' ? [three, one, two] : [three, two, one];
  return dayMs(fullYear(year), Number(month) - 1, Number(day));
}

/**
 * The order of day, month and year is a setting of the system. A date that can be read in one order only proves it for
 * the lines behind; until then a date that could be several has no time, which is better than a wrong one.
 */
class DayReader {
  readonly #latestMs: number;
  #order: Order | undefined;

  constructor({ nowMs }: ListingContext) {
    // Nothing was changed in the future; a day is allowed for zones and clocks.
    this.#latestMs = nowMs + 86_400_000;
  }

  dayOf(text: string): number | undefined {
    const [, one = '', separator, two = '', three = ''] = DATE.exec(text) ?? [];
    const parts = [one, two, three];
    // Dots are written where the day comes first.
    if (separator === '.') return dayIn('day-first', parts);
    const possible = ORDERS.filter((order) => (dayIn(order, parts) ?? Infinity) <= this.#latestMs);
    if (possible.length === 1) this.#order = possible[0];
    if (this.#order !== undefined) return dayIn(this.#order, parts);
    const days = new Set(possible.map((order) => dayIn(order, parts)));
    return days.size === 1 ? [...days][0] : undefined;
  }
}

/** Owner, size and date before the type; a member of a file has none of them but the owner. */
function factsOf(
  [owner, size, day = '', time = '']: readonly string[],
  days: DayReader,
): Partial<ParsedEntry> | undefined {
  if (owner === undefined) return undefined;
  if (size === undefined) return { owner };
  if (!isCount(size) || !DATE.test(day)) return undefined;
  return { owner, ...fact('sizeBytes', countOf(size)), ...whenAt(days.dayOf(day), time) };
}

const whenAt = (start: number | undefined, time: string): Partial<When> =>
  start === undefined ? {} : whenOf(start, clockMs(time));

function open(context: ListingContext): LineReader {
  const days = new DayReader(context);
  /** The file whose members may follow: they stand in it, not in the directory that is listed. */
  let lastFile: string | undefined;
  return {
    read(line): ParsedLine | undefined {
      const fields = fieldsOf(line, 6);
      const typeAt = fields.findIndex(({ text }) => TYPE.test(text));
      const type = fields[typeAt];
      const facts = factsOf(
        fields.slice(0, Math.max(0, typeAt)).map(({ text }) => text),
        days,
      );
      if (type === undefined || facts === undefined) return undefined;
      const shown = withoutEndBlanks(behindBlanks(line, type));
      const path = shown.endsWith('/') ? shown.slice(0, -1) : shown;
      if (type.text === '*MEM' && lastFile !== undefined && path.startsWith(`${lastFile}/`)) return NOTHING;
      if (type.text === '*FILE') lastFile = path;
      const isDirectory = DIRECTORIES.has(type.text) || shown.endsWith('/');
      return named({ ...facts, name: lastPart(path), type: isDirectory ? 'directory' : 'file' });
    },
  };
}

export const os400Format: ListingFormat = { name: 'OS/400', open };
