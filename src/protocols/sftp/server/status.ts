/** What a failure means to a client of SFTP: one row for each kind, so that a new kind cannot be forgotten. */
import { FileError, type FileErrorKind } from '../../../files/error.ts';
import { STATUS, type StatusCode } from '../wire/numbers.ts';
import { PACKET } from '../wire/numbers.ts';
import { PacketWriter } from '../wire/packet-writer.ts';

/** A request that fails for a reason of the protocol's own. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: StatusCode;

  constructor(code: StatusCode, message: string) {
    super(message);
    this.code = code;
  }
}

interface Answer {
  readonly code: StatusCode;
  readonly text: string;
}

const failure = (text: string): Answer => ({ code: STATUS.failure, text });

/** Version 3 has nine codes; the text tells the rest. */
const ANSWERS: Readonly<Record<FileErrorKind, Answer>> = {
  'not-found': { code: STATUS.noSuchFile, text: 'No such file or directory' },
  exists: failure('File exists'),
  denied: { code: STATUS.permissionDenied, text: 'Permission denied' },
  'is-directory': failure('Is a directory'),
  'not-directory': { code: STATUS.noSuchFile, text: 'Not a directory' },
  'not-empty': failure('Directory not empty'),
  'not-regular': failure('Not a regular file'),
  'bad-name': { code: STATUS.badMessage, text: 'That name is not allowed' },
  'bad-offset': failure('The offset lies beyond the end of the file'),
  'cross-device': failure('It lies on another file system'),
  busy: failure('The server is short of resources; try again'),
  full: failure('No space left on device'),
  quota: failure('Disk quota exceeded; delete something first'),
  'read-only': { code: STATUS.permissionDenied, text: 'Read-only file system' },
  unsupported: { code: STATUS.unsupported, text: 'This file system cannot do that' },
  'too-many-links': { code: STATUS.noSuchFile, text: 'Too many levels of symbolic links' },
  interrupted: failure('Interrupted; what arrived is kept and can be resumed'),
  rejected: failure('Refused by the upload check'),
  io: failure('Input/output error; see the server log'),
  // A server may show what lies on another server:
  unreachable: failure('The place where the file lies cannot be reached; try again'),
  'timed-out': failure('The place where the file lies does not answer; try again'),
  'connection-lost': failure('The connection to the place where the file lies was lost; try again'),
  'too-many-connections': failure('The place where the file lies serves nobody more now; try again'),
  'login-refused': failure('The place where the file lies refused the login; see the server log'),
  'not-trusted': failure('The place where the file lies is not trusted; see the server log'),
  protocol: failure('The place where the file lies is not understood; see the server log'),
  unsafe: failure('The place where the file lies asked for something unsafe; see the server log'),
  limit: failure('A bound was reached; see the server log'),
  integrity: failure('What arrived is not what was sent'),
};

/** What to answer; `undefined` for what is a bug of ours. */
export function answerFor(error: unknown): Answer | undefined {
  if (error instanceof FileError) return ANSWERS[error.kind];
  return error instanceof StatusError ? { code: error.code, text: error.message } : undefined;
}

export const BUG: Answer = failure('The server failed; see its log');

/** A STATUS packet, in English. */
export const statusPacket = (id: number, { code, text }: Answer): Uint8Array =>
  new PacketWriter(PACKET.status, text.length + 20).uint32(id).uint32(code).text(text).text('en').finish();

export const OK: Answer = { code: STATUS.ok, text: 'Success' };
export const EOF: Answer = { code: STATUS.eof, text: 'End of file' };
