/** How far a copy is: counted with every write, told ten times a second at most, without a timer. */
import type { Clock } from '../../base/clock.ts';

const TELL_EVERY_MS = 100;
/** The rate is that of so long. */
const WINDOW_MS = 3_000;

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

export interface ProgressOptions {
  readonly clock: Clock;
  readonly startBytes: number;
  readonly tell: (bytes: number, bytesPerSecond: number) => void;
}

export class Progress {
  readonly #options: ProgressOptions;
  /** One for each event of the last seconds, so never many. */
  readonly #samples: Sample[];
  #bytes: number;
  #toldMs: number;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#bytes = options.startBytes;
    this.#toldMs = options.clock.monotonic();
    this.#samples = [{ atMs: this.#toldMs, bytes: options.startBytes }];
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    const atMs = this.#options.clock.monotonic();
    if (atMs - this.#toldMs < TELL_EVERY_MS) return;
    this.#toldMs = atMs;
    this.#samples.push({ atMs, bytes: this.#bytes });
    while (this.#samples.length > 2 && atMs - (this.#samples[0]?.atMs ?? atMs) > WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0] ?? { atMs, bytes: this.#bytes };
    const passedMs = Math.max(1, atMs - first.atMs);
    this.#options.tell(this.#bytes, Math.round(((this.#bytes - first.bytes) * 1000) / passedMs));
  }
}
