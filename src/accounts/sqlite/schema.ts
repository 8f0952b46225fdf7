/** The tables of the accounts' database, and how a file comes to have them. */
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** `PRAGMA user_version`; a new version gets a row of steps here. */
const VERSION = 1;

/** A writer elsewhere is waited for so long. Logins only read, and in WAL mode no reader waits for a writer. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * One row an account. `definition` is the JSON of an `AccountDefinition` without name and password hash. `id` lets an
 * unknown name be given somebody's hash in one step, however many accounts there are.
 */
const TABLES = `
  CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    definition TEXT NOT NULL
  ) STRICT;
  PRAGMA user_version = ${VERSION};
`;

/** Makes the file for its owner alone before SQLite makes it for everybody; what lies beside it gets the same rights. */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

const versionOf = (database: DatabaseSync): unknown => database.prepare('PRAGMA user_version').get()?.['user_version'];

function makeTables(database: DatabaseSync): void {
  // Two programs that open a new file at once: the second finds the tables made.
  database.exec('BEGIN IMMEDIATE');
  try {
    if (versionOf(database) === 0) database.exec(TABLES);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** Opens the database, or makes it. Throws when the file cannot be made or is no database of this version. */
export function openDatabase(path: string): DatabaseSync {
  makeFile(path);
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec('PRAGMA journal_mode = WAL');
    if (versionOf(database) === 0) makeTables(database);
    const version = versionOf(database);
    if (version !== VERSION) {
      throw new Error(`${path} was made by a newer Portcall (version ${String(version)}); use that one`);
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
