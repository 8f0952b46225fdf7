/** What the operating system's errors mean as kinds of ours: one table, one function. */
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
  ['ENAMETOOLONG', 'bad-name'],
  ['EILSEQ', 'bad-name'],
  // A directory moved into itself; a name that this disk cannot hold.
  ['EINVAL', 'bad-name'],
  ['EXDEV', 'cross-device'],
  ['EMFILE', 'busy'],
  ['ENFILE', 'busy'],
  ['EBUSY', 'busy'],
  ['ETXTBSY', 'busy'],
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EFBIG', 'full'],
  ['EROFS', 'read-only'],
  ['ENOTSUP', 'unsupported'],
  ['EOPNOTSUPP', 'unsupported'],
  ['ENOSYS', 'unsupported'],
  ['ELOOP', 'too-many-links'],
]);

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** A system error as a FileError about a virtual path; anything else as it is. */
export function fileError(error: unknown, path: string): unknown {
  const code = codeOf(error);
  if (code === '' || error instanceof FileError) return error;
  return new FileError(KINDS.get(code) ?? 'io', path, { cause: error });
}

/** Runs system calls about a virtual path and translates their failure. */
export function calling<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw fileError(error, path);
  }
}
