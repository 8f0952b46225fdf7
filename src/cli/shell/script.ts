/** Commands that nobody types: from `-c`, or from standard input that is no terminal. */
import { printable } from '../../base/escape.ts';
import { LineSplitter } from '../../base/line-splitter.ts';
import { decodeName } from '../../base/name.ts';
import { CommandError } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { commandsOf, execute, type Voice } from './execute.ts';
import { explainFailure as explain } from '../failure.ts';
import type { ShellSession } from './session.ts';

/** Longer lines are refused. */
const MAX_LINE_BYTES = 64 * 1024;

/** The lines of what is piped in. Throws a `CommandError` for one that is too long. */
export async function* linesOf(input: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const splitter = new LineSplitter(MAX_LINE_BYTES);
  for await (const chunk of input)
    for (const line of splitter.push(Buffer.from(chunk))) {
      if (line.kind === 'too-long') throw new CommandError(EXIT.wrongUsage, 'a line of the script is too long');
      yield decodeName(line.bytes);
    }
  if (splitter.held.length > 0) yield decodeName(splitter.held);
}

export interface ScriptOptions {
  readonly voice: Voice;
  readonly signal: AbortSignal;
}

/** Runs a line. Gives the exit code of the first command that fails, unless a `-` before the line forgives it. */
async function runLine(session: ShellSession, line: string, options: ScriptOptions): Promise<number> {
  const [, dash = '', rest = ''] = /^\s*(-?)([^]*)$/.exec(line) ?? [];
  try {
    for (const command of commandsOf(rest)) {
      await execute(session, command, options);
      if (session.leaving === 'yes') break;
    }
    return EXIT.done;
  } catch (error) {
    const { code, sentence } = explain(error);
    options.voice.err(`portcall: ${printable(sentence)}\n`);
    return dash === '-' && !options.signal.aborted ? EXIT.done : code;
  }
}

/** What began behind the prompt and did not get done makes the whole a partial success. */
async function awaitJobs({ jobs }: ShellSession, signal: AbortSignal): Promise<number> {
  for (const { number } of jobs.running) await jobs.wait(number, signal).catch(() => undefined);
  return jobs.list().some(({ state }) => state === 'failed') ? EXIT.partial : EXIT.done;
}

/** Runs lines until the first failure, then waits for what still runs. Gives the exit code. */
export async function runScript(
  session: ShellSession,
  lines: AsyncIterable<string> | Iterable<string>,
  options: ScriptOptions,
): Promise<number> {
  for await (const line of lines) {
    const code = await runLine(session, line, options);
    if (code !== EXIT.done) {
      for (const { number } of session.jobs.running) session.jobs.stop(number);
      await awaitJobs(session, options.signal);
      return code;
    }
    if (session.leaving === 'yes') break;
  }
  return await awaitJobs(session, options.signal);
}
