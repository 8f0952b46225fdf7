/**
 * What is typed, one byte after the other, whoever asks for it: the line editor, a question, the pager.
 *
 * CR, LF, CR LF and CR NUL are each one Enter. While a command runs, what is typed waits for whoever reads next, but for
 * the keys that interrupt: those act at once, and what was typed before them is forgotten.
 */

/** The peer went away, or the line was cleared. */
export class LineClosedError extends Error {
  override readonly name = 'LineClosedError';
}

export const ENTER = 0x0d;
const LINE_FEED = 0x0a;
const CTRL_C = 0x03;
/** Ctrl-Shift-6, the escape sequence of IOS. */
const CTRL_CARET = 0x1e;

/** What may wait for a reader; more from a program that pastes is not read until there is room. */
const MOST_WAITING = 256 * 1024;

export class KeyReader {
  #waiting: number[] = [];
  #next = 0;
  #wake: (() => void) | undefined;
  #room: (() => void) | undefined;
  #afterReturn = false;
  #closed = false;
  #interrupt: (() => void) | undefined;

  constructor(input: AsyncIterable<Uint8Array>) {
    void this.#pump(input);
  }

  /** Nothing more will come, and nothing waits. */
  get exhausted(): boolean {
    return this.#closed && this.pending === 0;
  }

  /** The next byte. Rejects with a {@link LineClosedError}, and with what `signal` was aborted with. One call at a time. */
  async next(signal?: AbortSignal): Promise<number> {
    for (;;) {
      signal?.throwIfAborted();
      const key = this.#take();
      if (key !== undefined) return key;
      if (this.#closed) throw new LineClosedError('the line is closed');
      await this.#more(signal);
    }
  }

  /** Bytes that wait. */
  get pending(): number {
    return this.#waiting.length - this.#next;
  }

  /** Calls `interrupt` for Ctrl-C and Ctrl-Shift-6 until the returned function is called. */
  watch(interrupt: () => void): () => void {
    this.#interrupt = interrupt;
    return () => {
      this.#interrupt = undefined;
    };
  }

  /** Nothing more is read from the peer. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
    this.#room?.();
  }

  async #more(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const wake = (): void => resolve(undefined);
    this.#wake = wake;
    signal?.addEventListener('abort', wake, { once: true });
    await promise;
    signal?.removeEventListener('abort', wake);
    this.#wake = undefined;
  }

  #take(): number | undefined {
    const key = this.#waiting[this.#next];
    if (key === undefined) return undefined;
    this.#next += 1;
    if (this.#next === this.#waiting.length) [this.#waiting, this.#next] = [[], 0];
    if (this.pending < MOST_WAITING / 2) this.#room?.();
    return key;
  }

  async #pump(input: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of input) {
        for (const key of chunk) this.#came(key);
        this.#wake?.();
        if (this.pending > MOST_WAITING) await this.#untilRoom();
        if (this.#closed) break;
      }
    } catch {
      // A connection that breaks ends the line as one that closes does.
    }
    this.close();
  }

  async #untilRoom(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#room = () => resolve(undefined);
    if (!this.#closed) await promise;
    this.#room = undefined;
  }

  #came(key: number): void {
    const follows = this.#afterReturn;
    this.#afterReturn = key === ENTER;
    if (follows && (key === LINE_FEED || key === 0)) return;
    if (this.#interrupt !== undefined && (key === CTRL_C || key === CTRL_CARET)) {
      [this.#waiting, this.#next] = [[], 0];
      this.#interrupt();
      return;
    }
    this.#waiting.push(key === LINE_FEED ? ENTER : key);
  }
}
