/** Makes accounts out of settings: their trees, their rights, their passwords. */
import { randomInt } from 'node:crypto';
import type { Account } from '../accounts/account.ts';
import type { AccountDefinition } from '../accounts/definition.ts';
import type { Credential } from '../accounts/listed.ts';
import type { PasswordHasher } from '../accounts/password.ts';
import { everywhere, PERMISSIONS, type AccessLevel, type PermissionRules } from '../accounts/permission.ts';
import { ROOT, resolvePath } from '../base/virtual-path.ts';
import type { AccountSettings } from '../config/settings.ts';
import type { FileSystem } from '../files/file-system.ts';
import { mountFileSystem } from '../files/mount/mount-file-system.ts';

export type FilesOf = (directory: string, access: AccessLevel) => FileSystem;

/** An account whose password was made up, so that it must be shown. */
export interface MadeUpAccount {
  readonly name: string;
  readonly password: string;
}

/** No letters that look alike, none that a shell, a URL or an IOS prompt takes for something else. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const MADE_UP_LENGTH = 14;

/** A password of some 69 bits that can be typed at any prompt. */
const makeUpPassword = (): string =>
  Array.from({ length: MADE_UP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** Only what every rule allows: never more than the rule of a place. */
const permissionsOf = ({ permissions }: AccountDefinition): PermissionRules =>
  everywhere(new Set(PERMISSIONS.filter((one) => permissions.every(({ allow }) => allow.includes(one)))));

function treeOf({ mounts }: AccountDefinition, filesOf: FilesOf): FileSystem {
  const [first] = mounts;
  if (mounts.length === 1 && first?.at === ROOT) return filesOf(first.directory, first.access);
  return mountFileSystem(
    mounts.map(({ at, directory, access }) => ({
      at: resolvePath(ROOT, at) ?? ROOT,
      fileSystem: filesOf(directory, access),
    })),
  );
}

function accountOf(definition: AccountDefinition, filesOf: FilesOf, anonymous: boolean): Account {
  const files = treeOf(definition, filesOf);
  return { name: definition.name, files, permissions: permissionsOf(definition), anonymous };
}

async function credentialOf(
  { definition, secret }: AccountSettings,
  account: Account,
  hasher: PasswordHasher,
  madeUp: MadeUpAccount | undefined,
): Promise<Credential> {
  if (secret.kind === 'in-definition') return { account, passwordHash: definition.passwordHash ?? '' };
  const password = secret.kind === 'password' ? secret.password : (madeUp?.password ?? '');
  return { account, passwordHash: await hasher.hash(password) };
}

/** The account whose password is to be made up, with one. */
export function makeUpAccount(accounts: readonly AccountSettings[]): MadeUpAccount | undefined {
  const settings = accounts.find(({ secret }) => secret.kind === 'made-up');
  return settings && { name: settings.definition.name, password: makeUpPassword() };
}

export function credentialsOf(
  accounts: readonly AccountSettings[],
  filesOf: FilesOf,
  hasher: PasswordHasher,
  madeUp: MadeUpAccount | undefined,
): Promise<Credential[]> {
  return Promise.all(
    accounts.map((settings) => credentialOf(settings, accountOf(settings.definition, filesOf, false), hasher, madeUp)),
  );
}

export const anonymousAccount = (definition: AccountDefinition, filesOf: FilesOf): Account =>
  accountOf(definition, filesOf, true);
