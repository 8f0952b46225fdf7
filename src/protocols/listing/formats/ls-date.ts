/** Dates as `ls` writes them: in many orders and languages, often without a year, seldom with a zone. */
import { clockMs, dayMs, fullYear, lastTime, type When, whenOf } from './dates.ts';
import type { Field } from './fields.ts';
import { mayBeMonth, monthOf } from './months.ts';

/** A date at the beginning of some words. */
interface Reading {
  /** Nothing when it is seen to be a date, in a language that is not known. */
  readonly when: Partial<When>;
  readonly words: number;
  /** `padded` when more than one blank may stand before the name. */
  readonly gap?: 'padded';
}

type Form = (words: readonly string[], nowMs: number) => Reading | undefined;

/** What was found, and the last field that belongs to it. */
export interface FoundDate {
  readonly when: Partial<When>;
  readonly last: Field;
  readonly gap: 'one' | 'padded';
}

const DAY = /^\d{1,2}[.,]{0,2}$/;
const YEAR = /^\d{4}$/;
const WEEKDAY = /^(?:sun|mon|tue|wed|thu|fri|sat)[a-z]{0,6}[.,]?$/i;
const ZONE = /^([+-])(\d{2})(\d{2})$/;
const UNIT_CHARACTERS = String.raw`[^\x00-\x7f][^ ]{0,3}`;
const NUMBER_AND_UNIT = new RegExp(String.raw`^(\d{1,2})${UNIT_CHARACTERS}$`, 'u');
const YEAR_AND_UNIT = new RegExp(String.raw`^(\d{4})(${UNIT_CHARACTERS})?$`, 'u');
const JOINED = /^(?:(\d{4})[年년])?(\d{1,2})[月월](\d{1,2})[日일]?$/;
const YEAR_FIRST = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/;
const YEAR_LAST = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})$/;
const MONTH_AND_DAY = /^(\d{2})-(\d{2})$/;
const WORDED = /^(\d{1,2})-([^-]{3,9})-(\d{2}|\d{4})$/;
const JOINED_TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2})?)(Z?)$/;

const dated = (start: number | undefined, words: number): Reading | undefined =>
  start === undefined ? undefined : { when: whenOf(start, undefined), words };

/** A month and a day, and as third word a year or the time of day in the last year. */
function ended(month: number, day: number, third: string | undefined, nowMs: number): When | undefined {
  const year = YEAR_AND_UNIT.exec(third ?? '')?.[1];
  if (year !== undefined) {
    const start = dayMs(Number(year), month, day);
    return start === undefined ? undefined : whenOf(start, undefined);
  }
  const clock = clockMs((third ?? '').replace(/,$/, ''));
  const ms = clock === undefined ? undefined : lastTime(month, day, clock.ms, nowMs);
  return ms === undefined || clock === undefined ? undefined : { modifiedMs: ms, modifiedPrecision: clock.precision };
}

/** No day of the calendar lies in it. */
const NO_MONTH = Number.NaN;

interface NamedDay {
  /** `undefined` in a language that is not known. */
  readonly month: number | undefined;
  readonly day: number;
}

function namedDay(first: string, second: string): NamedDay | undefined {
  const [monthWord, dayWord] = DAY.test(second) ? [first, second] : [second, first];
  if (!DAY.test(dayWord)) return undefined;
  const month = monthOf(monthWord);
  if (month === undefined && !mayBeMonth(monthWord)) return undefined;
  const day = Number.parseInt(dayWord, 10);
  return day >= 1 && day <= 31 ? { month, day } : undefined;
}

/** Both, in either order: `10:20:30 2024` of BSD's `ls -lT`, `2024 10:20` behind a comma. */
function yearAndClock([first = '', second = '']: readonly string[], hasComma: boolean): readonly string[] | undefined {
  const plain = first.replace(/,$/, '');
  if (/^\d\d:\d\d:\d\d$/.test(plain) && YEAR.test(second)) return [second, plain];
  return hasComma && YEAR.test(plain) && clockMs(second) !== undefined ? [plain, second] : undefined;
}

const isYearOrClock = (word: string): boolean => YEAR.test(word) || clockMs(word.replace(/,$/, '')) !== undefined;

/** `Mar 15 10:20`, `15. März 2024`, `Mar 15, 2024 10:20`, `Fri Mar 15 10:20:30 2024`. */
const namedMonth: Form = (words, nowMs) => {
  const [first = '', second = '', third = ''] = words;
  const named = namedDay(first, second);
  if (named === undefined) return undefined;
  const { month = NO_MONTH, day } = named;
  const both = yearAndClock(words.slice(2), second.endsWith(',') || first.endsWith(','));
  if (both !== undefined) {
    const start = dayMs(Number(both[0]), month, day);
    return { when: start === undefined ? {} : whenOf(start, clockMs(both[1] ?? '')), words: 4 };
  }
  return isYearOrClock(third) ? { when: ended(month, day, third, nowMs) ?? {}, words: 3 } : undefined;
};

const afterWeekday: Form = (words, nowMs) => {
  if (!WEEKDAY.test(words[0] ?? '')) return undefined;
  const rest = namedMonth(words.slice(1), nowMs);
  return rest === undefined ? undefined : { ...rest, words: rest.words + 1 };
};

