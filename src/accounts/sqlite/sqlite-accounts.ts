/** Accounts in an SQLite file, which `portcall user` changes while servers read it. */
import { holdsRawBytes } from '../../base/name.ts';
import type { AccountDefinition, ParseDefinition } from '../definition.ts';
import type { AccountSource } from '../source.ts';
import { openDatabase } from './schema.ts';

export interface SqliteAccounts extends AccountSource, Disposable {
  /** All accounts, by name. */
  list(): AccountDefinition[];
  /** False when the name is taken; nothing is changed then. Throws a RangeError for a name that no login can have. */
  add(definition: AccountDefinition): boolean;
  /** False when there is no such account. */
  setPassword(name: string, passwordHash: string): boolean;
  remove(name: string): boolean;
  close(): void;
}

interface Row {
  readonly name: string;
  readonly password_hash: string | null;
  readonly definition: string;
}

type Written = Omit<AccountDefinition, 'name' | 'passwordHash'>;

/** What is written here was checked before; a file that others write to is read with a `parse` of their own. */
const trust: ParseDefinition = (value) => value as AccountDefinition;

const EMPTY: Written = { publicKeys: [], certificateNames: [], mounts: [], permissions: [], limits: {} };

/** SQLite keeps text as UTF-8: other bytes would become one and the same replacement, and a NUL may end it. */
const isStorable = (name: string): boolean => name !== '' && !holdsRawBytes(name) && !name.includes('\0');

function definitionOf({ name, password_hash: hash, definition }: Row, parse: ParseDefinition): AccountDefinition {
  const written = JSON.parse(definition) as Written;
  return parse({ ...EMPTY, ...written, name, ...(hash === null ? {} : { passwordHash: hash }) }, `account ${name}`);
}

/**
 * Opens the file, or makes it (mode 0600). Changes that another process makes are seen at the next login. Throws when
 * the file cannot be made, or is no such database.
 */
export function sqliteAccounts(
  path: string,
  { parse = trust }: { readonly parse?: ParseDefinition } = {},
): SqliteAccounts {
  const database = openDatabase(path);
  const COLUMNS = 'name, password_hash, definition';
  const one = database.prepare(`SELECT ${COLUMNS} FROM accounts WHERE name = ?`);
  const all = database.prepare(`SELECT ${COLUMNS} FROM accounts ORDER BY name`);
  const nth = database.prepare(
    'SELECT password_hash FROM accounts WHERE id > ? % (SELECT max(id) FROM accounts) ORDER BY id LIMIT 1',
  );
  const insert = database.prepare(`INSERT INTO accounts (${COLUMNS}) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING`);
  const update = database.prepare('UPDATE accounts SET password_hash = ? WHERE name = ?');
  const remove = database.prepare('DELETE FROM accounts WHERE name = ?');
  const close = (): void => {
    if (database.isOpen) database.close();
  };
  return {
    name: path,
    async find({ name }) {
      // The columns are NOT NULL TEXT of a STRICT table, but for the hash.
      const row = isStorable(name) ? (one.get(name) as Row | undefined) : undefined;
      return row && { definition: definitionOf(row, parse), proof: 'wanted' };
    },
    standIn(spread) {
      const hash = nth.get(spread)?.['password_hash'];
      return typeof hash === 'string' ? hash : undefined;
    },
    // The same columns as above.
    list: () => (all.all() as unknown as Row[]).map((row) => definitionOf(row, parse)),
    add({ name, passwordHash = null, ...written }) {
      if (!isStorable(name)) throw new RangeError('an account needs a name of UTF-8 text');
      return insert.run(name, passwordHash, JSON.stringify(written)).changes === 1;
    },
    setPassword: (name, passwordHash) => isStorable(name) && update.run(passwordHash, name).changes === 1,
    remove: (name) => isStorable(name) && remove.run(name).changes === 1,
    close,
    [Symbol.dispose]: close,
  };
}
