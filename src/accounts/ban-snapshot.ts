/** Bans as they are stored between two runs of the program. What is read is believed in nothing. */
import { parseAddress } from '../base/cidr.ts';
import { addressGroup } from './address-group.ts';

export interface StoredBan {
  readonly group: string;
  readonly reason: string;
  /** How long it was to last in all. */
  readonly durationMs: number;
  /** Milliseconds since 1970 (UTC). */
  readonly untilMs: number;
  readonly count: number;
}

/** No ban is longer, whoever ordered it, and whatever a file says. */
export const LONGEST_ORDERED_BAN_MS = 366 * 24 * 60 * 60_000;

const VERSION = 1;
const LONGEST_REASON = 200;
/** A file may hold more than the list keeps, but not without end. */
const MOST_BANS = 100_000;
const MOST_COMPLAINTS = 20;

export function banSnapshot(bans: readonly StoredBan[]): unknown {
  return {
    version: VERSION,
    bans: bans.map(({ group, reason, durationMs, untilMs, count }) => ({ group, untilMs, durationMs, count, reason })),
  };
}

/** Reads what {@link banSnapshot} made, or anything else. Never throws. `ignored` has at most 21 sentences. */
export function readBanSnapshot(value: unknown): {
  readonly bans: readonly StoredBan[];
  readonly ignored: readonly string[];
} {
  const file = fieldsOf(value);
  const written = file?.get('bans');
  if (file?.get('version') !== VERSION || !Array.isArray(written))
    return { bans: [], ignored: [`the stored bans are not in a form that this version knows; none was taken over`] };
  const entries: readonly unknown[] = written.slice(0, MOST_BANS);
  const bans: StoredBan[] = [];
  const bad: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const ban = storedBan(entry);
    if (ban !== undefined) bans.push(ban);
    else bad.push(`stored ban ${index + 1} is damaged and was left out`);
  }
  const more = bad.length - MOST_COMPLAINTS;
  const ignored = more > 0 ? [...bad.slice(0, MOST_COMPLAINTS), `${more} more stored bans are damaged`] : bad;
  return { bans, ignored };
}

function storedBan(value: unknown): StoredBan | undefined {
  const fields = fieldsOf(value);
  const group = fields?.get('group');
  const reason = fields?.get('reason');
  const durationMs = positive(fields?.get('durationMs'), LONGEST_ORDERED_BAN_MS);
  const untilMs = positive(fields?.get('untilMs'), Number.MAX_SAFE_INTEGER);
  const count = positive(fields?.get('count'), 1_000_000);
  if (typeof group !== 'string' || !isGroup(group) || typeof reason !== 'string') return undefined;
  if (durationMs === undefined || untilMs === undefined || count === undefined) return undefined;
  return { group, reason: reason.slice(0, LONGEST_REASON), durationMs, untilMs, count: Math.ceil(count) };
}

const fieldsOf = (value: unknown): ReadonlyMap<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;

const positive = (value: unknown, most: number): number | undefined =>
  typeof value === 'number' && value > 0 && value <= most ? value : undefined;

function isGroup(text: string): boolean {
  const address = text.replace(/::\/64$/, '::');
  return parseAddress(address) !== undefined && addressGroup(address) === text;
}
