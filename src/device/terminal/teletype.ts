/** A terminal with somebody at it: what is printed, what is typed, and what appears in between. */
import type { Clock } from '../../base/clock.ts';
import type { LineTerminal } from '../ports.ts';
import { ENTER, KeyReader } from './key-reader.ts';
import { type EditOutcome, LineEditor } from './line-editor.ts';
import { forTerminal } from './screen.ts';

export interface Reading {
  readonly prompt: string;
  readonly kind: 'line' | 'answer' | 'secret';
  readonly history?: readonly string[];
  /** What is typed already. */
  readonly typed?: string;
  readonly signal?: AbortSignal | undefined;
  /** Text to show for `?`; the line is shown anew behind it. */
  readonly help?: (line: string) => string;
  readonly complete?: (line: string) => string | undefined;
}

export interface TypedLine {
  readonly how: 'enter' | 'end' | 'cancel';
  readonly line: string;
}

/** How long a message waits for the prompt before it breaks into what is shown. */
const NOTICE_MS = 50;

export class Teletype {
  readonly keys: KeyReader;
  readonly #terminal: LineTerminal;
  readonly #clock: Clock;
  #atLineStart = true;
  #notices: string[] = [];
  #reading: { readonly editor: LineEditor; readonly prompt: string } | undefined;
  /** Shows what was being typed again behind a message (`logging synchronous`). */
  redrawsBehindNotices = false;

  constructor(terminal: LineTerminal, clock: Clock) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.keys = new KeyReader(terminal.input);
  }

  get size(): ReturnType<LineTerminal['size']> {
    return this.#terminal.size();
  }

  get atLineStart(): boolean {
    return this.#atLineStart;
  }

  /** Prints text; its line ends become those of a terminal. */
  async print(text: string): Promise<void> {
    if (text === '') return;
    this.#atLineStart = text.endsWith('\n');
    await this.#terminal.write(forTerminal(text));
  }

  /** Prints what leaves the cursor at the beginning of a line that is empty. */
  async printToLineStart(text: string): Promise<void> {
    await this.print(text);
    this.#atLineStart = true;
  }

  /** The prompt of a new line stands at its beginning. */
  async freshLine(): Promise<void> {
    if (!this.#atLineStart) await this.print('\n');
  }

  /** Shows a line that nobody asked for: at once where somebody types, else behind the next prompt or after a moment. */
  notify(text: string): void {
    this.#notices.push(text);
    if (this.#reading !== undefined) void this.#showNotices();
    else if (this.#notices.length === 1) this.#clock.after(NOTICE_MS, () => void this.#showNotices());
  }

  /** Shows what waits to be shown. */
  flush(): Promise<void> {
    return this.#showNotices();
  }

  /** Reads a line with all the keys of an editor. Rejects with a `LineClosedError`, and with the reason of `signal`. */
  async readLine(reading: Reading): Promise<TypedLine> {
    const { prompt, kind, history = [], signal } = reading;
    const editor = new LineEditor({ kind, history }, reading.typed);
    await this.#terminal.write(`${prompt}${editor.shown}`);
    this.#atLineStart = false;
    this.#reading = { editor, prompt };
    await this.#showNotices();
    try {
      for (;;) {
        const outcome = editor.feed(await this.keys.next(signal));
        if (outcome.kind === 'line') {
          await this.#terminal.write(outcome.echo);
          this.#atLineStart = true;
          return outcome;
        }
        await this.#respond(outcome, editor, reading);
      }
    } finally {
      this.#reading = undefined;
    }
  }

  /** One key, not shown. */
  readKey(signal?: AbortSignal): Promise<number> {
    return this.keys.next(signal);
  }

  async untilEnter(signal?: AbortSignal): Promise<void> {
    while ((await this.keys.next(signal)) !== ENTER);
  }

  close(): void {
    this.keys.close();
    this.#terminal.close();
  }

  async #respond(outcome: Exclude<EditOutcome, { kind: 'line' }>, editor: LineEditor, reading: Reading): Promise<void> {
    if (outcome.kind === 'typed') {
      if (outcome.echo !== '') await this.#terminal.write(outcome.echo);
      return;
    }
    if (outcome.kind === 'help') await this.#terminal.write(forTerminal(`?\n${reading.help?.(outcome.line) ?? ''}`));
    else if (outcome.kind === 'complete') {
      const completed = reading.complete?.(outcome.line);
      if (completed !== undefined) editor.set(completed);
      await this.#terminal.write('\r\n');
    } else await this.#terminal.write('\r\n');
    await this.#terminal.write(`${reading.prompt}${editor.shown}`);
  }

  async #showNotices(): Promise<void> {
    if (this.#notices.length === 0) return;
    const text = this.#notices.join('\n');
    this.#notices = [];
    const reading = this.redrawsBehindNotices ? this.#reading : undefined;
    const again = reading === undefined ? '' : `${reading.prompt}${reading.editor.shown}`;
    const lead = this.#atLineStart ? '' : '\r\n';
    if (this.#reading === undefined) this.#atLineStart = true;
    await this.#terminal.write(`${lead}${forTerminal(text)}\r\n${again}`);
  }
}
