/** The one table from what the operating system says to the kinds of failure a file system has. */
import { FileError, type FileErrorKind } from '../error.ts';

const KINDS: ReadonlyMap<string, FileErrorKind> = new Map([
  ['ENOENT', 'not-found'],
  ['EEXIST', 'exists'],
  ['EACCES', 'denied'],
  ['EPERM', 'denied'],
  ['EISDIR', 'is-directory'],
  ['ENOTDIR', 'not-directory'],
  ['ENOTEMPTY', 'not-empty'],
  ['ENXIO', 'not-regular'],
  ['EINVAL', 'bad-name'],
  ['EILSEQ', 'bad-name'],
  ['ENAMETOOLONG', 'bad-name'],
  ['EXDEV', 'cross-device'],
  ['EBUSY', 'busy'],
  ['ETXTBSY', 'busy'],
  ['EMFILE', 'busy'],
  ['ENFILE', 'busy'],
  ['ENOSPC', 'full'],
  ['EDQUOT', 'quota'],
  ['EFBIG', 'full'],
  ['EMLINK', 'full'],
  ['EROFS', 'read-only'],
  ['ENOSYS', 'unsupported'],
  ['ENOTSUP', 'unsupported'],
  ['EOPNOTSUPP', 'unsupported'],
  ['ELOOP', 'too-many-links'],
]);

/** The system's error code (`ENOENT`), or `undefined` for anything the system did not say. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

/** An error of the system as a {@link FileError}; anything else (a bug, an abort) as it is. */
export function translateError(error: unknown, path: string): Error {
  const code = codeOf(error);
  if (code === undefined) return error instanceof Error ? error : new Error(String(error));
  return new FileError(KINDS.get(code) ?? 'io', path, { cause: error });
}

/** Does something and translates what the system says about it. */
export function translated<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw translateError(error, path);
  }
}

/** The result, or `undefined` when the system answers with one of these codes. */
export function unless<T>(codes: readonly string[], act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (codes.includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}
