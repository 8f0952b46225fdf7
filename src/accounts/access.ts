/** The sets of permissions that an account can be given by name. */
import { PERMISSIONS, type Permission } from './account.ts';

export type AccessLevel = 'read-only' | 'read-write';

const READ_ONLY: ReadonlySet<Permission> = new Set<Permission>(['list', 'read']);
const READ_WRITE: ReadonlySet<Permission> = new Set(PERMISSIONS);

/** What an account with this access may do. Anonymous accounts get `read-only`. */
export const permissionsOf = (access: AccessLevel): ReadonlySet<Permission> =>
  access === 'read-only' ? READ_ONLY : READ_WRITE;
