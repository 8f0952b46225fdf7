/** What may be done where, and which folders are shown where, as accounts and networks write it. */
import { z } from 'zod';
import type { PermissionRule } from '../../accounts/definition.ts';
import { ADDRESS_PLACEHOLDER } from '../../accounts/network-rules.ts';
import { PERMISSIONS, permissionsOf, type AccessLevel, type Permission } from '../../accounts/permission.ts';
import { given, isMap, path, virtualPath } from './values.ts';

export const access = z.enum(['read-only', 'read-write'], 'must be read-only or read-write');

/** What the short form stands for. */
export const permissionsIn = (level: AccessLevel): readonly Permission[] => {
  const rules = permissionsOf(level);
  return PERMISSIONS.filter((permission) => rules.anywhere(permission));
};

const NAMES = PERMISSIONS.join(', ');
const MOST_RULES = 1000;
const MOST_MOUNTS = 100;

const allow = z
  .union([
    z.enum(['all', 'read-only', 'read-write'], `must be all, read-only, read-write, or a list of ${NAMES}`),
    z.array(z.enum(PERMISSIONS, `must be one of ${NAMES}`)),
  ])
  .transform((written): readonly Permission[] => {
    if (typeof written === 'object') return PERMISSIONS.filter((name) => written.includes(name));
    return written === 'all' ? PERMISSIONS : permissionsIn(written);
  });

/** `place` says what a path may look like. */
const rowsAt = (place: z.ZodType<string, string>) =>
  z
    .array(
      z
        .strictObject({ path: place, allow: allow.optional(), access: access.optional() })
        .refine((row) => given(row.allow, row.access) === 1, {
          message: 'must have either allow or access',
          when: isMap,
        })
        .transform((row): PermissionRule => ({
          path: row.path,
          allow: row.allow ?? permissionsIn(row.access ?? 'read-only'),
        })),
      'must be a list of rows such as { path: /images, allow: read-only }',
    )
    .max(MOST_RULES, `must hold ${MOST_RULES} rows at most`);

export const accountPermissions = rowsAt(
  virtualPath.refine(
    (text) => !text.includes(ADDRESS_PLACEHOLDER),
    `must not hold ${ADDRESS_PLACEHOLDER}: it is for rows of networks`,
  ),
);

/** Beside these, another client's address could fit: `10.0.0.1*` fits what 10.0.0.10 names. */
const BLURRED = /[\w*]\{address\}|\{address\}[\w*]/;
const OTHER_PLACEHOLDER = /\{(?!address\})[^/]*\}/;

export const networkPermissions = rowsAt(
  virtualPath
    .refine((text) => !OTHER_PLACEHOLDER.test(text), `holds a placeholder other than ${ADDRESS_PLACEHOLDER}`)
    .refine(
      (text) => !BLURRED.test(text),
      `must have a hyphen or another mark between ${ADDRESS_PLACEHOLDER} and letters, digits and *, as in /${ADDRESS_PLACEHOLDER}-*`,
    ),
);

/** Folders of this machine, no two at one place. */
export const mounts = z
  .array(
    z.strictObject({ at: virtualPath, directory: path, access: access.default('read-write') }),
    'must be a list of rows such as { at: /images, directory: ./images, access: read-only }',
  )
  .min(1, 'must show at least one folder')
  .max(MOST_MOUNTS, `must hold ${MOST_MOUNTS} rows at most`)
  .refine((rows) => new Set(rows.map(({ at }) => at)).size === rows.length, 'shows two folders at one place');
