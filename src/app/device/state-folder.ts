/** The folders behind a device: made where they are missing, and held by one process at a time. */
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { ConfigurationError } from '../../config/problem.ts';

const LOCK = 'lock';

const codeOf = (cause: unknown): string => (cause instanceof Error && 'code' in cause ? String(cause.code) : '');

const wrong = (where: string, what: string): ConfigurationError => new ConfigurationError([{ where, what }]);

/** Makes a folder with those above it. Throws a `ConfigurationError` that names it. */
export function makeFolder(path: string, where: string): void {
  try {
    // A place where nothing can be made (/proc) keeps Node trying for ever when the folders above are to be made, too.
    mkdirSync(path, { recursive: !existsSync(dirname(path)) });
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST' && statSync(path).isDirectory()) return;
    throw wrong(where, `${path} cannot be made or used as a folder (${codeOf(cause)}); name another`);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return codeOf(cause) === 'EPERM';
  }
}

/** Who holds a lock; `undefined` for nobody who still runs. */
function holderOf(path: string): number | undefined {
  const pid = Number(readFileSync(path, 'utf8'));
  return Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid) ? pid : undefined;
}

function takeLock(path: string): void {
  const file = openSync(path, 'wx', 0o600);
  writeSync(file, String(process.pid));
  closeSync(file);
}

/**
 * Holds a state folder for this process; what is returned lets it go. A lock that a killed process left is taken over.
 * Throws a `ConfigurationError` where another process holds it.
 */
export function holdFolder(folder: string, where: string): () => void {
  const path = join(folder, LOCK);
  try {
    takeLock(path);
  } catch (cause) {
    if (codeOf(cause) !== 'EEXIST') throw wrong(where, `${folder} cannot be written (${codeOf(cause)})`);
    const holder = holderOf(path);
    if (holder !== undefined)
      throw wrong(where, `${folder} is in use by process ${holder}; stop that one, or name another folder`);
    rmSync(path, { force: true });
    takeLock(path);
  }
  return () => rmSync(path, { force: true });
}
