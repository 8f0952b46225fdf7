/**
 * The xferlog: one line for each file that was sent, received or deleted, as wu-ftpd wrote it and log readers know it
 * (xferlog(5)):
 *
 * `current-time transfer-time remote-host file-size filename transfer-type special-action-flag direction access-mode
 * username service-name authentication-method authenticated-user-id completion-status`
 *
 * White space in names is `_`, as it always was; what could break or colour a line is escaped as in the log.
 */
import { hostOf } from '../base/authority.ts';
import type { Clock } from '../base/clock.ts';
import { printable } from '../base/escape.ts';
import type { Observer, ServerEvent } from './event.ts';
import type { LineDestination } from './line-sink.ts';
import { withTexts } from './safe-event.ts';

export interface XferlogOptions {
  readonly destination: Pick<LineDestination, 'write'>;
  readonly clock: Clock;
  /** What to add to UTC for the local time of a moment, in minutes; as the system has it unless told. */
  readonly zoneMinutes?: (atMs: number) => number;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
/** Verbs that take a file away; directories are not in an xferlog. */
const DELETIONS: ReadonlySet<string> = new Set(['DELE', 'REMOVE']);

const systemZone = (atMs: number): number => -new Date(atMs).getTimezoneOffset();

const two = (value: number): string => String(value).padStart(2, '0');

/** `Mon Nov 23 01:02:03 2026`; a day below 10 has a space before it, as in ctime(3). */
function ctime(atMs: number, zoneMinutes: number): string {
  const at = new Date(atMs + zoneMinutes * 60_000);
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  const day = String(at.getUTCDate()).padStart(2);
  return `${DAYS[at.getUTCDay()] ?? ''} ${MONTHS[at.getUTCMonth()] ?? ''} ${day} ${time} ${at.getUTCFullYear()}`;
}

/** One word, whatever the name holds. */
const word = (name: string): string => (name === '' ? '_' : printable(name.replace(/\s/gu, '_')));

interface Moved {
  readonly durationMs: number;
  readonly bytes: number;
  readonly type: 'a' | 'b';
  readonly direction: 'i' | 'o' | 'd';
  readonly completion: 'c' | 'i';
}

function movedBy(event: ServerEvent): Moved | undefined {
  if (event.kind === 'changed' && DELETIONS.has(event.verb))
    return { durationMs: 0, bytes: 0, type: 'b', direction: 'd', completion: 'c' };
  if (event.kind !== 'transfer' || event.direction === 'listing') return undefined;
  const { durationMs, bytes, type, direction, outcome } = event;
  return {
    durationMs,
    bytes,
    type: type === 'ascii' ? 'a' : 'b',
    direction: direction === 'upload' ? 'i' : 'o',
    completion: outcome === 'complete' ? 'c' : 'i',
  };
}

/** Sessions that came in without a password: a transfer does not say so itself. */
class Guests {
  readonly #visitors = new Set<string>();

  follow(event: OfSession): void {
    if (event.kind === 'login' && event.anonymous) this.#visitors.add(visitorOf(event));
    else if (event.kind === 'login' || event.kind === 'session-closed') this.#visitors.delete(visitorOf(event));
  }

  accessMode(event: OfSession): 'a' | 'r' {
    return this.#visitors.has(visitorOf(event)) ? 'a' : 'r';
  }
}

type OfSession = Extract<ServerEvent, { readonly session: string }>;

const visitorOf = ({ protocol, session, peer }: OfSession): string => `${protocol} ${session} ${peer}`;

/** An observer that writes the xferlog. It never throws and never waits. */
export function createXferlog({ destination, clock, zoneMinutes = systemZone }: XferlogOptions): Observer {
  const guests = new Guests();
  return (told) => {
    if (!('session' in told)) return;
    guests.follow(told);
    const moved = movedBy(told);
    if (moved === undefined) return;
    const { durationMs, bytes, type, direction, completion } = moved;
    const event = withTexts(told, (text) => text);
    if (event.kind !== 'transfer' && event.kind !== 'changed') return;
    const nowMs = clock.now();
    const fields = [
      ctime(nowMs, zoneMinutes(nowMs)),
      Math.max(1, Math.round(durationMs / 1000)),
      word(hostOf(event.peer)),
      bytes,
      word(event.path),
      // No special action was taken, and nobody was asked by ident (RFC 931) who the user is.
      `${type} _ ${direction} ${guests.accessMode(told)}`,
      word(event.account),
      `${event.protocol} 0 * ${completion}`,
    ];
    destination.write(`${fields.join(' ')}\n`);
  };
}
