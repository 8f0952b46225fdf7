/** Days and times of day as numbers, and the year that a date leaves out. */

/** When, and how exactly that is known. */
export interface When {
  readonly modifiedMs: number;
  readonly modifiedPrecision: 'millisecond' | 'second' | 'minute' | 'day';
}

export interface Clock {
  /** Since midnight. */
  readonly ms: number;
  readonly precision: 'second' | 'minute';
}

const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?$/;
const DAY_MS = 86_400_000;

/** Midnight of a day that the calendar has; months count from 0. */
export function dayMs(year: number, month: number, day: number): number | undefined {
  if (year < 1 || year > 9999) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  const isThere = date.getUTCFullYear() === year && date.getUTCMonth() === month && date.getUTCDate() === day;
  return isThere ? date.getTime() : undefined;
}

const hourOfHalf = (hour: number, half: string): number => (hour % 12) + (half.toLowerCase().startsWith('p') ? 12 : 0);

/** Hours, minutes and seconds of a day. `half` is AM or PM where hours go to twelve. */
export function clockMs(text: string, half = ''): Clock | undefined {
  const [, hours, minutes, seconds] = CLOCK.exec(text) ?? [];
  if (hours === undefined) return undefined;
  // Some print 13:20PM; the hour is right then, and the letters say nothing new.
  const hour = half === '' || Number(hours) > 12 ? Number(hours) : hourOfHalf(Number(hours), half);
  if (hour > 23 || Number(minutes) > 59 || Number(seconds ?? 0) > 60) return undefined;
  const ms = ((hour * 60 + Number(minutes)) * 60 + Math.min(59, Number(seconds ?? 0))) * 1000;
  return { ms, precision: seconds === undefined ? 'minute' : 'second' };
}

/** A day, and the time of it where one is known. */
export const whenOf = (startMs: number, clock: Clock | undefined): When => ({
  modifiedMs: startMs + (clock?.ms ?? 0),
  modifiedPrecision: clock?.precision ?? 'day',
});

/** A day that the calendar has with a time that is one; `undefined` when either is not. */
export function momentOf(startMs: number | undefined, time: string): When | undefined {
  const clock = clockMs(time);
  return startMs === undefined || clock === undefined ? undefined : whenOf(startMs, clock);
}

/**
 * Two digits of a year: this century until 69, as POSIX has it; three count from 1900, as programs print them that were
 * not ready for 2000.
 */
export function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length > 3) return year;
  return digits.length === 3 || year >= 70 ? year + 1900 : year + 2000;
}

/** A date without a year: the last one that is not in the future; a day is allowed for zones and clocks. */
export function lastTime(month: number, day: number, timeMs: number, nowMs: number): number | undefined {
  const year = new Date(nowMs).getUTCFullYear();
  // Between two 29ths of February lie at most eight years.
  for (let candidate = year + 1; candidate >= year - 8; candidate -= 1) {
    const start = dayMs(candidate, month, day);
    if (start !== undefined && start + timeMs <= nowMs + DAY_MS) return start + timeMs;
  }
  return undefined;
}
