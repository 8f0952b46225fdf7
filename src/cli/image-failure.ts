/** Failures with images on the disk of this machine, in sentences: nobody logs in there, and nothing can be resumed. */
import { FileError, type FileErrorKind } from '../files/error.ts';
import { CommandError } from './command.ts';
import { codeOfKind, explainFailure } from './failure.ts';

const WORDS: Partial<Readonly<Record<FileErrorKind, string>>> = {
  'not-found': 'there is no such file',
  exists: 'it is there already; --force replaces it',
  denied: 'that is not permitted',
  'is-directory': 'it is a directory; name a file',
  'not-regular': 'it is no regular file',
  'not-directory': 'what stands before the last / is no directory',
  'bad-name': 'no file can have that name here',
  full: 'there is no room left on the disk; nothing of the image stays there',
  quota: 'the quota of the disk is used up; nothing of the image stays there',
  'read-only': 'nothing can be changed on that disk',
  io: 'reading or writing failed; look after the disk',
};

/** `name` is how the user called it. What is no failure of a file stays as it is. */
export function imageFailure(error: unknown, name: string): unknown {
  if (!(error instanceof FileError)) return error;
  const what = error.detail ?? WORDS[error.kind] ?? explainFailure(error).sentence;
  return new CommandError(codeOfKind(error.kind), `${name}: ${what}`, { cause: error });
}
