/** Who may do what: an account as every protocol sees it. */
import type { FileSystem } from '../files/file-system.ts';

/** What a session may do with files. A command row names one; the gate asks for it. */
export const PERMISSIONS = [
  'list',
  'read',
  'write',
  'append',
  'delete',
  'rename',
  'make-directory',
  'set-attributes',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

export interface Account {
  readonly name: string;
  /** The tree that the account sees; its `/` is the account's `/`. */
  readonly files: FileSystem;
  readonly permissions: ReadonlySet<Permission>;
  /** True for logins that need no password (RFC 1635). */
  readonly anonymous: boolean;
}

export interface LoginAttempt {
  readonly name: string;
  readonly password: string;
  /** The client's address, without port. */
  readonly address: string;
  readonly signal?: AbortSignal;
}

export type LoginVerdict =
  | { readonly outcome: 'accepted'; readonly account: Account }
  /** Unknown name, wrong password: the peer is never told which. */
  | { readonly outcome: 'refused' }
  /** Too many failures from that address, or too many logins waiting; nothing was checked. */
  | { readonly outcome: 'locked-out'; readonly retryAfterMs: number };

/** What a server needs to know of accounts. */
export interface Authenticator {
  /** Takes as long for an unknown name as for a wrong password, and delays failures. */
  login(attempt: LoginAttempt): Promise<LoginVerdict>;
}
