/**
 * DATA packets ready to be sent: filled ahead of what is sent, and kept until they are acknowledged. They lie in one slab
 * that is used again and again, so that a transfer of any size takes the same memory.
 */
import { DATA_HEADER_BYTES, writeDataHeader } from '../wire/packet.ts';

/** Read ahead at least: enough that the disk is asked rarely. */
const LEAST_AHEAD_BYTES = 256 * 1024;
/** Small blocks are not read ahead by the thousand: each packet is an object. */
const MOST_AHEAD_FRAMES = 256;

export class FrameRing {
  readonly #blockBytes: number;
  readonly #slab: Buffer;
  readonly #frames: number;
  readonly #views: (Uint8Array | undefined)[] = [];
  /** The block that is being filled, and how far. */
  #block = 1;
  #filledBytes = 0;
  #last: number | undefined;
  #lastBytes = 0;
  readonly #fileBytes: number;

  /** `fileBytes`, where it is known: a small file needs no large slab, and all bytes of it are its end. */
  constructor(terms: { readonly blockBytes: number; readonly windowBlocks: number }, fileBytes = Infinity) {
    const { blockBytes, windowBlocks } = terms;
    const ahead = Math.min(MOST_AHEAD_FRAMES, Math.ceil(LEAST_AHEAD_BYTES / blockBytes));
    const needed = Math.floor(fileBytes / blockBytes) + 1;
    this.#blockBytes = blockBytes;
    this.#fileBytes = fileBytes;
    this.#frames = Math.min(needed, Math.max(2, ahead) + 2 * windowBlocks);
    this.#slab = Buffer.allocUnsafe(this.#frames * this.#stride);
  }

  get #stride(): number {
    return this.#blockBytes + DATA_HEADER_BYTES;
  }

  /** Whole blocks that are there, the last one included. */
  get available(): number {
    return this.#block - 1;
  }

  /** The last block of the file, once it is known. */
  get last(): number | undefined {
    return this.#last;
  }

  /** Bytes of the blocks up to this one. */
  bytesUpTo(block: number): number {
    return block === this.#last ? (block - 1) * this.#blockBytes + this.#lastBytes : block * this.#blockBytes;
  }

  /** How many bytes can be added while the blocks from `firstKept` on may still be asked for. */
  roomBytes(firstKept: number): number {
    if (this.#last !== undefined) return 0;
    return (firstKept + this.#frames - this.#block) * this.#blockBytes - this.#filledBytes;
  }

  get #addedBytes(): number {
    return this.available * this.#blockBytes + this.#filledBytes;
  }

  /** Whether a good part of the slab can be filled at once, or all that is left of the file. */
  wantsMore(firstKept: number): boolean {
    const room = this.roomBytes(firstKept);
    if (room === 0) return false;
    return room >= (this.#frames * this.#blockBytes) >> 1 || room > this.#fileBytes - this.#addedBytes;
  }

  /** Adds what fits: no more than {@link roomBytes}. */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const count = Math.min(this.#blockBytes - this.#filledBytes, bytes.length - at);
      this.#slab.set(bytes.subarray(at, at + count), this.#start(this.#block) + DATA_HEADER_BYTES + this.#filledBytes);
      at += count;
      this.#filledBytes += count;
      if (this.#filledBytes === this.#blockBytes) this.#next();
    }
    if (this.#last === undefined && this.#addedBytes === this.#fileBytes) this.end();
  }

  /** No more bytes come: what has been begun is the last block, and it may be empty (RFC 1350 §6). */
  end(): void {
    this.#lastBytes = this.#filledBytes;
    this.#last = this.#block;
    this.#next();
  }

  /** The packet of a block that is there, with this number on the wire. */
  frame(block: number, wire: number): Uint8Array {
    const index = (block - 1) % this.#frames;
    const whole = (this.#views[index] ??= this.#slab.subarray(index * this.#stride, (index + 1) * this.#stride));
    writeDataHeader(whole, wire);
    return block === this.#last ? whole.subarray(0, DATA_HEADER_BYTES + this.#lastBytes) : whole;
  }

  #start(block: number): number {
    return ((block - 1) % this.#frames) * this.#stride;
  }

  #next(): void {
    this.#block += 1;
    this.#filledBytes = 0;
  }
}