/** A day with its unit, or without; 0 for anything else, which no month has. */
const asianDay = (word: string): number =>
  Number(NUMBER_AND_UNIT.exec(word)?.[1] ?? (/^\d{1,2}$/.test(word) ? word : 0));

/** `3月 15日 10:20`, `3월 15 2024`, `2024年 3月 15日`; also in the encodings that came before UTF-8. */
const asian: Form = (words, nowMs) => {
  const [first = '', second = '', third = ''] = words;
  const joined = JOINED.exec(first);
  if (joined !== null) return joinedAsian(joined, second, nowMs);
  const month = NUMBER_AND_UNIT.exec(first)?.[1];
  if (month === undefined) return asianYearFirst(words);
  const when = ended(Number(month) - 1, asianDay(second), third, nowMs);
  return when === undefined ? undefined : { when, words: 3 };
};

function asianYearFirst([first = '', second = '', third = '', fourth = '']: readonly string[]): Reading | undefined {
  const [, year, unit] = YEAR_AND_UNIT.exec(first) ?? [];
  const month = NUMBER_AND_UNIT.exec(second)?.[1];
  if (year === undefined || month === undefined) return undefined;
  // Without its unit it may be the size before a date that has its year or time behind it.
  if (unit === undefined && (YEAR_AND_UNIT.test(fourth) || clockMs(fourth) !== undefined)) return undefined;
  return dated(dayMs(Number(year), Number(month) - 1, asianDay(third)), 3);
}

function joinedAsian([, year, month, day]: RegExpExecArray, next: string, nowMs: number): Reading | undefined {
  if (year !== undefined) return dated(dayMs(Number(year), Number(month) - 1, Number(day)), 1);
  const when = ended(Number(month) - 1, Number(day), next, nowMs);
  return when === undefined ? undefined : { when, words: 2 };
}

/** The day in one word: `2024-03-15`, `15.03.2024`, `15-mar-24`. Which of two is the month, if both can be, is the second. */
function dayInOneWord(word: string): number | undefined {
  const [, year, , month, date] = YEAR_FIRST.exec(word) ?? [];
  if (year !== undefined) return dayMs(Number(year), Number(month) - 1, Number(date));
  const [, first, , second, lastYear] = YEAR_LAST.exec(word) ?? [];
  if (first !== undefined) {
    const [monthNumber, dayNumber] = Number(second) > 12 ? [first, second] : [second, first];
    return dayMs(Number(lastYear), Number(monthNumber) - 1, Number(dayNumber));
  }
  const [, wordedDay, name = '', shortYear = ''] = WORDED.exec(word) ?? [];
  const named = wordedDay === undefined ? undefined : monthOf(name);
  return named === undefined ? undefined : dayMs(fullYear(shortYear), named, Number(wordedDay));
}

/** What a zone such as `+0100` is ahead of UTC. */
function zoneMs(word: string | undefined): number | undefined {
  const [, sign, hours, minutes] = ZONE.exec(word ?? '') ?? [];
  if (sign === undefined) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** A day in one word, then perhaps a time, and behind its seconds perhaps a zone. */
const numbered: Form = ([first = '', second = '', third]) => {
  const start = dayInOneWord(first);
  if (start === undefined) return undefined;
  const clock = clockMs(second);
  if (clock === undefined) return { when: whenOf(start, undefined), words: 1, gap: 'padded' };
  const zone = clock.precision === 'second' ? zoneMs(third) : undefined;
  return { when: whenOf(start - (zone ?? 0), clock), words: zone === undefined ? 2 : 3 };
};

/** `2024-03-15T10:20:30Z`. */
const joinedTime: Form = ([first = '']) => {
  const [, day = '', time = ''] = JOINED_TIME.exec(first) ?? [];
  const start = dayInOneWord(day);
  const clock = clockMs(time);
  return start === undefined || clock === undefined ? undefined : { when: whenOf(start, clock), words: 1 };
};

/** `03-15 10:20`, `03-15 2024`, and in bare numbers `3 15 10:20`. */
const numberedMonth: Form = ([first = '', second = '', third = ''], nowMs) => {
  const [, month, day] = MONTH_AND_DAY.exec(first) ?? [];
  if (month !== undefined) {
    const when = ended(Number(month) - 1, Number(day), second, nowMs);
    return when === undefined ? undefined : { when, words: 2 };
  }
  if (!/^\d{1,2}$/.test(first) || !/^\d{1,2}$/.test(second) || clockMs(third) === undefined) return undefined;
  const when = ended(Number(first) - 1, Number(second), third, nowMs);
  return when === undefined ? undefined : { when, words: 3 };
};

const FORMS: readonly Form[] = [namedMonth, numbered, asian, afterWeekday, numberedMonth, joinedTime];
/** A weekday, a month, a day, a time and a year. */
const MOST_WORDS = 5;

/** The date that begins at a field, in any of the forms that `ls` writes; `undefined` when none does. */
export function dateAt(fields: readonly Field[], at: number, nowMs: number): FoundDate | undefined {
  const words = fields.slice(at, at + MOST_WORDS).map(({ text }) => text);
  for (const form of FORMS) {
    const found = form(words, nowMs);
    const last = found === undefined ? undefined : fields[at + found.words - 1];
    if (found !== undefined && last !== undefined) return { when: found.when, last, gap: found.gap ?? 'one' };
  }
  return undefined;
}
