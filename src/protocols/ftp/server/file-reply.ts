/** What a failure of the file system means to an FTP client: one row per kind, so that a new kind cannot be forgotten. */
import type { FileError, FileErrorKind } from '../../../files/error.ts';
import { type Reply, type ReplyCode, reply } from '../wire/reply.ts';

/** RFC 959 §4.2.2; 554 for offsets is RFC 3659 §5.1. */
const ANSWERS: Readonly<Record<FileErrorKind, { readonly code: ReplyCode; readonly text: string }>> = {
  'not-found': { code: 550, text: 'No such file or directory.' },
  exists: { code: 550, text: 'That name is taken.' },
  denied: { code: 550, text: 'Permission denied.' },
  'is-directory': { code: 550, text: 'That is a directory.' },
  'not-directory': { code: 550, text: 'That is not a directory.' },
  'not-empty': { code: 550, text: 'The directory is not empty.' },
  'not-regular': { code: 550, text: 'That is not a regular file.' },
  'bad-name': { code: 553, text: 'That name is not allowed.' },
  'bad-offset': { code: 554, text: 'The restart offset lies beyond the end of the file.' },
  'cross-device': { code: 550, text: 'Cannot be moved there: it lies on another file system.' },
  busy: { code: 450, text: 'The server is short of resources; try again.' },
  full: { code: 452, text: 'No space left on the server.' },
  quota: { code: 552, text: 'Your quota is used up; delete something first.' },
  'read-only': { code: 550, text: 'This place is read-only.' },
  unsupported: { code: 504, text: 'This file system cannot do that.' },
  'too-many-links': { code: 550, text: 'Too many symbolic links.' },
  interrupted: { code: 426, text: 'Interrupted; what arrived is kept and can be resumed.' },
  rejected: { code: 550, text: 'Refused by the upload check.' },
  io: { code: 451, text: 'The file system failed; see the server log.' },
  // A server may show what lies on another server:
  unreachable: { code: 450, text: 'The place where the file lies cannot be reached; try again.' },
  'timed-out': { code: 450, text: 'The place where the file lies does not answer; try again.' },
  'connection-lost': { code: 450, text: 'The connection to the place where the file lies was lost; try again.' },
  'too-many-connections': { code: 450, text: 'The place where the file lies serves nobody more now; try again.' },
  'login-refused': { code: 451, text: 'The place where the file lies refused the login; see the server log.' },
  'not-trusted': { code: 451, text: 'The place where the file lies is not trusted; see the server log.' },
  protocol: { code: 451, text: 'The place where the file lies is not understood; see the server log.' },
  unsafe: { code: 451, text: 'The place where the file lies asked for something unsafe; see the server log.' },
  limit: { code: 451, text: 'A bound was reached; see the server log.' },
  integrity: { code: 451, text: 'What arrived is not what was sent.' },
};

export const replyForFileError = (error: FileError): Reply => {
  const { code, text } = ANSWERS[error.kind];
  return { ...reply(code, text), cause: error.cause };
};

/** The same as a sentence for the log. */
export const reasonOfFileError = (error: FileError): string =>
  error.cause instanceof Error ? `${ANSWERS[error.kind].text} (${error.cause.message})` : ANSWERS[error.kind].text;
