/** Dates as listings write them: in many orders and languages, often without a year, never with a zone. */
import type { Field } from './fields.ts';

/** When, and how exactly that is known. */
export interface When {
  readonly modifiedMs: number;
  readonly modifiedPrecision: 'millisecond' | 'second' | 'minute' | 'day';
}

const MONTHS: ReadonlyMap<string, number> = new Map(
  [
    // The first letters as `ls` and others print them, in the languages of the servers that are met.
    ['jan', 'janv', 'ene', 'gen', 'jän', 'sty', 'янв', 'led', 'oca', 'tam', 'января'],
    ['feb', 'fév', 'févr', 'fev', 'lut', 'фев', 'úno', 'şub', 'hel', 'febr', 'февраля'],
    ['mar', 'mars', 'mär', 'mrz', 'mrt', 'мар', 'bře', 'maa', 'märz', 'марта', 'már'],
    ['apr', 'avr', 'avril', 'abr', 'kwi', 'апр', 'dub', 'nis', 'huh', 'апреля', 'ápr'],
    ['may', 'mai', 'mag', 'mei', 'maj', 'май', 'kvě', 'tou', 'мая', 'máj'],
    ['jun', 'juin', 'giu', 'cze', 'июн', 'čen', 'haz', 'kes', 'июня', 'juni', 'jún'],
    ['jul', 'juil', 'lug', 'lip', 'июл', 'čec', 'tem', 'hei', 'июля', 'juli', 'júl'],
    ['aug', 'aoû', 'août', 'ago', 'sie', 'авг', 'srp', 'ağu', 'elo', 'августа'],
    ['sep', 'sept', 'set', 'wrz', 'сен', 'zář', 'eyl', 'syy', 'сентября', 'szept'],
    ['oct', 'okt', 'ott', 'out', 'paź', 'окт', 'říj', 'eki', 'lok', 'октября'],
    ['nov', 'lis', 'ноя', 'kas', 'mar.', 'marras', 'ноября'],
    ['dec', 'déc', 'dez', 'dic', 'gru', 'дек', 'pro', 'ara', 'jou', 'декабря', 'des'],
  ].flatMap((names, month) => names.map((name) => [name, month] as const)),
);

const ASIAN_MONTH = /^(\d{1,2})(?:月|월)$/;
const ASIAN_DAY = /^(\d{1,2})(?:日|일)?$/;
const DAY = /^\d{1,2}[.,]?$/;
const YEAR = /^(\d{4})(?:年|년)?$/;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?$/;
const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const DOTTED_DAY = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/;
const ZONE = /^([+-])(\d{2})(\d{2})$/;

const DAY_MS = 86_400_000;

/** The month that a word names, from 0; `undefined` when it names none. */
export function monthOf(word: string): number | undefined {
  const asian = ASIAN_MONTH.exec(word);
  if (asian !== null) return Number(asian[1]) - 1;
  return MONTHS.get(word.toLowerCase().replace(/[.,]$/, ''));
}

/** Midnight of a day that the calendar has. */
export function dayMs(year: number, month: number, day: number): number | undefined {
  if (year < 1 || year > 9999) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  const isThere = date.getUTCFullYear() === year && date.getUTCMonth() === month && date.getUTCDate() === day;
  return isThere ? date.getTime() : undefined;
}

/** Hours, minutes and seconds of a day in milliseconds. `half` is AM or PM where hours go to twelve. */
export function clockMs(
  text: string,
  half = '',
): { readonly ms: number; readonly precision: 'second' | 'minute' } | undefined {
  const [, hours, minutes, seconds] = CLOCK.exec(text) ?? [];
  if (hours === undefined) return undefined;
  const isAfternoon = half.toLowerCase().startsWith('p');
  const hour = half === '' ? Number(hours) : (Number(hours) % 12) + (isAfternoon ? 12 : 0);
  if (hour > 24 || Number(minutes) > 59 || Number(seconds ?? 0) > 60) return undefined;
  const ms = ((hour * 60 + Number(minutes)) * 60 + Math.min(59, Number(seconds ?? 0))) * 1000;
  return { ms, precision: seconds === undefined ? 'minute' : 'second' };
}

