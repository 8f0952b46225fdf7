/** What a failure of the file system means to a TFTP client: one row per kind, so that a new kind cannot be forgotten. */
import { FileError, type FileErrorKind } from '../../../files/error.ts';
import type { Refusal } from '../channel/ending.ts';
import { ERROR_CODE, type ErrorCode } from '../wire/error-code.ts';

const { notFound, accessViolation, diskFull, exists, undefined: other } = ERROR_CODE;

/** The words are for a console line, and never hold a path. */
const REFUSALS: Readonly<Record<FileErrorKind, readonly [ErrorCode, string]>> = {
  'not-found': [notFound, 'File not found'],
  exists: [exists, 'File already exists'],
  denied: [accessViolation, 'Access violation'],
  'is-directory': [accessViolation, 'That is a directory'],
  'not-directory': [notFound, 'File not found'],
  'not-empty': [accessViolation, 'Directory not empty'],
  'not-regular': [accessViolation, 'Not a regular file'],
  'bad-name': [accessViolation, 'No file can have that name'],
  'bad-offset': [other, 'Bad offset'],
  'cross-device': [other, 'Cannot be put there'],
  busy: [other, 'Server busy, try again'],
  full: [diskFull, 'Disk full'],
  quota: [diskFull, 'Quota exceeded'],
  'read-only': [accessViolation, 'Read-only'],
  unsupported: [other, 'Not supported here'],
  'too-many-links': [notFound, 'Too many symbolic links'],
  interrupted: [other, 'Interrupted'],
  rejected: [accessViolation, 'Refused by the upload check'],
  io: [other, 'File system failure, see the server log'],
  unreachable: [other, 'The file cannot be reached now'],
  'timed-out': [other, 'The file cannot be reached now'],
  'connection-lost': [other, 'The file cannot be reached now'],
  'too-many-connections': [other, 'Server busy, try again'],
  'login-refused': [other, 'See the server log'],
  'not-trusted': [other, 'See the server log'],
  protocol: [other, 'See the server log'],
  unsafe: [other, 'See the server log'],
  limit: [diskFull, 'Larger than allowed'],
  integrity: [other, 'Size is not as announced'],
};

export function refusalFor(error: unknown): Refusal {
  if (!(error instanceof FileError)) return { code: other, message: 'Server failure, see its log' };
  const [code, message] = REFUSALS[error.kind];
  return { code, message };
}

/** For the log: with what the system said. */
export function reasonFor(error: unknown): string {
  const { message } = refusalFor(error);
  if (!(error instanceof FileError)) return `${message} (${String(error)})`;
  const detail = error.detail ?? (error.cause instanceof Error ? error.cause.message : undefined);
  return detail === undefined ? message : `${message} (${detail})`;
}
