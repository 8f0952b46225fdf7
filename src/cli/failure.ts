/** What a failure is to whoever typed the command: an exit code, one sentence, and what to do next. One row per kind. */
import { FileError, type FileErrorKind } from '../files/error.ts';
import { CommandError } from './command.ts';
import { EXIT } from './exit-code.ts';

export interface Explained {
  readonly code: number;
  /** It may hold anything that a server said: escape it before showing it. */
  readonly sentence: string;
}

interface Row {
  readonly code: number;
  /** For failures that bring no words of their own. */
  readonly words: string;
  readonly advice?: string;
}

const ROWS: Readonly<Record<FileErrorKind, Row>> = {
  'not-found': { code: EXIT.notFound, words: 'there is no such file or directory' },
  exists: { code: EXIT.failed, words: 'it is there already' },
  denied: { code: EXIT.denied, words: 'that is not permitted' },
  'is-directory': { code: EXIT.failed, words: 'it is a directory', advice: 'use -r for whole directories' },
  'not-directory': { code: EXIT.failed, words: 'it is no directory' },
  'not-empty': { code: EXIT.failed, words: 'the directory is not empty', advice: 'use -r to remove what is in it' },
  'not-regular': { code: EXIT.failed, words: 'it is no regular file' },
  'bad-name': { code: EXIT.failed, words: 'that name is not allowed there' },
  'bad-offset': { code: EXIT.failed, words: 'it cannot be continued from there' },
  'cross-device': { code: EXIT.failed, words: 'it lies on another file system', advice: 'copy it, and then remove it' },
  busy: { code: EXIT.failed, words: 'it is busy', advice: 'try again later' },
  full: { code: EXIT.limit, words: 'there is no room left' },
  quota: { code: EXIT.limit, words: 'the quota is used up' },
  'read-only': { code: EXIT.denied, words: 'nothing can be changed there' },
  unsupported: { code: EXIT.failed, words: 'that place cannot do it' },
  'too-many-links': { code: EXIT.failed, words: 'too many symbolic links lead there' },
  interrupted: { code: EXIT.failed, words: 'it was interrupted', advice: '--resume continues it' },
  rejected: { code: EXIT.denied, words: 'the upload was rejected' },
  io: { code: EXIT.failed, words: 'reading or writing failed' },
  unreachable: { code: EXIT.unreachable, words: 'no connection came about' },
  'timed-out': {
    code: EXIT.unreachable,
    words: 'the other side was silent for too long',
    advice: 'try again, or see portcall doctor',
  },
  'connection-lost': {
    code: EXIT.unreachable,
    words: 'the connection was lost',
    advice: 'try again; --resume continues a transfer',
  },
  'too-many-connections': {
    code: EXIT.unreachable,
    words: 'the server takes no more connections now',
    advice: 'try again later, or with fewer --connections',
  },
  'login-refused': { code: EXIT.denied, words: 'the login was refused' },
  'not-trusted': {
    code: EXIT.notTrusted,
    words: 'the other side is not trusted',
    advice: '--ca FILE or --pin SHA256 says whom to trust',
  },
  protocol: {
    code: EXIT.failed,
    words: 'what the other side said is not understood',
    advice: '--trace shows the conversation',
  },
  unsafe: { code: EXIT.failed, words: 'what the other side asked for is not safe' },
  limit: { code: EXIT.limit, words: 'a bound was reached' },
  integrity: { code: EXIT.integrity, words: 'what arrived is not what was sent' },
};

/** The exit code of a kind. */
export const codeOfKind = (kind: FileErrorKind): number => ROWS[kind].code;

function explainFile({ kind, path, detail }: FileError): Explained {
  const { code, words, advice } = ROWS[kind];
  const where = path === '/' ? '' : `${path}: `;
  return { code, sentence: `${where}${detail ?? words}${advice === undefined ? '' : ` (${advice})`}` };
}

/** The user ended it, by a signal or Ctrl-C. */
export const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

/** The exit code and the sentence of any failure. */
export function explainFailure(error: unknown): Explained {
  if (error instanceof FileError) return explainFile(error);
  if (error instanceof CommandError) return { code: error.exitCode, sentence: error.message };
  if (isAbort(error)) return { code: EXIT.interrupted, sentence: 'interrupted' };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: EXIT.failed, sentence: `a fault of Portcall itself, please report it: ${text}` };
}
