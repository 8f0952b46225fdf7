/** What may be done with files, and where in an account's tree. */
import type { VirtualPath } from '../base/virtual-path.ts';

/** What a session may do with files. A command row names one; the gate asks for it. */
export const PERMISSIONS = [
  'list',
  'read',
  'write',
  'overwrite',
  'append',
  'delete',
  'rename',
  'make-directory',
  'set-attributes',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

/** The permissions of one account, which may differ from place to place. */
export interface PermissionRules {
  /** Whether there is any place where this is allowed: what the gate asks before it knows a path. */
  anywhere(permission: Permission): boolean;
  /** What is allowed at a place. The path is the real one: links on the way have been followed. */
  at(path: VirtualPath): ReadonlySet<Permission>;
}

/** The same everywhere. */
export const everywhere = (permissions: ReadonlySet<Permission>): PermissionRules => ({
  anywhere: (permission) => permissions.has(permission),
  at: () => permissions,
});

export type AccessLevel = 'read-only' | 'read-write';

const READ_ONLY: ReadonlySet<Permission> = new Set<Permission>(['list', 'read']);
const READ_WRITE: ReadonlySet<Permission> = new Set(PERMISSIONS);

/** What an account with this access may do, everywhere. Anonymous accounts get `read-only`. */
export const permissionsOf = (access: AccessLevel): PermissionRules =>
  everywhere(access === 'read-only' ? READ_ONLY : READ_WRITE);
