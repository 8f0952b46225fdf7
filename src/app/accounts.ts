/** Makes accounts out of settings: their trees, their rights, their passwords. */
import { randomInt } from 'node:crypto';
import { permissionsOf } from '../accounts/permission.ts';
import type { Account } from '../accounts/account.ts';
import type { Credential } from '../accounts/listed.ts';
import type { PasswordHasher } from '../accounts/password.ts';
import type { AccountSettings, RootSettings } from '../config/settings.ts';
import type { FileSystem } from '../files/file-system.ts';

export type FilesOf = (root: RootSettings, access: AccountSettings['access']) => FileSystem;

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

async function credentialOf(
  settings: AccountSettings,
  files: FileSystem,
  hasher: PasswordHasher,
  madeUp: MadeUpAccount | undefined,
): Promise<Credential> {
  const { name, access, secret } = settings;
  const account: Account = { name, files, permissions: permissionsOf(access), anonymous: false };
  if (secret.kind === 'hash') return { account, passwordHash: secret.passwordHash };
  const password = secret.kind === 'password' ? secret.password : (madeUp?.password ?? '');
  return { account, passwordHash: await hasher.hash(password) };
}

/** The account whose password is to be made up, with one. */
export function makeUpAccount(accounts: readonly AccountSettings[]): MadeUpAccount | undefined {
  const settings = accounts.find(({ secret }) => secret.kind === 'made-up');
  return settings && { name: settings.name, password: makeUpPassword() };
}

export function credentialsOf(
  accounts: readonly AccountSettings[],
  filesOf: FilesOf,
  hasher: PasswordHasher,
  madeUp: MadeUpAccount | undefined,
): Promise<Credential[]> {
  return Promise.all(
    accounts.map((settings) => credentialOf(settings, filesOf(settings.root, settings.access), hasher, madeUp)),
  );
}

/** Anonymous accounts list and read, whatever else is allowed to others. */
export const anonymousAccount = (root: RootSettings, filesOf: FilesOf): Account => ({
  name: 'anonymous',
  files: filesOf(root, 'read-only'),
  permissions: permissionsOf('read-only'),
  anonymous: true,
});
