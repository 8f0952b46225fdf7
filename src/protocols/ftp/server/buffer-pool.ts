/**
 * Buffers for transfers, used again and again: large ones while few transfers run, small ones when many do, so that
 * memory stays bounded whatever clients do.
 */

const SMALL_BYTES = 64 * 1024;
/** Buffers kept for the next transfer; the rest is left to the garbage collector. */
const KEPT = 16;

export class BufferPool {
  readonly #largeBytes: number;
  readonly #budgetBytes: number;
  readonly #free: Buffer[] = [];
  #lentBytes = 0;

  /** Lends buffers of `largeBytes` until `budgetBytes` are out, then of 64 KiB. */
  constructor(largeBytes: number, budgetBytes: number) {
    this.#largeBytes = largeBytes;
    this.#budgetBytes = budgetBytes;
  }

  take(): Buffer {
    const large = this.#lentBytes + this.#largeBytes <= this.#budgetBytes;
    const buffer = large
      ? (this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#largeBytes))
      : Buffer.allocUnsafeSlow(SMALL_BYTES);
    this.#lentBytes += buffer.length;
    return buffer;
  }

  /** Takes a buffer back. The lender must be sure that nobody reads or writes it any more. */
  give(buffer: Buffer): void {
    this.#lentBytes -= buffer.length;
    if (buffer.length === this.#largeBytes && this.#free.length < KEPT) this.#free.push(buffer);
  }
}

/** One pool for each direction, because their buffers differ in size. */
export interface TransferBuffers {
  readonly sending: BufferPool;
  readonly receiving: BufferPool;
}
