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

interface Folders {
  /** What relative paths are relative to. */
  readonly directory: string;
  /** For whom names none. */
  readonly common?: string | undefined;
}

/** `root` alone is a folder at `/`. */
export function mountsOf(
  { root, mounts, access }: Pick<StoredAccount, 'root' | 'mounts' | 'access'>,
  { directory, common }: Folders,
): readonly MountDefinition[] {
  if (mounts !== undefined)
    return mounts.map((mount) => ({ ...mount, directory: resolve(directory, mount.directory) }));
  const folder = root === undefined ? common : resolve(directory, root);
  return folder === undefined ? [] : [{ at: '/', directory: folder, access: access ?? DEFAULT_ACCESS }];
}

const defined = (limits: NonNullable<StoredAccount['limits']>): AccountLimits =>
  Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));

/** Nobody gets into an account that is not enabled: it has expired as long ago as can be. */
const expiryOf = ({ enabled, expires }: StoredAccount): number | undefined => (enabled === false ? 0 : expires);

export const definitionOf = (written: StoredAccount, folders: Folders): AccountDefinition => ({
  name: written.name,
  publicKeys: written.publicKeys ?? [],
  certificateNames: written.certificateNames ?? [],
  mounts: mountsOf(written, folders),
  permissions: written.permissions ?? [{ path: '/', allow: permissionsIn(written.access ?? DEFAULT_ACCESS) }],
  limits: defined(written.limits ?? {}),
  ...present('passwordHash', written.passwordHash),
  ...present('networks', written.networks),
  ...present('protocols', written.protocols),
  ...present('expiresMs', expiryOf(written)),
});

/** In a database or an answer there is nothing that a relative path could be relative to. */
function relativePaths({ root, mounts = [] }: StoredAccount): (readonly Key[])[] {
  const wrong = mounts.flatMap(({ directory }, index) =>
    isAbsolute(directory) ? [] : [['mounts', index, 'directory']],
  );
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

/** The account as plain JSON that {@link parseDefinition} reads back as the same; parts of a second are dropped. */
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

/** An account with one folder that may do the same everywhere in it. */
export const simpleDefinition = (name: string, access: AccessLevel, directory: string): AccountDefinition =>
  definitionOf({ name, access, root: directory }, { directory });
