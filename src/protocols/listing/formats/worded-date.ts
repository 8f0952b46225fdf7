/** Dates with the month as a word between dashes: `Mar-15-2024`, `15-MAR-24`. */
import { clockMs, dayMs, fullYear, type When, whenOf } from './dates.ts';
import { monthOf } from './months.ts';

const WORDED_DAY = /^(\d{1,2}|[^-\d]{3,9})-(\d{1,2}|[^-\d]{3,9})-(\d{2}|\d{4})$/;

/** Whether a word has the form of such a date, in whatever language. */
export const isWordedDay = (word: string): boolean => /^\d{1,2}-[^-\d]{3,9}-(?:\d{2}|\d{4})$/.test(word);

/** The day, and the time where one is given that is one; `undefined` when the day is none. */
export function wordedDate(day: string, time: string | undefined): When | undefined {
  const [, one = '', two = '', year = ''] = WORDED_DAY.exec(day) ?? [];
  const isMonthFirst = monthOf(one) !== undefined;
  const month = isMonthFirst ? monthOf(one) : monthOf(two);
  const start = month === undefined ? undefined : dayMs(fullYear(year), month, Number(isMonthFirst ? two : one));
  return start === undefined ? undefined : whenOf(start, clockMs(time ?? ''));
}
