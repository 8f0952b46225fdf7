/** Reads a tar archive as it comes: entries and their bytes, never more than a header in memory. */
import { FileError } from '../../files/error.ts';
import { readTarHeader, paddingOf, TAR_BLOCK_BYTES, type TarEntry } from './tar-header.ts';

/** An entry, and after a file's entry its content in one or more pieces. */
export type TarPart =
  | { readonly part: 'entry'; readonly entry: TarEntry }
  | { readonly part: 'content'; readonly entry: TarEntry; readonly bytes: Uint8Array };

export interface TarBounds {
  /** 4,096 unless told: the tar files of switches have some hundred. */
  readonly maxEntries?: number;
  /** Of all contents together; no bound unless told. */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_ENTRIES = 4096;

/** What is left of a stream, taken by number of bytes. */
class ByteSource implements AsyncDisposable {
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#chunks = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  }

  /** At least one byte and at most so many; `undefined` at the end. */
  async some(maxBytes: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return undefined;
      this.#rest = next.value;
    }
    const taken = this.#rest.subarray(0, maxBytes);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  /** Exactly a block; `undefined` when the stream ends before. */
  async block(): Promise<Buffer | undefined> {
    const block = Buffer.alloc(TAR_BLOCK_BYTES);
    for (let filled = 0; filled < block.length;) {
      const some = await this.some(block.length - filled);
      if (some === undefined) return undefined;
      block.set(some, filled);
      filled += some.length;
    }
    return block;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chunks.return?.();
  }
}

const cut = (path: string): FileError =>
  new FileError('integrity', `/${path}`, { detail: 'the archive ends in the middle; it was cut' });

/** Counts what comes, and refuses too much of it. */
class Tally {
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  #entries = 0;
  #bytes = 0;

  constructor({ maxEntries = DEFAULT_MAX_ENTRIES, maxBytes = Infinity }: TarBounds) {
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  add({ path, sizeBytes }: TarEntry): void {
    this.#entries += 1;
    this.#bytes += sizeBytes;
    if (this.#entries > this.#maxEntries)
      throw new FileError('limit', `/${path}`, { detail: `the archive has more than ${this.#maxEntries} entries` });
    if (this.#bytes > this.#maxBytes)
      throw new FileError('limit', `/${path}`, { detail: `the archive holds more than ${this.#maxBytes} bytes` });
  }
}

/** The next entry; `undefined` at the archive's end. */
async function nextEntry(source: ByteSource): Promise<TarEntry | undefined> {
  const block = await source.block();
  if (block === undefined) throw cut('');
  const header = readTarHeader(block);
  if (header.is === 'end') return undefined;
  if (header.is === 'entry') return header.entry;
  throw new FileError(header.is === 'unsafe' ? 'unsafe' : 'integrity', '/', { detail: header.reason });
}

async function* contentOf(source: ByteSource, entry: TarEntry): AsyncGenerator<TarPart, void> {
  for (let left = entry.sizeBytes; left > 0;) {
    const bytes = await source.some(left);
    if (bytes === undefined) throw cut(entry.path);
    left -= bytes.length;
    yield { part: 'content', entry, bytes };
  }
  for (let left = paddingOf(entry.sizeBytes); left > 0;) {
    const padding = await source.some(left);
    if (padding === undefined) throw cut(entry.path);
    left -= padding.length;
  }
}

/**
 * Reads an archive up to its end block; what comes behind stays unread.
 * Throws a `FileError`: `integrity` when it is damaged or cut, `unsafe` for names that lead elsewhere and for links,
 * `limit` beyond the bounds.
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  bounds: TarBounds = {},
): AsyncGenerator<TarPart, void> {
  await using source = new ByteSource(chunks);
  const tally = new Tally(bounds);
  for (let entry = await nextEntry(source); entry !== undefined; entry = await nextEntry(source)) {
    tally.add(entry);
    yield { part: 'entry', entry };
    yield* contentOf(source, entry);
  }
}
