/** Reads on the event loop while that is quick, off it while the disk is slow. */
import type { FileReader } from './file-system.ts';

/** A read that takes longer came from a slow disk; the next ones are made off the loop, so that nobody else waits. */
const SLOW_READ_MS = 2;
const READS_OFF_LOOP = 16;

/** A reader of pages that mostly lie in memory: handing each read to another thread would cost more than the read. */
export class PromptReads {
  readonly #reader: FileReader;
  readonly #clock: { monotonic(): number };
  #offLoop = 0;

  constructor(reader: FileReader, clock: { monotonic(): number }) {
    this.#reader = reader;
    this.#clock = clock;
  }

  /** As `read` of a reader; at once where that is quick. */
  read(into: Uint8Array, positionBytes: number): number | Promise<number> {
    if (this.#reader.readNow === undefined || this.#offLoop > 0) {
      this.#offLoop -= 1;
      return this.#reader.read(into, positionBytes);
    }
    const beganMs = this.#clock.monotonic();
    const count = this.#reader.readNow(into, positionBytes);
    if (this.#clock.monotonic() - beganMs > SLOW_READ_MS) this.#offLoop = READS_OFF_LOOP;
    return count;
  }
}
