/** Bytes that a caller writes, as they are sent: a write has ended when all of it has been taken. */
import type { ByteSource } from '../channel/byte-source.ts';
import type { TransferMode } from '../wire/mode.ts';
import { encodeNetascii } from '../wire/netascii.ts';

interface Piece {
  readonly bytes: Uint8Array;
  readonly taken: () => void;
}

export class WrittenSource implements ByteSource {
  readonly #mode: TransferMode;
  #piece: Piece | undefined;
  #offset = 0;
  #hasEnded = false;
  #isAbandoned = false;
  #wake: () => void = () => undefined;

  constructor(mode: TransferMode) {
    this.#mode = mode;
  }

  /** One after another: the one before must have ended. */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#isAbandoned) return Promise.resolve();
    return new Promise((taken) => {
      this.#piece = { bytes: this.#mode === 'netascii' ? encodeNetascii(bytes) : bytes, taken };
      this.#offset = 0;
      this.#wake();
    });
  }

  /** Nobody reads any more: no write waits for it. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#piece?.taken();
    this.#piece = undefined;
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#piece === undefined && !this.#hasEnded)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const piece = this.#piece;
    if (piece === undefined) return 0;
    const count = Math.min(into.length, piece.bytes.length - this.#offset);
    into.set(piece.bytes.subarray(this.#offset, this.#offset + count));
    this.#offset += count;
    if (this.#offset === piece.bytes.length) {
      this.#piece = undefined;
      piece.taken();
    }
    return count;
  }
}
