/** The database that `portcall user` works on. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { SqliteAccounts } from '../accounts/sqlite/sqlite-accounts.ts';
import { openAccounts } from '../app/user.ts';
import { CommandError, type OptionRow } from './command.ts';
import { EXIT } from './exit-code.ts';
import type { World } from './world.ts';

export interface DatabaseOptions {
  readonly database?: string;
  readonly state?: string;
}

export const DATABASE_OPTIONS: readonly OptionRow[] = [
  { flags: '--database <file>', summary: 'the database of accounts' },
  { flags: '--state <dir>', summary: 'the folder of `portcall serve --state`: the database is accounts.sqlite in it' },
];

const NAME_IN_STATE = 'accounts.sqlite';

function pathOf({ database, state }: DatabaseOptions, cwd: string): string {
  if ((database === undefined) === (state === undefined)) {
    throw new CommandError(EXIT.wrongUsage, 'say where the accounts are: either --database FILE or --state DIR');
  }
  return database === undefined ? resolve(cwd, state ?? '', NAME_IN_STATE) : resolve(cwd, database);
}

/** Opens it, does the work, and closes it. Throws a {@link CommandError}. */
export async function withDatabase<T>(
  options: DatabaseOptions,
  { cwd }: World,
  ifMissing: 'make' | 'refuse',
  work: (accounts: SqliteAccounts) => T | Promise<T>,
): Promise<T> {
  const path = pathOf(options, cwd);
  if (ifMissing === 'refuse' && !existsSync(path)) {
    throw new CommandError(EXIT.notFound, `there is no ${path}; portcall user add makes it`);
  }
  using accounts = await open(path, options);
  return await work(accounts);
}

async function open(path: string, { state }: DatabaseOptions): Promise<SqliteAccounts> {
  try {
    if (state !== undefined) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return await openAccounts(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(EXIT.failed, `${path} cannot be opened (${why}); name another one`, { cause });
  }
}

/** For a name that nobody has. */
export const noSuchAccount = (name: string): CommandError =>
  new CommandError(EXIT.notFound, `there is no account ${name}; portcall user list shows all`);
