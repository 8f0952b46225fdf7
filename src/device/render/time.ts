/** Times as IOS writes them; all of them in UTC, which is what a device has until it is told otherwise. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

const two = (value: number): string => String(value).padStart(2, '0');

const clockOf = (date: Date): string =>
  `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;

const monthOf = (date: Date): string => MONTHS[date.getUTCMonth()] ?? '';
const weekdayOf = (date: Date): string => DAYS[date.getUTCDay()] ?? '';

const milliseconds = (date: Date): string => `.${String(date.getUTCMilliseconds()).padStart(3, '0')}`;

/** `Mar  1 00:04:12.347`, the milliseconds if wanted. */
export function dayText(ms: number, withMilliseconds = false): string {
  const date = new Date(ms);
  const day = String(date.getUTCDate()).padStart(2, ' ');
  return `${monthOf(date)} ${day} ${clockOf(date)}${withMilliseconds ? milliseconds(date) : ''}`;
}

/** `00:10:32.123 UTC Tue Nov 24 2026`, as `show clock` says it. */
export function clockText(ms: number): string {
  const date = new Date(ms);
  return `${clockOf(date)}${milliseconds(date)} UTC ${weekdayOf(date)} ${monthOf(date)} ${date.getUTCDate()} ${date.getUTCFullYear()}`;
}

/** `00:10:32 UTC Tue Nov 24 2026`. */
export const momentText = (ms: number): string => clockText(ms).replace(/\.\d{3} /, ' ');

/** `Nov 24 2026 00:10:32 +00:00`, as `dir` says it. */
export function fileTimeText(ms: number): string {
  const date = new Date(ms);
  const day = String(date.getUTCDate()).padStart(2, ' ');
  return `${monthOf(date)} ${day} ${date.getUTCFullYear()} ${clockOf(date)} +00:00`;
}

/** `00:00:45`, days and more as `1d02h`. */
export function upText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24];
  if (days > 0) return `${days}d${two(hours)}h`;
  return `${two(hours)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

const UNITS = [
  ['year', 365 * 24 * 60],
  ['week', 7 * 24 * 60],
  ['day', 24 * 60],
  ['hour', 60],
  ['minute', 1],
] as const;

/** `1 year, 22 weeks, 6 days, 9 hours, 38 minutes`: units of zero are left out, seconds are never told. */
export function uptimeText(ms: number): string {
  let minutes = Math.floor(ms / 60_000);
  const parts: string[] = [];
  for (const [unit, length] of UNITS) {
    const count = Math.floor(minutes / length);
    minutes -= count * length;
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
  }
  return parts.length === 0 ? '0 minutes' : parts.join(', ');
}

/** `Thu Oct 22 15:53:26 UTC 2020`, as programs of Unix print it. */
export function installTimeText(ms: number): string {
  const date = new Date(ms);
  const iso = date.toISOString();
  return `${DAYS[date.getUTCDay()] ?? ''} ${MONTHS[date.getUTCMonth()] ?? ''} ${String(date.getUTCDate()).padStart(2)} ${iso.slice(11, 19)} UTC ${iso.slice(0, 4)}`;
}
