/** A few lines at the end of a terminal that are drawn anew over and over: what runs, and how it goes on. */
import type { Clock } from '../../base/clock.ts';

/** Ten pictures a second are as many as anybody sees. */
const LEAST_MS = 100;

export interface BoardOptions {
  readonly write: (text: string) => void;
  readonly clock: Pick<Clock, 'monotonic'>;
}

export class Board {
  readonly #write: (text: string) => void;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #height = 0;

  constructor({ write, clock }: BoardOptions) {
    this.#write = write;
    this.#clock = clock;
  }

  /** Draws the lines in the place of the last ones, unless those are fresh. No line may be wider than the terminal. */
  draw(lines: () => readonly string[]): void {
    const nowMs = this.#clock.monotonic();
    if (nowMs - this.#drawnMs < LEAST_MS) return;
    this.#drawnMs = nowMs;
    const next = lines();
    // Written at once and over the old ones, which are not cleared before: nothing flickers.
    this.#write(`${this.#toTop()}${next.map((line) => `${line}\u001b[K`).join('\n')}\u001b[J`);
    this.#height = next.length;
  }

  /** Takes the lines away, so that something else can be written there. */
  clear(): void {
    if (this.#height === 0) return;
    this.#write(`${this.#toTop()}\u001b[J`);
    this.#height = 0;
    this.#drawnMs = Number.NEGATIVE_INFINITY;
  }

  #toTop(): string {
    return this.#height > 1 ? `\r\u001b[${this.#height - 1}A` : this.#height === 1 ? '\r' : '';
  }
}
