/** Tar archives on a device: what is in one, and its files laid out in a volume. */
import { resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import { FileError, type FileReader, type Upload } from '../../files/index.ts';
import { readTar } from '../image/read-tar.ts';
import type { TarEntry } from '../image/tar-header.ts';
import { removeTree, type Spot, standing, type Volume } from '../state/volumes.ts';

const CHUNK_BYTES = 64 * 1024;

/** A file from its beginning to its end. */
export async function* wholeFile(reader: Pick<FileReader, 'read'>): AsyncGenerator<Uint8Array> {
  for (let position = 0; ;) {
    const buffer = new Uint8Array(CHUNK_BYTES);
    const count = await reader.read(buffer, position);
    if (count === 0) return;
    position += count;
    yield buffer.subarray(0, count);
  }
}

export interface Extraction {
  readonly into: Spot;
  /** Which entries are wanted. */
  readonly wants: (entry: TarEntry) => boolean;
  /** Called before an entry is written. */
  readonly began: (entry: TarEntry) => Promise<void>;
  /** Called with the whole content of `info` at the root of the archive; what it throws ends the extraction. */
  readonly informed?: (text: string) => Promise<void>;
}

const isThere = (error: unknown): boolean => error instanceof FileError && error.kind === 'exists';

async function makeDirectory({ files }: Volume, path: VirtualPath): Promise<void> {
  await files.makeDirectory(path).catch((error: unknown) => {
    if (!isThere(error)) throw error;
  });
}

class Extractor {
  readonly #extraction: Extraction;
  #upload: Upload | undefined;
  #position = 0;
  #info = '';
  #atInfo = false;

  constructor(extraction: Extraction) {
    this.#extraction = extraction;
  }

  async begin(entry: TarEntry): Promise<void> {
    await this.finish();
    const { into, wants, began, informed } = this.#extraction;
    this.#atInfo = informed !== undefined && entry.path === 'info';
    if (this.#atInfo || !wants(entry)) return;
    await began(entry);
    const path = resolvePath(into.path, entry.path);
    if (path === undefined) throw new FileError('bad-name', into.path);
    if (entry.kind === 'directory') await makeDirectory(into.volume, path);
    else this.#upload = await into.volume.files.openUpload(path, { sizeBytes: entry.sizeBytes });
  }

  async take(bytes: Uint8Array): Promise<void> {
    if (this.#atInfo) this.#info += Buffer.from(bytes).toString('latin1');
    await this.#upload?.write(bytes, this.#position);
    this.#position += bytes.length;
  }

  async finish(): Promise<void> {
    if (this.#atInfo) {
      this.#atInfo = false;
      await this.#extraction.informed?.(this.#info);
    }
    await this.#upload?.commit();
    this.#upload = undefined;
    this.#position = 0;
  }

  async giveUp(): Promise<void> {
    await this.#upload?.discard();
  }
}

/** Lays out an archive. Throws a `FileError` for one that is damaged or cut, and for a full volume; what was laid out stays. */
export async function extractTar(chunks: AsyncIterable<Uint8Array>, extraction: Extraction): Promise<void> {
  if (extraction.into.path !== ROOT) await makeDirectory(extraction.into.volume, extraction.into.path);
  const extractor = new Extractor(extraction);
  try {
    for await (const each of readTar(chunks)) {
      if (each.part === 'entry') await extractor.begin(each.entry);
      else await extractor.take(each.bytes);
    }
    await extractor.finish();
  } catch (error) {
    await extractor.giveUp();
    throw error;
  }
}

/** Takes a directory away, if there is one. */
export async function removeFolder(spot: Spot): Promise<void> {
  const entry = await standing(spot);
  if (entry?.type === 'directory') await removeTree(spot.volume.files, spot.path);
  else if (entry !== undefined) await spot.volume.files.remove(spot.path);
}

async function copyFile(from: Spot, to: Spot): Promise<void> {
  await using reader = await from.volume.files.openReader(from.path);
  const upload = await to.volume.files.openUpload(to.path, { sizeBytes: reader.entry.sizeBytes });
  try {
    let position = 0;
    for await (const piece of wholeFile(reader)) {
      await upload.write(piece, position);
      position += piece.length;
    }
    await upload.commit();
  } catch (error) {
    await upload.discard();
    throw error;
  }
}

/** Copies a directory with all that is in it: from one member of a stack to another. */
export async function copyFolder(from: Spot, to: Spot): Promise<void> {
  await makeDirectory(to.volume, to.path);
  for await (const batch of from.volume.files.list(from.path))
    for (const { name, type } of batch) {
      const [source, target] = [resolvePath(from.path, name), resolvePath(to.path, name)];
      if (source === undefined || target === undefined) continue;
      const ends = [
        { ...from, path: source },
        { ...to, path: target },
      ] as const;
      if (type === 'directory') await copyFolder(...ends);
      else await copyFile(...ends);
    }
}
