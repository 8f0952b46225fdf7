/** Builds one packet: `uint32 length, byte type`, then fields one behind the other (draft-ietf-secsh-filexfer-02 §3). */
import { encodeName } from '../../../base/name.ts';
import { HEADER_BYTES } from './numbers.ts';

const TWO_TO_32 = 2 ** 32;

export class PacketWriter {
  #bytes: Buffer;
  #length = HEADER_BYTES;

  /** `roomBytes`: about how long the fields will be; more is made when they are longer. */
  constructor(type: number, roomBytes = 123) {
    this.#bytes = Buffer.allocUnsafe(HEADER_BYTES + roomBytes);
    this.#bytes[4] = type;
  }

  byte(value: number): this {
    const at = this.#take(1);
    this.#bytes[at] = value;
    return this;
  }

  uint32(value: number): this {
    const at = this.#take(4);
    this.#bytes.writeUInt32BE(value >>> 0, at);
    return this;
  }

  /** A whole number up to 2^53. */
  uint64(value: number): this {
    return this.uint32(Math.floor(value / TWO_TO_32)).uint32(value % TWO_TO_32);
  }

  /** `string` of the draft: any bytes behind their length. */
  string(bytes: Uint8Array): this {
    this.uint32(bytes.length);
    const at = this.#take(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** A name or a sentence, as its bytes. */
  text(text: string): this {
    return this.string(encodeName(text));
  }

  /** What others have built, without a length of its own. */
  raw(bytes: Uint8Array): this {
    const at = this.#take(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  get lengthBytes(): number {
    return this.#length;
  }

  /** The whole packet. Nothing may be written behind it. */
  finish(): Uint8Array {
    this.#bytes.writeUInt32BE(this.#length - 4, 0);
    return this.#bytes.subarray(0, this.#length);
  }

  #take(bytes: number): number {
    const at = this.#length;
    this.#length += bytes;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    return at;
  }
}
