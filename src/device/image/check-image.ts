/** Whether an image is whole: what it says of itself against what it is. */
import { createHash } from 'node:crypto';
import { HeadWindow, TailWindow } from './byte-window.ts';
import { announcedSize, readTrailer, TRAILER_BYTES } from './image-trailer.ts';
import { HEAD_BYTES } from './image-head.ts';
import { MarkerScanner } from './marker-scanner.ts';
import { isTar } from './tar-header.ts';

/** `unsigned` are files that carry no digest which we could check: real images, and whatever is none. */
export type ImageState = 'whole' | 'damaged' | 'cut' | 'unsigned';

export interface ImageVerdict {
  readonly state: ImageState;
  readonly sizeBytes: number;
  /** The size that it should have, where it says so. */
  readonly announcedBytes?: number;
  /** The SHA-512 that it carries, in hexadecimal. */
  readonly embedded?: string;
  /** The SHA-512 of what the embedded one is of, or of all bytes where there is none. */
  readonly computed: string;
}

/** A check that is fed: memory is a few kilobytes, whatever the size. */
export class ImageCheck {
  readonly #hash = createHash('sha512');
  readonly #head = new HeadWindow(HEAD_BYTES);
  readonly #tail = new TailWindow(TRAILER_BYTES);
  #sizeBytes = 0;

  push(chunk: Uint8Array): void {
    this.#sizeBytes += chunk.length;
    this.#head.push(chunk);
    for (const part of this.#tail.push(chunk)) this.#hash.update(part);
  }

  /** The verdict, once: after the last chunk. */
  finish(): ImageVerdict {
    const trailer = readTrailer(this.#tail.bytes);
    if (trailer === undefined) this.#hash.update(this.#tail.bytes);
    const [sizeBytes, computed, announcedBytes] = [this.#sizeBytes, this.#hash.digest('hex'), this.#announced()];
    const facts = { sizeBytes, computed, ...(announcedBytes !== undefined && { announcedBytes }) };
    if (trailer === undefined) return { ...facts, state: stateWithoutTrailer(sizeBytes, announcedBytes) };
    const isWhole = trailer.sha512 === computed && trailer.sizeBytes === sizeBytes;
    return { ...facts, state: isWhole ? 'whole' : 'damaged', embedded: trailer.sha512 };
  }

  #announced(): number | undefined {
    // A tar file may begin with an image that announces itself, and not the archive.
    if (isTar(this.#head.bytes)) return undefined;
    const scanner = new MarkerScanner();
    scanner.push(this.#head.bytes);
    return announcedSize(scanner.markers.values.get('PORTCALL'));
  }
}

function stateWithoutTrailer(sizeBytes: number, announcedBytes: number | undefined): ImageState {
  if (announcedBytes === undefined) return 'unsigned';
  return sizeBytes < announcedBytes ? 'cut' : 'damaged';
}

/** Reads a stream to its end. Rejects only as the stream does. */
export async function checkImage(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<ImageVerdict> {
  const check = new ImageCheck();
  for await (const chunk of chunks) check.push(chunk);
  return check.finish();
}
