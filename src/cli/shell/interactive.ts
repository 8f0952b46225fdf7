/** The shell at a terminal: a prompt, history, Tab, Ctrl-C for the command, Ctrl-D to leave. */
import { createInterface, type Interface } from 'node:readline';
import { printable } from '../../base/escape.ts';
import { CommandError } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { createCompleter } from './complete.ts';
import { commandsOf, execute, type Voice } from './execute.ts';
import { explainFailure as explain } from '../failure.ts';
import { loadHistory, mayKeep, saveHistory } from './history.ts';
import { progressLine } from './progress-line.ts';
import type { Terminal } from '../world.ts';
import type { ShellSession } from './session.ts';

export interface InteractiveOptions {
  readonly terminal: Terminal;
  /** Runs a line in the shell of this machine, with the terminal as its own. */
  readonly escape?: ShellSession['escape'];
  /** Where history is kept. */
  readonly historyFile: string;
  /** Leaves, whatever runs. */
  readonly signal?: AbortSignal;
  /** Makes the session, given what only a terminal has. */
  readonly createSession: (
    powers: Pick<ShellSession, 'ask' | 'screen' | 'escape'> & { readonly notice: Notice },
  ) => ShellSession;
}

export type Notice = (text: string) => void;

/** One stretch at the terminal, from the opening of the line editor to its end. */
class Conversation {
  readonly #terminal: Terminal;
  readonly #editor: Interface;
  readonly #lines: string[] = [];
  #awaited: ((line: string | undefined) => void) | undefined;
  #running: AbortController | undefined;
  #isClosed = false;
  history: string[];

  constructor(terminal: Terminal, history: readonly string[], complete: (line: string) => Promise<[string[], string]>) {
    this.#terminal = terminal;
    this.history = [...history];
    this.#editor = createInterface({
      input: terminal.input,
      output: terminal.output,
      terminal: true,
      history: this.history,
      historySize: 1_000,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: Error | null, result: [string[], string]) => void) => {
        void complete(line).then(
          (result) => done(null, result),
          () => done(null, [[], line]),
        );
      },
    });
    this.#editor.on('line', (line) => this.#take(line));
    this.#editor.on('close', () => this.#close());
    this.#editor.on('SIGINT', () => this.#interrupt());
    this.#editor.on('history', (lines: string[]) => {
      // The line that was typed last is the first.
      if (lines[0] !== undefined && !mayKeep(lines[0])) lines.shift();
      this.history = [...lines];
    });
  }

  #take(line: string): void {
    const awaited = this.#awaited;
    this.#awaited = undefined;
    if (awaited === undefined) this.#lines.push(line);
    else awaited(line);
  }

  #close(): void {
    this.#isClosed = true;
    this.#running?.abort(new CommandError(EXIT.interrupted, 'stopped'));
    this.#awaited?.(undefined);
  }

  #interrupt(): void {
    this.#terminal.output.write('^C\n');
    if (this.#running !== undefined) {
      this.#running.abort(new CommandError(EXIT.interrupted, 'stopped'));
      return;
    }
    // To the end of the line, and take away everything before it.
    this.#editor.write(null, { ctrl: true, name: 'e' });
    this.#editor.write(null, { ctrl: true, name: 'u' });
    this.#editor.prompt();
  }

  /** The next line that is typed; `undefined` when there is none any more. */
  async line(prompt: string): Promise<string | undefined> {
    if (this.#isClosed) return undefined;
    const typed = this.#lines.shift();
    if (typed !== undefined) return typed;
    this.#editor.setPrompt(prompt);
    this.#editor.prompt();
    return await new Promise((resolve) => (this.#awaited = resolve));
  }

  /** Asks in the middle of a command. */
  ask(question: string, signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }); // commands abort with errors
      this.#editor.question(question, { signal }, resolve);
    });
  }

  /** Does something that Ctrl-C stops. */
  async stoppable(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#running = new AbortController();
    try {
      await work(this.#running.signal);
    } finally {
      this.#running = undefined;
    }
  }

  /** Lends the terminal to another program. */
  async lend<T>(work: () => Promise<T>): Promise<T> {
    this.#editor.pause();
    this.#terminal.input.setRawMode?.(false);
    try {
      return await work();
    } finally {
      this.#terminal.input.setRawMode?.(true);
      this.#editor.resume();
    }
  }

  /** Says something while a line may be half typed. */
  notice(text: string): void {
    const isTyping = this.#awaited !== undefined;
    this.#terminal.output.write(`${isTyping ? '\r\u001b[K' : ''}${text}`);
    if (isTyping) this.#editor.prompt(true);
  }

  end(): void {
    this.#editor.close();
  }
}

