/** Failures of the client's commands by the names that the user knows: as a sentence, and as JSON. */
import { ConfigurationError } from '../../config/problem.ts';
import { FileError } from '../../files/error.ts';
import { CommandError } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { explainFailure, fullSentence, isAbort } from '../failure.ts';

export const codeOfFailure = (error: unknown): number =>
  error instanceof ConfigurationError ? EXIT.wrongUsage : explainFailure(error).code;

/** What failed; `where` stands for the path within a place, which only the place itself knows by that name. */
export function failureLine(error: unknown, where: string): string {
  const sentence = error instanceof ConfigurationError ? error.message : fullSentence(explainFailure(error));
  const named = error instanceof FileError ? `${error.path}: ` : '';
  const rest = named !== '' && sentence.startsWith(named) ? sentence.slice(named.length) : sentence;
  // Some sentences name the place themselves.
  if (where === '' || rest.includes(where)) return where === '' ? sentence : rest;
  return `${where}: ${rest}`;
}

/** A failure of one thing, told by the name that the user knows it by. Neither a stop nor a name that is known changes. */
export function labelled(error: unknown, where: string): unknown {
  if (!(error instanceof FileError) || isAbort(error)) return error;
  return new CommandError(codeOfFailure(error), failureLine(error, where), { cause: error });
}

/** The failure itself, below the sentence that was made of it. */
export const fileErrorOf = (error: unknown): unknown => (error instanceof CommandError ? error.cause : error);

/** `usage` for what was asked wrongly, a kind of `FileError`, `interrupted`, or `other`. */
export function kindOf(error: unknown): string {
  const file = fileErrorOf(error);
  if (file instanceof FileError) return file.kind;
  const code = codeOfFailure(error);
  return code === EXIT.wrongUsage ? 'usage' : code === EXIT.interrupted ? 'interrupted' : 'other';
}

/** An error as JSON has it. */
export function errorEvent(error: unknown, where: string): Readonly<Record<string, unknown>> {
  const file = fileErrorOf(error);
  return {
    event: 'error',
    ...(where === '' ? {} : { where }),
    kind: kindOf(error),
    message: failureLine(error, where),
    ...(file instanceof FileError ? { path: file.path, reply: file.reply, retryable: file.retryable } : {}),
    exitCode: codeOfFailure(error),
  };
}
