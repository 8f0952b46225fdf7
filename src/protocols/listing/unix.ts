/** Lines as `ls -l` prints them, which is what clients expect of LIST though no standard says so. */
import { oneLine } from '../../base/one-line.ts';
import { calendarDate, twoDigits } from '../../base/calendar.ts';
import { type ListedEntry, shownCount, shownMode } from './entry.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** As in POSIX `ls`: half a year of 365.2425 days. */
const HALF_YEAR_MS = 15_778_476_000;
/** A file written since the listing began is not from the future. */
const CLOCK_SLACK_MS = 60_000;

/** Clients know these letters. A FIFO, socket or device is shown as a FIFO: clients pass over it, as they should. */
const TYPE_LETTERS = { file: '-', directory: 'd', symlink: 'l', other: 'p' } as const;

const TRIPLES = ['---', '--x', '-w-', '-wx', 'r--', 'r-x', 'rw-', 'rwx'] as const;

/** `rwxr-x--x`, with `s`, `S`, `t`, `T` for setuid, setgid and sticky. */
export function modeLetters(mode: number): string {
  const owner = TRIPLES[(mode >> 6) & 7] ?? '';
  const group = TRIPLES[(mode >> 3) & 7] ?? '';
  const others = TRIPLES[mode & 7] ?? '';
  if ((mode & 0o7000) === 0) return owner + group + others;
  return (
    withSpecial(owner, (mode & 0o4000) !== 0, 's') +
    withSpecial(group, (mode & 0o2000) !== 0, 's') +
    withSpecial(others, (mode & 0o1000) !== 0, 't')
  );
}

function withSpecial(triple: string, isSet: boolean, letter: 's' | 't'): string {
  if (!isSet) return triple;
  return triple.slice(0, 2) + (triple.endsWith('x') ? letter : letter.toUpperCase());
}

/** `Nov  3 14:05` for the last half year, `Nov  3  2019` for all else; always UTC, so that clients can rely on it. */
function shownTime(modifiedMs: number, nowMs: number): string {
  const date = calendarDate(modifiedMs);
  const day = date.getUTCDate();
  const monthAndDay = `${MONTHS[date.getUTCMonth()] ?? ''} ${day < 10 ? ' ' : ''}${day}`;
  const isRecent = modifiedMs > nowMs - HALF_YEAR_MS && modifiedMs <= nowMs + CLOCK_SLACK_MS;
  if (!isRecent) return `${monthAndDay}  ${date.getUTCFullYear()}`;
  return `${monthAndDay} ${twoDigits(date.getUTCHours())}:${twoDigits(date.getUTCMinutes())}`;
}

/** Places without owners show `ftp`, as vsftpd does when it hides them. */
const shownOwner = (id: number | undefined): string => (id === undefined ? 'ftp' : shownCount(id)).padEnd(8);

/** One line without its end; it holds no control byte, whatever the name. Never throws. */
export function unixLine(entry: ListedEntry, nowMs: number): string {
  const target = entry.type === 'symlink' && entry.linkTarget !== undefined ? ` -> ${oneLine(entry.linkTarget)}` : '';
  return (
    TYPE_LETTERS[entry.type] +
    modeLetters(shownMode(entry)) +
    ` ${shownCount(entry.linkCount ?? 1).padStart(4)}` +
    ` ${shownOwner(entry.ownerId)} ${shownOwner(entry.groupId)} ` +
    shownCount(entry.sizeBytes).padStart(12) +
    ` ${shownTime(entry.modifiedMs, nowMs)} ${oneLine(entry.name)}${target}`
  );
}
