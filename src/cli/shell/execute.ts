/** Runs commands of the shell: finds the row, parts the options, begins it here or behind the prompt. */
import { printable } from '../../base/escape.ts';
import type { CopyOptions } from '../../files/copy/copy.ts';
import { CommandError } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { rowOf } from './commands/index.ts';
import { readOptions, type ShellRow } from './row.ts';
import type { ShellSession } from './session.ts';
import { type ParsedCommand, parseLine } from './words.ts';

/** Where a command speaks. What it says is safe to be shown. */
export interface Voice {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Shows how a copy goes on; absent where nobody watches. */
  readonly onEvent?: CopyOptions['onEvent'];
}

/** The commands of a line; a line of this machine's shell (`!…`) is not read at all. Throws a `CommandError`. */
export function commandsOf(line: string): readonly ParsedCommand[] {
  const source = line.trim();
  if (source.startsWith('!'))
    return [
      { words: [{ text: '!' }, ...(source === '!' ? [] : [{ text: source.slice(1) }])], background: 'no', source },
    ];
  const parsed = parseLine(line);
  if (parsed.kind === 'problem') throw new CommandError(EXIT.wrongUsage, parsed.sentence);
  return parsed.commands;
}

function rowFor({ words: [name] }: ParsedCommand): ShellRow {
  const row = rowOf(name?.text ?? '');
  if (row === undefined)
    throw new CommandError(
      EXIT.wrongUsage,
      `there is no command ${printable(name?.text ?? '')}; help lists what there is`,
    );
  return row;
}

function begin(session: ShellSession, row: ShellRow, command: ParsedCommand, voice: Voice): void {
  if (row.behind !== 'allowed')
    throw new CommandError(EXIT.wrongUsage, `${row.name} does not run behind the prompt; take the & away`);
  const options = readOptions(row, command);
  const { source } = command;
  const quiet = { out: () => undefined, warn: (sentence: string) => voice.err(`${printable(sentence)}\n`) };
  const standing = { ...session, remote: { ...session.remote }, local: { ...session.local } };
  const job = session.jobs.start(source, (signal) =>
    row.run({ session: standing, ...options, source, signal, ...quiet }),
  );
  if (job === undefined)
    throw new CommandError(EXIT.limit, 'as many transfers as may be run already; wait for one, or kill it');
  voice.out(`[${job.number}] ${printable(source)}\n`);
}

/** Runs one command to its end, or begins it behind the prompt. Rejects with what went wrong. */
export async function execute(
  session: ShellSession,
  command: ParsedCommand,
  { voice, signal }: { readonly voice: Voice; readonly signal: AbortSignal },
): Promise<void> {
  const row = rowFor(command);
  if (command.background === 'yes') {
    begin(session, row, command, voice);
    return;
  }
  const { onEvent } = voice;
  await row.run({
    session,
    ...readOptions(row, command),
    source: command.source,
    signal,
    out: voice.out,
    warn: (sentence) => voice.err(`${printable(sentence)}\n`),
    ...(onEvent === undefined ? {} : { onEvent }),
  });
}