/** Two digits of a year: this century until 69, as POSIX has it. */
export const fullYear = (digits: string): number =>
  digits.length > 2 ? Number(digits) : Number(digits) + (Number(digits) < 70 ? 2000 : 1900);

/** A day and a month of the last year in which they were not in the future; a day is allowed for zones and clocks. */
function lastTime(month: number, day: number, timeMs: number, nowMs: number): number | undefined {
  const year = new Date(nowMs).getUTCFullYear();
  for (const candidate of [year + 1, year, year - 1, year - 2, year - 3, year - 4]) {
    const start = dayMs(candidate, month, day);
    if (start !== undefined && start + timeMs <= nowMs + DAY_MS) return start + timeMs;
  }
  return undefined;
}

const dayOf = (word: string): number | undefined =>
  DAY.test(word) ? Number.parseInt(word, 10) : ASIAN_DAY.test(word) ? Number.parseInt(word, 10) : undefined;

/** What was found, and the last field that belongs to it. */
export interface FoundDate extends When {
  readonly last: Field;
}

function monthAndDay(first: string, second: string): readonly [month: number, day: number] | undefined {
  const month = monthOf(first);
  const day = dayOf(second);
  if (month !== undefined && day !== undefined) return [month, day];
  const [otherMonth, otherDay] = [monthOf(second), dayOf(first)];
  return otherMonth !== undefined && otherDay !== undefined ? [otherMonth, otherDay] : undefined;
}

/** The third word: a year, or the time of day in the last year. */
function yearOrClock(text: string, month: number, day: number, nowMs: number): When | undefined {
  const year = YEAR.exec(text)?.[1];
  const clock = clockMs(text);
  if (year === undefined && clock === undefined) return undefined;
  const ms = year !== undefined ? dayMs(Number(year), month, day) : lastTime(month, day, clock?.ms ?? 0, nowMs);
  return ms === undefined ? undefined : { modifiedMs: ms, modifiedPrecision: year === undefined ? 'minute' : 'day' };
}

function namedMonth(fields: readonly Field[], at: number, nowMs: number): FoundDate | undefined {
  const [first, second, last] = fields.slice(at, at + 3);
  if (first === undefined || second === undefined || last === undefined) return undefined;
  const found = monthAndDay(first.text, second.text);
  const when = found === undefined ? undefined : yearOrClock(last.text, found[0], found[1], nowMs);
  return when === undefined ? undefined : { ...when, last };
}

function numbered(fields: readonly Field[], at: number): FoundDate | undefined {
  const [day, clockField, zone] = fields.slice(at, at + 3);
  if (day === undefined || clockField === undefined) return undefined;
  const iso = ISO_DAY.exec(day.text);
  const dotted = DOTTED_DAY.exec(day.text);
  const start =
    iso !== null
      ? dayMs(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]))
      : dotted !== null
        ? dayMs(Number(dotted[3]), Number(dotted[2]) - 1, Number(dotted[1]))
        : undefined;
  const clock = clockMs(clockField.text);
  if (start === undefined || clock === undefined) return undefined;
  const shift = zone === undefined ? null : ZONE.exec(zone.text);
  const zoneMs = shift === null ? 0 : (shift[1] === '-' ? -1 : 1) * (Number(shift[2]) * 60 + Number(shift[3])) * 60_000;
  return {
    modifiedMs: start + clock.ms - zoneMs,
    modifiedPrecision: clock.precision,
    last: shift === null || zone === undefined ? clockField : zone,
  };
}

/** The date that begins at a field, in any of the forms that `ls` writes; `undefined` when none does. */
export const dateAt = (fields: readonly Field[], at: number, nowMs: number): FoundDate | undefined =>
  numbered(fields, at) ?? namedMonth(fields, at, nowMs);
