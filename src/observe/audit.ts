/**
 * The audit log: who came, what they did and what was refused, one line of JSON each, chained so that a line that was
 * changed or taken out shows.
 *
 * Every line has `sequence` (1, 2, 3, … over restarts), `time` (ISO 8601, UTC) and `kind` first, and `previous` last:
 * the SHA-256 of the line before it, in hexadecimal, over its bytes without the line end; 64 zeros before the first.
 * Between them, those of a session have `protocol`, `session` and `peer`, and each kind has fields of its own:
 *
 * | kind             | fields                                                                                            |
 * | ---------------- | ------------------------------------------------------------------------------------------------- |
 * | `login`          | `account`, `anonymous`                                                                            |
 * | `login-failed`   | `account`, `reason`                                                                               |
 * | `transfer`       | `account`, `direction`, `verb`, `path`, `type`, `bytes`, `startBytes`, `durationMs`, `outcome`, `reason`, `evidence` |
 * | `changed`        | `account`, `verb`, `path`, `detail`                                                               |
 * | `banned`         | `group`, `reason`, `durationMs`                                                                   |
 * | `limit`          | `account`, `reason`                                                                               |
 * | `secured`        | `version`, `cipher`, `serverName`, `certificateNames`                                             |
 * | `session-closed` | `account`, `durationMs`, `reason`                                                                 |
 *
 * A field of which nothing is known is left out. Fields may be added; none is renamed.
 *
 * The log is checked without Portcall too: `sha256sum` of each line without its end is the `previous` of the next. The
 * chain cannot show that lines are missing at the very end; whoever must know that keeps a copy of the last line.
 */
import { hash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { printableJson } from '../base/escape.ts';
import type { Observer, ServerEvent } from './event.ts';
import type { LineDestination } from './line-sink.ts';
import { withTexts } from './safe-event.ts';

const OF_SESSION = ['protocol', 'session', 'peer'] as const;

/** Which fields of which event are written, in this order. */
const FIELDS: ReadonlyMap<ServerEvent['kind'], readonly string[]> = new Map<ServerEvent['kind'], readonly string[]>([
  ['login', [...OF_SESSION, 'account', 'anonymous']],
  ['login-failed', [...OF_SESSION, 'account', 'reason']],
  [
    'transfer',
    [
      ...OF_SESSION,
      'account',
      'direction',
      'verb',
      'path',
      'type',
      'bytes',
      'startBytes',
      'durationMs',
      'outcome',
      'reason',
      'evidence',
    ],
  ],
  ['changed', [...OF_SESSION, 'account', 'verb', 'path', 'detail']],
  ['banned', ['group', 'reason', 'durationMs']],
  ['limit', [...OF_SESSION, 'account', 'reason']],
  ['secured', [...OF_SESSION, 'version', 'cipher', 'serverName', 'certificateNames']],
  ['session-closed', [...OF_SESSION, 'account', 'durationMs', 'reason']],
]);

/** Where a chain of lines has come to. */
export interface AuditPlace {
  /** The number of the last line; 0 before the first. */
  readonly sequence: number;
  /** What the next line must give as `previous`. */
  readonly hash: string;
}

/** Before the first line of all. */
export const AUDIT_START: AuditPlace = { sequence: 0, hash: '0'.repeat(64) };

export interface AuditOptions {
  readonly destination: Pick<LineDestination, 'write'>;
  readonly clock: Clock;
  /** Where the file ends that is written on; see {@link auditPlaceOf}. Left out: a new chain begins. */
  readonly after?: AuditPlace;
  /** Listings are many and say little: they are written only when told. */
  readonly listings?: 'written' | 'left-out';
}

const hashOf = (line: string): string => hash('sha256', line);

/** An observer that writes the audit log. It never throws and never waits. */
export function createAudit({
  destination,
  clock,
  after = AUDIT_START,
  listings = 'left-out',
}: AuditOptions): Observer {
  let place = after;
  return (event) => {
    const fields = FIELDS.get(event.kind);
    if (fields === undefined || (isListing(event) && listings === 'left-out')) return;
    const sequence = place.sequence + 1;
    const line = auditLine(event, fields, {
      sequence,
      time: new Date(clock.now()).toISOString(),
      previous: place.hash,
    });
    place = { sequence, hash: hashOf(line) };
    destination.write(`${line}\n`);
  };
}

const isListing = (event: ServerEvent): boolean => event.kind === 'transfer' && event.direction === 'listing';

interface Frame {
  readonly sequence: number;
  readonly time: string;
  readonly previous: string;
}

function auditLine(event: ServerEvent, fields: readonly string[], { sequence, time, previous }: Frame): string {
  const known = new Map(Object.entries(withTexts(event, (text) => text)));
  const shown = Object.fromEntries(fields.map((name) => [name, known.get(name)]));
  return printableJson(JSON.stringify({ sequence, time, kind: event.kind, ...shown, previous }));
}

/** What of a line the chain is made of; `undefined` for what is no line of an audit log. */
function linkOf(line: string): { readonly sequence: number; readonly previous: string } | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('sequence' in value) || !('previous' in value))
      return undefined;
    const { sequence, previous } = value;
    return Number.isSafeInteger(sequence) && typeof previous === 'string'
      ? { sequence: Number(sequence), previous }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The place behind the last whole line of the end of an audit log; the start when there is none. */
export function auditPlaceOf(tail: string): AuditPlace {
  for (const line of tail.split('\n').reverse()) {
    const link = linkOf(line);
    if (link !== undefined) return { sequence: link.sequence, hash: hashOf(line) };
  }
  return AUDIT_START;
}

export type AuditVerdict =
  | { readonly ok: true; readonly lines: number; readonly place: AuditPlace }
  /** `line` counts from 1; `problem` is a sentence. */
  | { readonly ok: false; readonly line: number; readonly problem: string };

/**
 * Follows the chain through lines without their ends, and says where it breaks first. `after` is the place that the
 * lines must continue: the verdict's `place` over the file before this one, or {@link AUDIT_START}. Without it the first
 * line is taken on trust, as that of a file whose predecessors were archived.
 */
export function verifyAuditLines(lines: Iterable<string>, after?: AuditPlace): AuditVerdict {
  let place = after;
  let count = 0;
  for (const line of lines) {
    count += 1;
    const link = linkOf(line);
    const problem = link === undefined ? 'it is no line of an audit log' : breakBetween(place, link);
    if (link === undefined || problem !== undefined) return { ok: false, line: count, problem: problem ?? '' };
    place = { sequence: link.sequence, hash: hashOf(line) };
  }
  return { ok: true, lines: count, place: place ?? AUDIT_START };
}

function breakBetween(
  place: AuditPlace | undefined,
  { sequence, previous }: { readonly sequence: number; readonly previous: string },
): string | undefined {
  if (place === undefined) return undefined;
  if (sequence !== place.sequence + 1)
    return `it is number ${sequence}, and ${place.sequence + 1} was due: lines are missing, doubled or moved`;
  return previous === place.hash ? undefined : `the line before it, number ${place.sequence}, is not what was written`;
}
