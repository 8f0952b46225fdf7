/** What has come from a peer and nobody has read: bounded, because whoever fills it is held back. */

export interface QueueGates {
  /** More waits than the bound. */
  readonly hold: () => void;
  /** There is room again. */
  readonly release: () => void;
}

/** Bytes that wait; beyond, the peer is held back. What it had sent by then still comes in. */
const MOST_WAITING_BYTES = 64 * 1024;
/** The same for pieces: one of a single byte takes a hundred times its size. */
const MOST_PIECES = 1_024;

/**
 * Each loop over it reads on where the last one stopped: a login may read some lines and leave the rest to a shell. A piece
 * goes to one reader only.
 */
export class InputQueue implements AsyncIterable<Uint8Array> {
  readonly #gates: QueueGates;
  readonly #pieces: Uint8Array[] = [];
  #waitingBytes = 0;
  #isHeld = false;
  #ended = false;
  #news: PromiseWithResolvers<undefined> | undefined;

  constructor(gates: QueueGates) {
    this.#gates = gates;
  }

  push(piece: Uint8Array): void {
    if (this.#ended || piece.length === 0) return;
    this.#pieces.push(piece);
    this.#waitingBytes += piece.length;
    if (!this.#isHeld && this.#isFuller(1)) {
      this.#isHeld = true;
      this.#gates.hold();
    }
    this.#tell();
  }

  /** Nothing more comes; what waits is still read. */
  end(): void {
    this.#ended = true;
    this.#tell();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return { next: () => this.#next() };
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        this.#took(piece);
        return { done: false, value: piece };
      }
      if (this.#ended) return { done: true, value: undefined };
      this.#news ??= Promise.withResolvers();
      await this.#news.promise;
    }
  }

  #took(piece: Uint8Array): void {
    this.#waitingBytes -= piece.length;
    if (!this.#isHeld || this.#isFuller(0.5)) return;
    this.#isHeld = false;
    this.#gates.release();
  }

  /** Than this part of what it may hold. */
  #isFuller(part: number): boolean {
    return this.#waitingBytes > MOST_WAITING_BYTES * part || this.#pieces.length > MOST_PIECES * part;
  }

  #tell(): void {
    this.#news?.resolve(undefined);
    this.#news = undefined;
  }
}
