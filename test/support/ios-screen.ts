/** A line of a virtual device in this process: what it shows, and keys to type, with a clock that stands still. */
import type { Clock } from '../../src/base/clock.ts';
import type { LineTerminal } from '../../src/device/index.ts';
import { within } from './wait.ts';

/** Sunday, 1 March 2026, 12:00 UTC. */
export const NOON_MS = Date.UTC(2026, 2, 1, 12);

/** Waits of no length come at once, those of a moment come; what would take longer never comes. */
export const stoppedClock: Clock = {
  now: () => NOON_MS,
  monotonic: () => 0,
  after(delayMs, callback) {
    if (delayMs > 100) return () => undefined;
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** As it is read: rubbed-out letters as ⌫, the wiping of a page marker left out, the bell as ␇. */
const readable = (text: string): string =>
  text
    .replaceAll('\r', '')
    .replace(/\x08{4,} +\x08+/g, '')
    .replaceAll('\x08 \x08', '⌫')
    .replaceAll('\x08', '◂')
    .replaceAll('\x07', '␇');

export class IosScreen {
  readonly terminal: LineTerminal;
  #shown = '';
  #isClosed = false;
  #wake: () => void = () => undefined;
  readonly #typed: Uint8Array[] = [];
  #typedWake: () => void = () => undefined;

  constructor() {
    this.terminal = {
      input: this.#input(),
      write: (text) => {
        this.#shown += text;
        this.#wake();
        return Promise.resolve();
      },
      size: () => undefined,
      close: () => {
        this.#isClosed = true;
        this.#wake();
        this.#typedWake();
      },
    };
  }

  get shown(): string {
    return readable(this.#shown);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  type(keys: string): void {
    this.#typed.push(Buffer.from(keys));
    this.#typedWake();
  }

  /** Resolves when the screen satisfies it, or nothing more can come. */
  async until(holds: (shown: string) => boolean, what: string): Promise<void> {
    await within(this.#held(holds), what, 4_000).catch(() => undefined);
  }

  async #held(holds: (shown: string) => boolean): Promise<void> {
    while (!holds(this.shown) && !this.#isClosed) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#wake = () => resolve(undefined);
      await promise;
    }
  }

  async *#input(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = this.#typed.shift();
      if (next !== undefined) yield next;
      else if (this.#isClosed) return;
      else {
        const { promise, resolve } = Promise.withResolvers<undefined>();
        this.#typedWake = () => resolve(undefined);
        await promise;
      }
    }
  }
}
