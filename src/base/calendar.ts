/** Milliseconds since 1970 as the parts of a UTC date, and as the fourteen digits that protocols print. */

/** The last millisecond of the year 9999, and the first of the year 1: what four digits of a year can hold. */
export const LAST_CALENDAR_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
export const FIRST_CALENDAR_MS = new Date(0).setUTCFullYear(1, 0, 1);

const TWO_DIGITS: readonly string[] = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'));

/** A number of 0 to 99 with its leading zero. */
export const twoDigits = (value: number): string => TWO_DIGITS[value] ?? String(value);

/** A date for any number at all: what is no number, or lies outside the years 1 to 9999, becomes the nearest that is. */
export function calendarDate(ms: number): Date {
  if (Number.isNaN(ms)) return new Date(0);
  return new Date(Math.min(LAST_CALENDAR_MS, Math.max(FIRST_CALENDAR_MS, Math.floor(ms))));
}

/** `YYYYMMDDHHMMSS`, UTC (RFC 3659 §2.3). */
export function compactTime(ms: number): string {
  const date = calendarDate(ms);
  return (
    String(date.getUTCFullYear()).padStart(4, '0') +
    twoDigits(date.getUTCMonth() + 1) +
    twoDigits(date.getUTCDate()) +
    twoDigits(date.getUTCHours()) +
    twoDigits(date.getUTCMinutes()) +
    twoDigits(date.getUTCSeconds())
  );
}
