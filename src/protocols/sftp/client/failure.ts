/** What a STATUS means: nine codes, and words where the codes say nothing. */
import { printable } from '../../../base/escape.ts';
import { FileError, type FileErrorKind } from '../../../files/error.ts';
import { MalformedPacketError } from '../wire/field-reader.ts';
import { STATUS } from '../wire/numbers.ts';

/** What failed, as the server said it. */
export interface Refusal {
  readonly code: number;
  readonly text: string;
}

const BY_CODE: ReadonlyMap<number, FileErrorKind> = new Map<number, FileErrorKind>([
  [STATUS.noSuchFile, 'not-found'],
  [STATUS.permissionDenied, 'denied'],
  [STATUS.badMessage, 'bad-name'],
  [STATUS.noConnection, 'connection-lost'],
  [STATUS.connectionLost, 'connection-lost'],
  [STATUS.unsupported, 'unsupported'],
]);

/** For FAILURE, which is everything else: the words of `strerror`, of ProFTPD, of libraries, and our own. */
const BY_WORDS: readonly (readonly [RegExp, FileErrorKind])[] = [
  [/not empty/i, 'not-empty'],
  [/beyond the end/i, 'bad-offset'],
  [/exist/i, 'exists'],
  [/no space|disk full/i, 'full'],
  [/quota/i, 'quota'],
  [/is a directory/i, 'is-directory'],
  [/not a directory/i, 'not-directory'],
  [/not a regular/i, 'not-regular'],
  [/read-only/i, 'read-only'],
  [/cross-device|another file system/i, 'cross-device'],
  [/too many levels|too many symbolic/i, 'too-many-links'],
  [/too many|try again|busy/i, 'busy'],
  [/upload check/i, 'rejected'],
  [/file name too long/i, 'bad-name'],
  [/permission|not permitted/i, 'denied'],
];

/** What some servers say of a name that leads nowhere, beside the code that all have for it. */
const NOWHERE: readonly (readonly [RegExp, FileErrorKind])[] = [
  [/too many levels|too many symbolic/i, 'too-many-links'],
  [/not a directory/i, 'not-directory'],
];

/** `undefined` for a FAILURE whose words say nothing. */
function kindOf({ code, text }: Refusal): FileErrorKind | undefined {
  const words = code === STATUS.noSuchFile ? NOWHERE : BY_WORDS;
  const kind = words.find(([pattern]) => pattern.test(text))?.[1];
  return code === STATUS.failure || code === STATUS.noSuchFile ? (kind ?? BY_CODE.get(code)) : BY_CODE.get(code);
}

const shown = ({ code, text }: Refusal): string => (text === '' ? `status ${code}` : text);

/** `kind` where looking around has found out more than the server said. */
export function refused(path: string, refusal: Refusal, kind?: FileErrorKind): FileError {
  const known = kind ?? kindOf(refusal) ?? 'io';
  const detail = `the server said “${printable(shown(refusal)).slice(0, 300)}”`;
  return new FileError(known, path, { reply: shown(refusal), ...(known === 'io' ? { detail } : {}) });
}

/** The same failure, with another kind. */
export const withKind = (error: FileError, kind: FileErrorKind): FileError =>
  new FileError(kind, error.path, {
    cause: error.cause,
    ...(error.reply !== undefined && { reply: error.reply }),
  });

/** A failure of the connection, told with the path that was asked for. */
export function at(path: string, error: unknown): unknown {
  if (error instanceof MalformedPacketError)
    return new FileError('protocol', path, {
      cause: error,
      detail: `the server does not keep to SFTP: ${error.message}`,
    });
  if (!(error instanceof FileError) || error.path !== '/') return error;
  const { kind, detail, reply, cause } = error;
  return new FileError(kind, path, {
    cause,
    ...(detail !== undefined && { detail }),
    ...(reply !== undefined && { reply }),
  });
}
