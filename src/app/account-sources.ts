/** Where accounts come from, as the settings say: the file and the command line, a database, a hook. */
import type { AccountDefinition } from '../accounts/definition.ts';
import { httpHook } from '../accounts/http-hook.ts';
import { listedAccounts } from '../accounts/listed.ts';
import type { PasswordHasher } from '../accounts/password.ts';
import type { AccountSource } from '../accounts/source.ts';
import type { Clock } from '../base/clock.ts';
import { parseDefinition } from '../config/definition.ts';
import { ConfigurationError } from '../config/problem.ts';
import type { AccountSettings, ServeSettings } from '../config/settings.ts';
import { openAccounts } from './user.ts';
import type { MadeUpAccount } from './made-up-account.ts';

export interface AccountSources extends Disposable {
  /** In the order in which they are asked. */
  readonly all: readonly AccountSource[];
  /** Puts the accounts of new settings in force; gives the names whose accounts are gone or others now. */
  replace(settings: ServeSettings): Promise<readonly string[]>;
}

/** A made-up password stays the same for as long as the server runs. */
interface Making {
  readonly hasher: PasswordHasher;
  readonly madeUp: MadeUpAccount | undefined;
  readonly clock: Clock;
}

async function definitionOf(
  { definition, secret }: AccountSettings,
  { hasher, madeUp }: Making,
): Promise<AccountDefinition> {
  if (secret.kind === 'in-definition') return definition;
  const password = secret.kind === 'password' ? secret.password : madeUp?.password;
  return password === undefined ? definition : { ...definition, passwordHash: await hasher.hash(password) };
}

/** What sessions depend on; a new hash of the same password is no change, and another password ends no session. */
const shapeOf = ({ definition }: AccountSettings): string => JSON.stringify({ ...definition, passwordHash: '' });

const shapesOf = ({ accounts }: ServeSettings): ReadonlyMap<string, string> =>
  new Map(accounts.map((account) => [account.definition.name, shapeOf(account)]));

async function openDatabase(path: string): Promise<AccountSource & Disposable> {
  try {
    return await openAccounts(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([{ where: 'accountDatabase', what: `${path} cannot be opened: ${why}` }]);
  }
}

/** Throws a `ConfigurationError` when the database cannot be opened. */
export async function openAccountSources(settings: ServeSettings, making: Making): Promise<AccountSources> {
  const definitions = async (from: ServeSettings): Promise<AccountDefinition[]> => {
    const made: AccountDefinition[] = [];
    // One after another: passwords in clear text are hashed here, and only so many may wait for that.
    for (const account of from.accounts) made.push(await definitionOf(account, making));
    return made;
  };
  const listed = listedAccounts(settings.configFile ?? 'the command line', await definitions(settings));
  const { accountDatabase, accountHook, root } = settings;
  const database = accountDatabase === undefined ? undefined : await openDatabase(accountDatabase);
  const hook =
    accountHook &&
    httpHook({
      ...accountHook,
      clock: making.clock,
      parse: (value, where) => parseDefinition(value, where, { directory: root.path }),
    });
  let shapes = shapesOf(settings);
  return {
    all: [listed, database, hook].filter((source) => source !== undefined),
    async replace(next) {
      listed.replace(await definitions(next));
      const before = shapes;
      shapes = shapesOf(next);
      return [...before].flatMap(([name, shape]) => (shapes.get(name) === shape ? [] : [name]));
    },
    [Symbol.dispose]: () => database?.[Symbol.dispose](),
  };
}
