/** What IOS says when a transfer fails: one table over all kinds of failure. */
import { FileError, type FileErrorKind } from '../../files/index.ts';

const SAYINGS: Readonly<Record<FileErrorKind, string>> = {
  'not-found': 'No such file or directory',
  exists: 'File exists',
  denied: 'Permission denied',
  'is-directory': 'Is a directory',
  'not-directory': 'Not a directory',
  'not-empty': 'Directory not empty',
  'not-regular': 'Permission denied',
  'bad-name': 'Bad file name',
  'bad-offset': 'Invalid argument',
  'cross-device': 'Cross-device link',
  busy: 'Device or resource busy',
  full: 'Not enough space on device',
  quota: 'Not enough space on device',
  'read-only': 'Read-only file system',
  unsupported: 'Protocol error',
  'too-many-links': 'Bad file name',
  interrupted: 'Interrupted system call',
  rejected: 'Permission denied',
  io: 'I/O error',
  unreachable: 'Timed out',
  'timed-out': 'Timed out',
  'connection-lost': 'Connection reset by peer',
  'too-many-connections': 'Connection refused',
  'login-refused': 'Incorrect Login/Password',
  'not-trusted': 'Authentication failed',
  protocol: 'Protocol error',
  unsafe: 'Protocol error',
  limit: 'File too large',
  integrity: 'I/O error',
};

/** The words in parentheses. */
export const sayingOf = (error: FileError): string => SAYINGS[error.kind];

export const isSpace = (error: FileError): boolean => error.kind === 'full' || error.kind === 'quota';

/** A `FileError`, or what is no failure of a file and therefore a bug. */
export function asFileError(error: unknown): FileError {
  if (error instanceof FileError) return error;
  throw error;
}
