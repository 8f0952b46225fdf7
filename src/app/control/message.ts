/** What goes over a control socket: one line of JSON there, one back. */
import type { SessionInfo } from '../../observe/session-info.ts';

/** Longest line either way, in bytes. */
export const MESSAGE_BYTES = 1024 * 1024;

export interface BanInfo {
  readonly group: string;
  /** Milliseconds since 1970. */
  readonly untilMs: number;
  readonly reason: string;
}

export interface ReloadResult {
  readonly ok: boolean;
  /** A sentence: what is in force now, or why nothing changed. */
  readonly text: string;
}

/** What each request is answered with when all goes well. */
export interface Answers {
  /** `left` counts those that found no room in the line. */
  readonly who: { readonly sessions: readonly SessionInfo[]; readonly left: number };
  /** Full names of the sessions that a name fits. */
  readonly find: readonly string[];
  readonly kick: boolean;
  readonly reload: ReloadResult;
  readonly bans: { readonly bans: readonly BanInfo[]; readonly left: number };
  readonly lift: boolean;
}

export type Request =
  | { readonly ask: 'who' }
  | { readonly ask: 'reload' }
  | { readonly ask: 'bans' }
  | { readonly ask: 'find'; readonly session: string }
  | { readonly ask: 'kick'; readonly session: string; readonly reason: string }
  | { readonly ask: 'lift'; readonly address: string };

export type Answer<K extends keyof Answers = keyof Answers> =
  { readonly ok: true; readonly result: Answers[K] } | { readonly ok: false; readonly error: string };

/** `undefined` for what is no request. Never throws. */
export function parseRequest(line: string): Request | undefined {
  const given = objectOf(line);
  const text = (name: string): string | undefined => {
    const value = given?.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const [ask, session, reason, address] = [text('ask'), text('session'), text('reason'), text('address')];
  if (ask === 'who' || ask === 'reload' || ask === 'bans') return { ask };
  if (ask === 'find' && session !== undefined) return { ask, session };
  if (ask === 'kick' && session !== undefined && reason !== undefined) return { ask, session, reason };
  return ask === 'lift' && address !== undefined ? { ask, address } : undefined;
}

function objectOf(line: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

/** As many of the items, from the first, as fit a line of JSON, and how many are left. */
export function fitting<T>(
  items: readonly T[],
  maxBytes = MESSAGE_BYTES - 4096,
): { readonly shown: readonly T[]; readonly left: number } {
  let bytes = 0;
  const end = items.findIndex((item) => (bytes += Buffer.byteLength(JSON.stringify(item)) + 1) > maxBytes);
  return end < 0 ? { shown: items, left: 0 } : { shown: items.slice(0, end), left: items.length - end };
}
