/** What a failure of the file system is called in a message: one row per kind, in the words that clients know (strerror). */
import type { FileError, FileErrorKind } from '../../../files/error.ts';

const TEXTS: Readonly<Record<FileErrorKind, string>> = {
  'not-found': 'No such file or directory',
  exists: 'File exists',
  denied: 'Permission denied',
  'is-directory': 'Is a directory',
  'not-directory': 'Not a directory',
  'not-empty': 'Directory not empty',
  'not-regular': 'not a regular file',
  'bad-name': 'that name is not allowed here',
  'bad-offset': 'Invalid argument',
  'cross-device': 'Invalid cross-device link',
  busy: 'the server is short of resources; try again',
  full: 'No space left on device',
  quota: 'Disk quota exceeded',
  'read-only': 'Read-only file system',
  unsupported: 'this place cannot do that',
  'too-many-links': 'Too many levels of symbolic links',
  interrupted: 'interrupted',
  rejected: 'refused by the upload check',
  io: 'Input/output error',
  // A server may show what lies on another server:
  unreachable: 'the place where the file lies cannot be reached; try again',
  'timed-out': 'the place where the file lies does not answer; try again',
  'connection-lost': 'the connection to the place where the file lies was lost; try again',
  'too-many-connections': 'the place where the file lies serves nobody more now; try again',
  'login-refused': 'the place where the file lies refused the login; see the server log',
  'not-trusted': 'the place where the file lies is not trusted; see the server log',
  protocol: 'the place where the file lies is not understood; see the server log',
  unsafe: 'the place where the file lies asked for something unsafe; see the server log',
  limit: 'a bound was reached: name a smaller part',
  integrity: 'what arrived is not what was sent',
};

export const textOfKind = (kind: FileErrorKind): string => TEXTS[kind];

/** For the log, with the system's own words behind it. */
export const reasonOf = (error: FileError): string =>
  error.cause instanceof Error ? `${TEXTS[error.kind]} (${error.cause.message})` : TEXTS[error.kind];