/** `ftp://host/dir> `. */
const promptOf = ({ remote }: ShellSession): string => `${printable(remote.labelOf(remote.directory))}> `;

function voiceOf({ output, screen }: Terminal): Voice {
  return {
    out: (text) => void output.write(text),
    err: (text) => void output.write(text),
    onEvent(event) {
      const line = progressLine(event, screen().columns);
      if (line !== undefined) output.write(line);
    },
  };
}

async function runLine(conversation: Conversation, session: ShellSession, line: string, voice: Voice): Promise<void> {
  try {
    for (const command of commandsOf(line)) {
      await conversation.stoppable((signal) => execute(session, command, { voice, signal }));
      if (session.leaving === 'yes') return;
    }
  } catch (error) {
    voice.err(`${printable(explain(error).sentence)}\n`);
  }
}

/** Reads and runs lines until somebody leaves. */
async function talk(conversation: Conversation, session: ShellSession, voice: Voice): Promise<void> {
  for (;;) {
    const line = await conversation.line(promptOf(session));
    if (line === undefined) {
      voice.out('\n');
      return;
    }
    await runLine(conversation, session, line, voice);
    if (session.leaving === 'yes') return;
  }
}

/** Whether to leave although transfers run: asked with an editor of its own, since the last one may be closed. */
async function mayLeave(terminal: Terminal, { jobs }: ShellSession): Promise<boolean> {
  const { length } = jobs.running;
  if (length === 0) return true;
  const editor = createInterface({ input: terminal.input, output: terminal.output, terminal: true });
  const answer = await new Promise<string>((resolve) => {
    editor.on('close', () => resolve('yes'));
    editor.question(
      `${length === 1 ? 'A transfer runs' : `${length} transfers run`} still. Stop and leave? [y/N] `,
      resolve,
    );
  });
  editor.close();
  return answer.trim().toLowerCase().startsWith('y');
}

/** Runs the shell until somebody leaves it. What still runs then is stopped. */
export async function runInteractive({
  terminal,
  historyFile,
  createSession,
  escape,
  signal,
}: InteractiveOptions): Promise<number> {
  let conversation: Conversation | undefined;
  const session = createSession({
    screen: terminal.screen,
    ask: (question, signal) => conversation?.ask(question, signal) ?? Promise.resolve(''),
    notice: (text) => conversation?.notice(text),
    ...(escape === undefined
      ? {}
      : { escape: async (line, directory) => (await conversation?.lend(() => escape(line, directory))) ?? 1 }),
  });
  const voice = voiceOf(terminal);
  const complete = createCompleter(session);
  let history: readonly string[] = await loadHistory(historyFile);
  const leave = (): void => conversation?.end();
  signal?.addEventListener('abort', leave, { once: true });
  do {
    session.leaving = 'no';
    conversation = new Conversation(terminal, history, complete);
    await talk(conversation, session, voice);
    conversation.end();
    ({ history } = conversation);
  } while (signal?.aborted !== true && !(await mayLeave(terminal, session)));
  signal?.removeEventListener('abort', leave);
  conversation = undefined;
  for (const { number } of session.jobs.running) session.jobs.stop(number);
  for (const { number } of session.jobs.running) await session.jobs.wait(number);
  await saveHistory(historyFile, history);
  return signal?.aborted === true ? EXIT.interrupted : EXIT.done;
}
