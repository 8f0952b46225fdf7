/** When a session has waited too long, and for what. One clock for all sessions: an idle one owns no timer. */
import type { Offence } from '../../../accounts/ban-list.ts';
import type { FtpLimits } from './options.ts';

/** What a control connection is doing, as far as waiting goes. Times are monotonic milliseconds. */
export interface Waiting {
  readonly openedMs: number;
  /** When a login began to be awaited. */
  readonly loginSinceMs: number;
  readonly loggedIn: boolean;
  /** The last command, or the end of the last transfer. */
  readonly activeMs: number;
  /** A command runs (a login that is checked, a transfer). */
  readonly busy: boolean;
  /** Since when the client has not taken our replies. */
  readonly repliesStuckMs: number | undefined;
  /** Since when we have been closing and wait for the client's side. */
  readonly closingMs: number | undefined;
  /** The last byte that a running transfer moved. */
  readonly transferMs: number | undefined;
}

export type Overdue =
  | { readonly act: 'close'; readonly reason: string; readonly offence?: Offence }
  /** No more waiting for politeness. */
  | { readonly act: 'destroy'; readonly reason: string }
  | { readonly act: 'stop-transfer' };

/** How long a client may take to close after our last reply. */
const CLOSING_MS = 2_000;

/** What is overdue now; `undefined` when nothing is. */
export function overdue(waiting: Waiting, limits: FtpLimits, nowMs: number): Overdue | undefined {
  const passed = (since: number | undefined, limit: number): boolean => since !== undefined && nowMs - since > limit;
  if (passed(waiting.closingMs, CLOSING_MS)) return { act: 'destroy', reason: 'the client did not close' };
  if (waiting.closingMs !== undefined) return undefined;
  if (passed(waiting.repliesStuckMs, limits.replyStallMs))
    return { act: 'destroy', reason: 'the client does not read its replies' };
  if (waiting.transferMs !== undefined)
    return passed(waiting.transferMs, limits.stallMs) ? { act: 'stop-transfer' } : undefined;
  if (!waiting.loggedIn && passed(waiting.loginSinceMs, limits.loginMs))
    return { act: 'close', reason: `no login within ${limits.loginMs / 1000} s`, offence: 'no-login' };
  if (!waiting.busy && passed(waiting.activeMs, limits.idleMs))
    return { act: 'close', reason: `idle for ${limits.idleMs / 1000} s` };
  return undefined;
}
