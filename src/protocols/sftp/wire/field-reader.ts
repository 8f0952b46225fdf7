/** Reads the fields of one packet, and never past its end. */
import { decodeName } from '../../../base/name.ts';

/** The packet is not what its type promises. */
export class MalformedPacketError extends Error {
  override readonly name = 'MalformedPacketError';
}

const TWO_TO_32 = 2 ** 32;

export class FieldReader {
  readonly #bytes: Buffer;
  #at: number;

  /** `packet` begins with its type, as a {@link PacketSplitter} gives it; fields begin behind that. */
  constructor(packet: Uint8Array, fromBytes = 1) {
    this.#bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.length);
    this.#at = fromBytes;
  }

  get leftBytes(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    return this.#bytes[this.#take(1)] ?? 0;
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  /** Numbers beyond 2^53 lose their last digits: no file is that long. */
  uint64(): number {
    const high = this.uint32();
    return high * TWO_TO_32 + this.uint32();
  }

  /** A view of what was parsed, not a copy. */
  string(): Uint8Array {
    const length = this.uint32();
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** A name or a sentence; bytes that are not UTF-8 are lone surrogates. */
  text(): string {
    return decodeName(this.string());
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (bytes > this.leftBytes) throw new MalformedPacketError('the packet ends in the middle of a field');
    this.#at += bytes;
    return at;
  }
}
