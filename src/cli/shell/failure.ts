/** A failure of a command of the shell, as one sentence and an exit code. */
import { FileError, type FileErrorKind } from '../../files/error.ts';
import { CommandError } from '../command.ts';
import { EXIT } from '../exit-code.ts';

export interface Explained {
  readonly code: number;
  readonly sentence: string;
}

const CODES: ReadonlyMap<FileErrorKind, number> = new Map<FileErrorKind, number>([
  ['not-found', EXIT.notFound],
  ['denied', EXIT.denied],
  ['login-refused', EXIT.denied],
  ['not-trusted', EXIT.notTrusted],
  ['unreachable', EXIT.unreachable],
  ['timed-out', EXIT.unreachable],
  ['connection-lost', EXIT.unreachable],
  ['too-many-connections', EXIT.unreachable],
  ['integrity', EXIT.integrity],
  ['limit', EXIT.limit],
]);

/** For failures that bring no words of their own. */
const WORDS: ReadonlyMap<FileErrorKind, string> = new Map<FileErrorKind, string>([
  ['not-found', 'there is no such file or directory'],
  ['exists', 'it is there already'],
  ['denied', 'that is not permitted'],
  ['is-directory', 'it is a directory'],
  ['not-directory', 'it is no directory'],
  ['not-empty', 'the directory is not empty'],
  ['unsupported', 'this place cannot do that'],
  ['read-only', 'nothing can be changed here'],
  ['full', 'there is no room left'],
]);

function explainFile({ kind, path, detail, reply }: FileError): Explained {
  const words = detail ?? WORDS.get(kind) ?? kind;
  const said = reply === undefined || words.includes(reply) ? '' : ` (${reply})`;
  return { code: CODES.get(kind) ?? EXIT.failed, sentence: `${path}: ${words}${said}` };
}

/** The sentence may hold anything that a server said: escape it before showing it. */
export function explain(error: unknown): Explained {
  if (error instanceof FileError) return explainFile(error);
  if (error instanceof CommandError) return { code: error.exitCode, sentence: error.message };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: EXIT.failed, sentence: `a fault of Portcall itself, please report it: ${text}` };
}
