/** Who may do what: an account as every protocol sees it. */
import type { Protocol } from '../base/protocol.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { AccountLimits } from './definition.ts';
import type { PermissionRules } from './permission.ts';

export interface Account {
  readonly name: string;
  /** The tree that the account sees; its `/` is the account's `/`. */
  readonly files: FileSystem;
  /** What it may do where. `files` keeps to it; servers ask it to refuse early and to tell clients what they may do. */
  readonly permissions: PermissionRules;
  /** True for logins that need no password (RFC 1635). */
  readonly anonymous: boolean;
  /** Bounds over all sessions of the account; none when left out. */
  readonly limits?: AccountLimits;
}

export interface LoginAttempt {
  readonly name: string;
  readonly password: string;
  /** The client's address, without port. */
  readonly address: string;
  /** The door it came through; `ftps` once the control connection is encrypted. Accounts may be kept to some doors. */
  readonly protocol: Protocol;
  /** Names in the client's certificate, which has been verified: each may stand for the password. */
  readonly certificateNames?: readonly string[];
  readonly signal?: AbortSignal;
}

export type LoginVerdict =
  | { readonly outcome: 'accepted'; readonly account: Account }
  /** Unknown name, wrong password, wrong door: the reason is for the log, the peer is never told. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** Too many failures from that address, or too many logins waiting; nothing was checked. */
  | { readonly outcome: 'locked-out'; readonly retryAfterMs: number; readonly reason: string };

/** What a server needs to know of accounts. */
export interface Authenticator {
  /** Takes as long for an unknown name as for a wrong password, and delays failures. */
  login(attempt: LoginAttempt): Promise<LoginVerdict>;
}
