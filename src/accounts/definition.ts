/** An account as it is written down, wherever that is: in a file, in a database, in the answer of a hook. */
import type { Protocol } from '../base/protocol.ts';
import type { Permission } from './permission.ts';

/** A folder of this machine in the account's tree. */
export interface MountDefinition {
  /** The virtual path, `/` for the account's root. */
  readonly at: string;
  /** Absolute. */
  readonly directory: string;
  readonly access: 'read-only' | 'read-write';
}

/** What may be done at a path and below. */
export interface PermissionRule {
  /** Whole components; one may be a pattern with `*`: `/configs/10.0.0.7-*`. */
  readonly path: string;
  readonly allow: readonly Permission[];
}

/** Bounds of one account over all its sessions. What is left out is not bounded. */
export interface AccountLimits {
  readonly sessions?: number;
  /** Transfers at once. */
  readonly transfers?: number;
  /** From the client to us, and from us to the client. */
  readonly uploadBytesPerSecond?: number;
  readonly downloadBytesPerSecond?: number;
  /** What the account's tree may hold. */
  readonly quotaBytes?: number;
  readonly quotaFiles?: number;
}

export interface AccountDefinition {
  readonly name: string;
  /** Without one, no password opens the account. */
  readonly passwordHash?: string;
  /** Lines as in `authorized_keys`. */
  readonly publicKeys: readonly string[];
  /** Names in client certificates (subject alternative name or common name) that stand for a password. */
  readonly certificateNames: readonly string[];
  readonly mounts: readonly MountDefinition[];
  /** The rule with the longest path that holds the place counts; without a rule for it nothing is allowed. */
  readonly permissions: readonly PermissionRule[];
  /** Networks (CIDR) that the client must come from; any when left out. */
  readonly networks?: readonly string[];
  readonly protocols?: readonly Protocol[];
  readonly limits: AccountLimits;
  /** Milliseconds since 1970 (UTC) from which on nobody gets in. */
  readonly expiresMs?: number;
}

/** Checks the shape of a definition, and throws when it is none. `where` says for the message whose it is. */
export type ParseDefinition = (value: unknown, where: string) => AccountDefinition;
