/** Accounts from what is written of them, in the file or as JSON, and back. */
import { isAbsolute, resolve } from 'node:path';
import type { AccountDefinition, AccountLimits, MountDefinition } from '../accounts/definition.ts';
import type { AccessLevel } from '../accounts/permission.ts';
import { keyText, problemsOf, type Key } from './issues.ts';
import { formatMoment } from './moment.ts';
import { present } from './present.ts';
import { ConfigurationError, type Problem } from './problem.ts';
import { storedAccount, type StoredAccount } from './schema/account.ts';
import { permissionsIn } from './schema/permissions.ts';

const DEFAULT_ACCESS: AccessLevel = 'read-write';

/** `root` alone is a folder at `/`. What is written goes before what all have in common. */
export function mountsOf(
  written: Pick<StoredAccount, 'root' | 'mounts'>,
  directory: string,
  common: string | undefined,
): readonly MountDefinition[] {
  if (written.mounts !== undefined)
    return written.mounts.map((mount) => ({ ...mount, directory: resolve(directory, mount.directory) }));
  const root = written.root === undefined ? common : resolve(directory, written.root);
  return root === undefined ? [] : [{ at: '/', directory: root, access: 'read-write' }];
}

const defined = (limits: NonNullable<StoredAccount['limits']>): AccountLimits =>
  Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));

/** Nobody gets into an account that is not enabled: it has expired as long ago as can be. */
const expiryOf = ({ enabled, expires }: StoredAccount): number | undefined => (enabled === false ? 0 : expires);

/** Relative folders are relative to `directory`; `common` is the folder of accounts that name none. */
export const definitionOf = (
  written: StoredAccount,
  { directory, common }: { readonly directory: string; readonly common?: string | undefined },
): AccountDefinition => ({
  name: written.name,
  publicKeys: written.publicKeys ?? [],
  certificateNames: written.certificateNames ?? [],
  mounts: mountsOf(written, directory, common),
  permissions: written.permissions ?? [{ path: '/', allow: permissionsIn(written.access ?? DEFAULT_ACCESS) }],
  limits: defined(written.limits ?? {}),
  ...present('passwordHash', written.passwordHash),
  ...present('networks', written.networks),
  ...present('protocols', written.protocols),
  ...present('expiresMs', expiryOf(written)),
});

/** In a database or an answer there is nothing that a relative path could be relative to. */
function relativePaths({ root, mounts = [] }: StoredAccount): (readonly Key[])[] {
  const wrong = mounts.flatMap(({ directory }, index) => (isAbsolute(directory) ? [] : [['mounts', index, 'directory']]));
  return root === undefined || isAbsolute(root) ? wrong : [['root'], ...wrong];
}

/**
 * Reads an account from JSON that has been parsed. It has the keys of an account in the file but for `password`, and
 * all of its folders are absolute. `directory` is the folder of an account that names none; without it each must name one.
 * Throws a {@link ConfigurationError} with all that is wrong, each told with `where`.
 */
export function parseDefinition(
  value: unknown,
  where: string,
  { directory }: { readonly directory?: string } = {},
): AccountDefinition {
  const placeOf = (keys: readonly Key[]): string => (keys.length === 0 ? where : `${where}: ${keyText(keys)}`);
  const parsed = storedAccount.safeParse(value);
  if (!parsed.success) throw new ConfigurationError(problemsOf(parsed.error.issues, placeOf));
  const problems: Problem[] = relativePaths(parsed.data).map((keys) => ({
    where: placeOf(keys),
    what: 'must be an absolute path',
  }));
  const { root, mounts } = parsed.data;
  if (root === undefined && mounts === undefined && directory === undefined)
    problems.push({ where, what: 'must have root or mounts' });
  if (problems.length > 0) throw new ConfigurationError(problems);
  // All paths are absolute, so it is not looked at.
  return definitionOf(parsed.data, { directory: '/', common: directory });
}

/** The account as plain JSON that {@link parseDefinition} reads back as the same. */
export function writeDefinition(definition: AccountDefinition): Record<string, unknown> {
  const { expiresMs, limits, publicKeys, certificateNames, ...same } = definition;
  return {
    ...same,
    ...(publicKeys.length === 0 ? {} : { publicKeys }),
    ...(certificateNames.length === 0 ? {} : { certificateNames }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...present('expires', expiresMs === undefined ? undefined : formatMoment(expiresMs)),
  };
}
