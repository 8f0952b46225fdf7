/** What the commands about users do. */
import { isPasswordHash } from '../accounts/hash/schemes.ts';
import { createPasswordHasher } from '../accounts/password.ts';
import type { SqliteAccounts } from '../accounts/sqlite/sqlite-accounts.ts';

/** The PHC string for `passwordHash`. Rejects with a RangeError when the password is empty or longer than 1,024 bytes. */
export const hashPassword = (password: string): Promise<string> => createPasswordHasher().hash(password);

/** The hash that another program made, as it is. Throws a RangeError for any other text. */
export function foreignHash(text: string): string {
  if (isPasswordHash(text)) return text;
  throw new RangeError(
    'that is no hash of argon2id, bcrypt, scrypt or sha512-crypt, or one that costs too much to check',
  );
}

/** Opens the database of accounts, or makes it. SQLite is loaded only now: Node 24 prints a warning when it is. */
export async function openAccounts(path: string): Promise<SqliteAccounts> {
  const { sqliteAccounts } = await import('../accounts/sqlite/sqlite-accounts.ts');
  return sqliteAccounts(path);
}
