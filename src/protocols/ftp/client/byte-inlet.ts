/** Bytes of a data connection as they are asked for, with a bound on what waits in memory. */
import type { Readable } from 'node:stream';

/** So much may come while the last bytes are being put away. */
const MOST_WAITING_BYTES = 1024 * 1024;

/** Reads from a stream into buffers of the caller's. One read at a time. */
export class ByteInlet {
  readonly #stream: Readable;
  readonly #chunks: Uint8Array[] = [];
  #waitingBytes = 0;
  /** How much of the first chunk has been taken. */
  #offset = 0;
  #ended = false;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(stream: Readable) {
    this.#stream = stream;
    // A connection without a byte may have ended before anybody listened.
    this.#ended = stream.readableEnded;
    if (stream.destroyed) this.#failure = stream.errored ?? new Error('the data connection was cut');
    stream.on('data', (chunk: Uint8Array) => {
      this.#chunks.push(chunk);
      this.#waitingBytes += chunk.length;
      if (this.#waitingBytes >= MOST_WAITING_BYTES) stream.pause();
      this.#wake();
    });
    stream.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    stream.on('error', (error) => {
      this.#failure ??= error;
      this.#wake();
    });
    stream.on('close', () => {
      if (!this.#ended) this.#failure ??= new Error('the data connection was cut');
      this.#wake();
    });
    stream.resume();
  }

  /** As many bytes as are there and fit; 0 when there are none now. */
  take(into: Uint8Array): number {
    let taken = 0;
    for (let chunk = this.#chunks[0]; chunk !== undefined && taken < into.length; chunk = this.#chunks[0]) {
      const count = Math.min(chunk.length - this.#offset, into.length - taken);
      into.set(
        this.#offset === 0 && count === chunk.length ? chunk : chunk.subarray(this.#offset, this.#offset + count),
        taken,
      );
      taken += count;
      this.#offset += count;
      if (this.#offset < chunk.length) break;
      this.#chunks.shift();
      this.#offset = 0;
    }
    this.#waitingBytes -= taken;
    if (this.#stream.isPaused() && this.#waitingBytes < MOST_WAITING_BYTES / 2) this.#stream.resume();
    return taken;
  }

  /** All has come and all has been taken. */
  get isAtEnd(): boolean {
    return this.#ended && this.#chunks.length === 0;
  }

  /** Why nothing more will come, once what came has been taken. */
  get failure(): Error | undefined {
    return this.#ended ? undefined : this.#failure;
  }

  /** Resolves when something has changed: bytes, the end, a failure. */
  news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
