/** What a failure is to whoever typed the command: an exit code, one sentence, and what to do next. One row per kind. */
import { FileError, type FileErrorKind } from '../files/error.ts';
import { CommandError } from './command.ts';
import { EXIT } from './exit-code.ts';

export interface Explained {
  readonly code: number;
  /** It may hold anything that a server said: escape it before showing it. */
  readonly sentence: string;
  /** What to do next, in words of the command line. */
  readonly advice?: string;
}

/** The sentence with its advice. */
export const fullSentence = ({ sentence, advice }: Explained): string =>
  advice === undefined ? sentence : `${sentence} (${advice})`;

interface Row {
  readonly code: number;
  /** For failures that bring no words of their own. */
  readonly words: string;
  /** What to do next. */
  readonly advice?: string;
  /** The same, but only for failures that bring no words of their own: those say it better. */
  readonly hint?: string;
}

const ROWS: Readonly<Record<FileErrorKind, Row>> = {
  'not-found': { code: EXIT.notFound, words: 'there is no such file or directory', hint: 'ls shows what is there' },
  exists: { code: EXIT.failed, words: 'it is there already', advice: 'choose another name' },
  denied: {
    code: EXIT.denied,
    words: 'that is not permitted',
    advice: 'log in as somebody who may (--user NAME), or ask whoever runs the server',
  },
  'is-directory': { code: EXIT.failed, words: 'it is a directory', advice: '-r is for directories' },
  'not-directory': { code: EXIT.failed, words: 'it is no directory', hint: 'see what is there with ls' },
  'not-empty': { code: EXIT.failed, words: 'the directory is not empty', advice: '-r removes what is in it, too' },
  'not-regular': { code: EXIT.failed, words: 'it is no regular file', hint: 'only files can be copied' },
  'bad-name': { code: EXIT.failed, words: 'that name is not allowed there', hint: 'give another name' },
  'bad-offset': { code: EXIT.failed, words: 'it cannot be continued from there', hint: 'leave out --resume' },
  'cross-device': { code: EXIT.failed, words: 'it lies on another file system', advice: 'copy it, and then remove it' },
  busy: { code: EXIT.failed, words: 'it is busy', advice: 'try again later' },
  full: { code: EXIT.limit, words: 'there is no room left', advice: 'make room there' },
  quota: { code: EXIT.limit, words: 'the quota is used up', advice: 'remove something there, or ask for more' },
  'read-only': { code: EXIT.denied, words: 'nothing can be changed there', advice: 'log in as somebody who may write' },
  unsupported: { code: EXIT.failed, words: 'that place cannot do it', hint: 'doctor shows what it can do' },
  'too-many-links': {
    code: EXIT.failed,
    words: 'too many symbolic links lead there',
    advice: 'name what they lead to',
  },
  interrupted: { code: EXIT.failed, words: 'it was interrupted', advice: '--resume continues it' },
  rejected: { code: EXIT.denied, words: 'the upload was rejected', advice: 'ask whoever runs the server' },
  io: { code: EXIT.failed, words: 'reading or writing failed', advice: 'try again, and look after the disk' },
  unreachable: {
    code: EXIT.unreachable,
    words: 'no connection came about',
    hint: 'check the address, and whether the server runs',
  },
  'timed-out': {
    code: EXIT.unreachable,
    words: 'the other side was silent for too long',
    advice: 'try again, or let portcall doctor look',
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
  'login-refused': {
    code: EXIT.denied,
    words: 'the login was refused',
    advice: 'the password comes from --password-file, PORTCALL_PASSWORD, ~/.netrc or a prompt',
  },
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
  unsafe: { code: EXIT.failed, words: 'what the other side asked for is not safe', hint: 'do not trust that server' },
  limit: { code: EXIT.limit, words: 'a bound was reached', hint: 'ask for less at once' },
  integrity: {
    code: EXIT.integrity,
    words: 'what arrived is not what was sent',
    advice: 'try again, without --resume',
  },
};

/** The exit code of a kind. */
export const codeOfKind = (kind: FileErrorKind): number => ROWS[kind].code;

function explainFile({ kind, path, detail }: FileError): Explained {
  const { code, words, advice, hint } = ROWS[kind];
  const where = path === '/' ? '' : `${path}: `;
  // A sentence that names flags says what to do itself.
  const isAdvised = detail !== undefined && (/ --[a-z]/.test(detail) || /\bkey\b/.test(detail));
  const next = isAdvised ? undefined : (advice ?? (detail === undefined ? hint : undefined));
  return { code, sentence: `${where}${detail ?? words}`, ...(next === undefined ? {} : { advice: next }) };
}

/** The user ended it, by a signal or Ctrl-C. */
export const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

/** The code of several failures: their own when it is the same for all, else that of a failure. */
export const codeOfMany = (codes: readonly number[]): number => {
  const [first = EXIT.failed, ...others] = codes;
  return others.every((code) => code === first) ? first : EXIT.failed;
};

/** The exit code and the sentence of any failure. */
export function explainFailure(error: unknown): Explained {
  if (error instanceof FileError) return explainFile(error);
  if (error instanceof CommandError) return { code: error.exitCode, sentence: error.message };
  if (isAbort(error)) return { code: EXIT.interrupted, sentence: 'interrupted' };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: EXIT.failed, sentence: `a fault of Portcall itself, please report it: ${text}` };
}
