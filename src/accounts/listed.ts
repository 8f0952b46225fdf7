/** Accounts from a list in memory: those of the configuration file, and those of a program that embeds a server. */
import type { Account } from './account.ts';
import type { AccountDefinition } from './definition.ts';
import type { AccountSource } from './source.ts';

export interface ListedAccounts extends AccountSource {
  /** Puts a new list in force, in one step: a login sees all of the old one or all of the new. Sessions go on. */
  replace(definitions: readonly AccountDefinition[]): void;
}

/** A source with a name for logs. Of two definitions with one name the last counts. */
export function listedAccounts(name: string, definitions: readonly AccountDefinition[]): ListedAccounts {
  const indexed = (list: readonly AccountDefinition[]): ReadonlyMap<string, AccountDefinition> =>
    new Map(list.map((definition) => [definition.name, definition]));
  const hashesOf = (list: readonly AccountDefinition[]): readonly string[] =>
    list.flatMap(({ passwordHash }) => passwordHash ?? []);
  let inForce = { byName: indexed(definitions), hashes: hashesOf(definitions) };
  return {
    name,
    async find(attempt) {
      const definition = inForce.byName.get(attempt.name);
      return definition && { definition, proof: 'wanted' };
    },
    standIn: (spread) => inForce.hashes[spread % Math.max(1, inForce.hashes.length)],
    replace(list) {
      inForce = { byName: indexed(list), hashes: hashesOf(list) };
    },
  };
}

/** An account that was put together by hand, and its password. */
export interface Credential {
  readonly account: Account;
  /** Made by `PasswordHasher.hash`, or by another program; anything else denies every password. */
  readonly passwordHash: string;
}

/** `sources` and `build` of an authenticator for accounts that never change: `createAuthenticator({ ...memoryAccounts(list), … })`. */
export function memoryAccounts(list: readonly Credential[]): {
  readonly sources: readonly AccountSource[];
  readonly build: (definition: AccountDefinition) => Account;
} {
  const byName = new Map(list.map(({ account }) => [account.name, account]));
  const definitions = list.map(({ account, passwordHash }): AccountDefinition => ({
    name: account.name,
    passwordHash,
    publicKeys: [],
    certificateNames: [],
    mounts: [],
    permissions: [],
    limits: {},
  }));
  const build = ({ name }: AccountDefinition): Account => {
    const account = byName.get(name);
    if (account === undefined) throw new Error(`no account is called ${name}`);
    return account;
  };
  return { sources: [listedAccounts('memory', definitions)], build };
}
