/** A screen with somebody in front of it: shows what a device writes as a terminal would, and types. */
import type { LineTerminal } from '../../src/device/index.ts';
import { within } from './wait.ts';

/** How a device takes ` --More-- ` away; here the marker stays, on a line of its own. */
const WIPED = /\x08{9} {8}\x08{9}/g;

export class Screen {
  readonly terminal: LineTerminal;
  readonly #typed: Uint8Array[] = [];
  readonly #gone = new AbortController();
  readonly #lines: string[] = [''];
  #column = 0;
  #isClosed = false;
  #over: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  #wakeReader: () => void = () => undefined;
  #wakeWaiter: () => void = () => undefined;
  #breakListener: () => void = () => undefined;
  size: ReturnType<LineTerminal['size']>;

  constructor() {
    this.terminal = {
      input: this.#input(),
      write: (text) => {
        this.#show(text);
        return Promise.resolve();
      },
      size: () => this.size,
      onBreak: (listener) => void (this.#breakListener = listener),
      close: () => this.#close(),
    };
  }

  /** Aborted when the one in front of it goes away. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** All lines so far; the last is the one with the cursor. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  get text(): string {
    return this.#lines.join('\n');
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Ends with the device's own end of the line; what it throws is thrown to whoever waits. */
  watch(served: Promise<void>): void {
    this.#over = served.then(
      () => this.#close(),
      (error: unknown) => {
        this.#failure = error instanceof Error ? error : new Error(String(error));
        this.#close();
      },
    );
  }

  type(keys: string): void {
    this.#typed.push(Buffer.from(keys, 'latin1'));
    this.#wakeReader();
  }

  break(): void {
    this.#breakListener();
  }

  /** Goes away, as a connection that breaks. */
  leave(): void {
    this.#gone.abort(new Error('somebody left'));
    this.#close();
  }

  /** Resolves once `holds`, asked after everything that is shown; rejects where it takes too long, or the line ends. */
  async until(holds: () => boolean, what: () => string, patienceMs?: number): Promise<void> {
    const wait = async (): Promise<void> => {
      while (!holds()) {
        if (this.#failure !== undefined) throw this.#failure;
        if (this.#isClosed) throw new Error(`the line is closed; waited for ${what()}`);
        const { promise, resolve } = Promise.withResolvers<undefined>();
        this.#wakeWaiter = () => resolve(undefined);
        await promise;
      }
    };
    await within(wait(), what(), patienceMs).catch((error: unknown) => {
      throw error instanceof Error && error.message.startsWith('waited') ? new Error(`waited for ${what()}`) : error;
    });
  }

  /** Waits until the text from a line on has `text` in it. */
  async untilText(text: string, fromLine = 0): Promise<void> {
    const seen = (): string => this.#lines.slice(fromLine).join('\n');
    await this.until(
      () => seen().includes(text),
      () => `${JSON.stringify(text)} in ${JSON.stringify(seen())}`,
    );
  }

  async untilClosed(): Promise<void> {
    await this.until(
      () => this.#isClosed,
      () => 'the end of the line',
    );
    await this.#over;
  }

  #close(): void {
    this.#isClosed = true;
    this.#wakeReader();
    this.#wakeWaiter();
  }

  async *#input(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = this.#typed.shift();
      if (piece !== undefined) yield piece;
      else if (this.#isClosed) return;
      else {
        const { promise, resolve } = Promise.withResolvers<undefined>();
        this.#wakeReader = () => resolve(undefined);
        await promise;
      }
    }
  }

  #show(text: string): void {
    for (const character of text.replace(WIPED, '\r\n')) this.#put(character);
    this.#wakeWaiter();
  }

  #put(character: string): void {
    const row = this.#lines.length - 1;
    const line = this.#lines[row] ?? '';
    if (character === '\n') {
      this.#lines.push('');
      this.#column = 0;
    } else if (character === '\r') this.#column = 0;
    else if (character === '\b') this.#column = Math.max(0, this.#column - 1);
    else if (character === '\t') for (let blanks = 8 - (this.#column % 8); blanks > 0; blanks -= 1) this.#put(' ');
    else if (character >= ' ') {
      this.#lines[row] = line.slice(0, this.#column).padEnd(this.#column) + character + line.slice(this.#column + 1);
      this.#column += 1;
    }
  }
}
