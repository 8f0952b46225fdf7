/** Who may do what: an account as every protocol sees it. */
import type { Protocol } from '../base/protocol.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { KeyRestrictions } from './authorized-key.ts';
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
  /** The doors that it may use; all when left out. */
  readonly protocols?: readonly Protocol[];
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
  /** The public key that the client has proved to hold, in its SSH wire form: it stands for the password, which is empty. */
  readonly publicKey?: Uint8Array;
  readonly signal?: AbortSignal;
}

/** A login with a public key (RFC 4252 §7). */
export interface KeyAttempt extends Omit<LoginAttempt, 'password' | 'certificateNames' | 'publicKey'> {
  readonly publicKey: Uint8Array;
  /** `asked`: would this key do? `proved`: the client has signed with it, and the signature is right. */
  readonly stage: 'asked' | 'proved';
}

export type LoginVerdict =
  | { readonly outcome: 'accepted'; readonly account: Account }
  /** Unknown name, wrong password, wrong door: the reason is for the log, the peer is never told. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** Too many failures from that address, or too many logins waiting; nothing was checked. */
  | { readonly outcome: 'locked-out'; readonly retryAfterMs: number; readonly reason: string };

type Accepted = Extract<LoginVerdict, { outcome: 'accepted' }>;

export type KeyVerdict =
  (Accepted & { readonly restrictions: KeyRestrictions }) | Exclude<LoginVerdict, { outcome: 'accepted' }>;

/** What a server needs to know of accounts. */
export interface Authenticator {
  /** Takes as long for an unknown name as for a wrong password, and delays failures. */
  login(attempt: LoginAttempt): Promise<LoginVerdict>;
  /**
   * Whether a key opens an account. To ask is no failure and costs no delay: clients offer all keys that they have. To
   * prove one that does not open it is. Left out: no key opens anything.
   */
  loginWithKey?(attempt: KeyAttempt): Promise<KeyVerdict>;
}

export type { KeyRestrictions } from './authorized-key.ts';
