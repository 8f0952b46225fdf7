/** Bytes kept of a stream: its beginning and its end, both bounded, whatever the stream's length. */

/** The first bytes of a stream. */
export class HeadWindow {
  readonly #limitBytes: number;
  #head: Buffer = Buffer.alloc(0);

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get bytes(): Buffer {
    return this.#head;
  }

  push(chunk: Uint8Array): void {
    const room = this.#limitBytes - this.#head.length;
    if (room > 0) this.#head = Buffer.concat([this.#head, chunk.subarray(0, room)]);
  }
}

/** The last bytes of a stream; those that are too old to be among them come out. */
export class TailWindow {
  readonly #limitBytes: number;
  #tail: Buffer = Buffer.alloc(0);

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get bytes(): Buffer {
    return this.#tail;
  }

  /** Takes a chunk and gives what left the window: no longer a secret of the end. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    const excess = Math.max(0, this.#tail.length + chunk.length - this.#limitBytes);
    const fromTail = Math.min(excess, this.#tail.length);
    const fromChunk = excess - fromTail;
    const out = [this.#tail.subarray(0, fromTail), chunk.subarray(0, fromChunk)];
    this.#tail = Buffer.concat([this.#tail.subarray(fromTail), chunk.subarray(fromChunk)]);
    return out.filter(({ length }) => length > 0);
  }
}
