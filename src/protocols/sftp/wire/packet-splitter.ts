/** Cuts what comes over a channel into packets. */
import { MalformedPacketError } from './field-reader.ts';

const LENGTH_BYTES = 4;

export class PacketSplitter {
  readonly #mostBytes: number;
  /** What has come of a packet, when it came in pieces: room for all of it, or the beginning of its length. */
  #partial: Buffer | undefined;
  #filled = 0;
  #length = Buffer.alloc(LENGTH_BYTES);
  #lengthFilled = 0;

  /** `mostBytes`: of one packet without its length, beyond which the peer is not understood. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** True in the middle of a packet. */
  get isPartial(): boolean {
    return this.#partial !== undefined || this.#lengthFilled > 0;
  }

  /**
   * The packets that are whole with this chunk, without their length, each beginning with its type. A packet that lies in
   * the chunk is a view of it. Throws a {@link MalformedPacketError} for a length that cannot be; nothing is understood
   * after that.
   */
  *split(chunk: Uint8Array): Generator<Uint8Array> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#partial === undefined) {
        const taken = Math.min(LENGTH_BYTES - this.#lengthFilled, chunk.length - at);
        this.#length.set(chunk.subarray(at, at + taken), this.#lengthFilled);
        this.#lengthFilled += taken;
        at += taken;
        if (this.#lengthFilled < LENGTH_BYTES) return;
        const length = this.#checked(this.#length.readUInt32BE(0));
        if (chunk.length - at >= length) {
          this.#lengthFilled = 0;
          yield chunk.subarray(at, at + length);
          at += length;
          continue;
        }
        this.#partial = Buffer.allocUnsafe(length);
        this.#filled = 0;
      }
      const partial = this.#partial;
      const taken = Math.min(partial.length - this.#filled, chunk.length - at);
      partial.set(chunk.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled < partial.length) return;
      this.#partial = undefined;
      this.#lengthFilled = 0;
      yield partial;
    }
  }

  #checked(length: number): number {
    if (length === 0) throw new MalformedPacketError('a packet is empty');
    if (length > this.#mostBytes)
      throw new MalformedPacketError(`a packet is ${length} bytes long, and ${this.#mostBytes} is the most`);
    return length;
  }
}
