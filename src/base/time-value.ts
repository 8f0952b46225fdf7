/** Points in time as MDTM, MFMT and MFCT write them: `YYYYMMDDHHMMSS[.sss]`, always UTC (RFC 3659 §2.3). */
import { calendarDate, compactTime, FIRST_CALENDAR_MS, LAST_CALENDAR_MS } from './calendar.ts';

const TIME_VALUE = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d+))?$/;

/** Milliseconds since 1970; `undefined` for what is no date of the years 1 to 9999. Never throws. */
export function parseTimeValue(text: string): number | undefined {
  const match = TIME_VALUE.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const startOfDay = dayStart(year, month, day);
  if (startOfDay === undefined || hour > 23 || minute > 59 || second > 60) return undefined;
  // A leap second (RFC 3659 §2.3) has no millisecond of its own in POSIX time: the second before stands for it.
  const seconds = hour * 3600 + minute * 60 + Math.min(second, 59);
  return startOfDay + seconds * 1000 + milliseconds(match[7]);
}

function dayStart(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // A day that the month does not have, or a month that the year does not have, rolls over into the next.
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists && year > 0 ? date.getTime() : undefined;
}

/** Digits behind the point beyond the third are finer than what is kept. */
const milliseconds = (fraction = ''): number => Number(fraction.slice(0, 3).padEnd(3, '0'));

/** The inverse. Clients that read fourteen digits only are many, so that a fraction is printed only when asked for. */
export function printTimeValue(ms: number, precision: 'seconds' | 'milliseconds' = 'seconds'): string {
  const whole = compactTime(ms);
  if (precision === 'seconds') return whole;
  return `${whole}.${String(calendarDate(ms).getUTCMilliseconds()).padStart(3, '0')}`;
}

/** Whether a time can be written as a time value at all. */
export const hasTimeValue = (ms: number): boolean => ms >= FIRST_CALENDAR_MS && ms <= LAST_CALENDAR_MS;
