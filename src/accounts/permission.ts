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

/** The rules as they hold at one place, and the step to each name in it. */
export interface PlaceRules {
  readonly allowed: ReadonlySet<Permission>;
  /** Whether some rule speaks of this very name, and not only of a directory above it. */
  readonly mentioned: boolean;
  /** Whether something is allowed further down by a rule of its own: such a directory is gone through and listed. */
  readonly leads: boolean;
  /** Whether there may be places further down where other things are allowed than here. */
  readonly varies: boolean;
  /** The same object for all names that no rule mentions, so that long listings cost nothing. */
  child(name: string): PlaceRules;
}

/** The permissions of one account, which may differ from place to place. */
export interface PermissionRules {
  /** Whether there is any place where this is allowed: what the gate asks before it knows a path. */
  anywhere(permission: Permission): boolean;
  /** What is allowed at a place. The path is the real one: links on the way have been followed. */
  at(path: VirtualPath): ReadonlySet<Permission>;
  /** The same place with what leads on from it. */
  place(path: VirtualPath): PlaceRules;
}

/** The same everywhere. */
export function everywhere(permissions: ReadonlySet<Permission>): PermissionRules {
  const place: PlaceRules = {
    allowed: permissions,
    mentioned: false,
    leads: false,
    varies: false,
    child: () => place,
  };
  return {
    anywhere: (permission) => permissions.has(permission),
    at: () => permissions,
    place: () => place,
  };
}

export type AccessLevel = 'read-only' | 'read-write';

const READ_ONLY: ReadonlySet<Permission> = new Set<Permission>(['list', 'read']);
const READ_WRITE: ReadonlySet<Permission> = new Set(PERMISSIONS);

/** What an account with this access may do, everywhere. Anonymous accounts get `read-only`. */
export const permissionsOf = (access: AccessLevel): PermissionRules =>
  everywhere(access === 'read-only' ? READ_ONLY : READ_WRITE);
