/** An upload under a quota: room is reserved before a byte is written, and the books are settled when it ends. */
import type { VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { CommitOptions, Entry, FileSystem, Upload } from '../file-system.ts';
import type { QuotaLedger } from './quota-ledger.ts';
import type { Turns } from './turns.ts';

/** A path holds no NUL, an owner may. */
export const keptKeyOf = (path: VirtualPath, owner: string): string => `${path}\0${owner}`;

export interface QuotaUploading {
  readonly files: FileSystem;
  readonly ledger: QuotaLedger;
  readonly turns: Turns;
  readonly path: VirtualPath;
  readonly owner: string | undefined;
  /** What the upload would replace; its bytes may be used again. */
  readonly replaced: Entry | undefined;
  /** The bytes that the upload began with. */
  readonly baseBytes: number;
}

export const fileBytes = (entry: Entry | undefined): number => (entry?.type === 'file' ? entry.sizeBytes : 0);

export class QuotaUpload implements Upload {
  readonly startBytes: number;
  readonly #upload: Upload;
  readonly #how: QuotaUploading;
  #sizeBytes: number;
  #reservedBytes = 0;
  #reservedFiles = 0;

  constructor(upload: Upload, how: QuotaUploading) {
    this.startBytes = upload.startBytes;
    this.#upload = upload;
    this.#how = how;
    this.#sizeBytes = how.baseBytes;
  }

  /** Reserves what the upload needs before its first byte. */
  async begin(): Promise<void> {
    if (this.#how.replaced === undefined) await this.#cover({ files: 1 });
    await this.#coverSize(fileBytes(this.#how.replaced));
  }

  async write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    // A nonsensical offset is for the file system to refuse.
    const end = positionBytes + bytes.length;
    if (Number.isSafeInteger(end)) {
      this.#sizeBytes = Math.max(this.#sizeBytes, end);
      await this.#coverSize(fileBytes(this.#how.replaced));
    }
    await this.#upload.write(bytes, positionBytes);
  }

  commit(options: CommitOptions = {}): Promise<Entry> {
    const { files, ledger, turns, path, owner } = this.#how;
    return turns.take([path], async () => {
      const before = await standing(files, path);
      // What was to be replaced may be gone, and its room taken by others.
      if (before === undefined && this.#reservedFiles === 0) await this.#cover({ files: 1 });
      await this.#coverSize(fileBytes(before));
      try {
        const entry = await this.#upload.commit(options);
        this.#releaseAll();
        ledger.changed({ bytes: entry.sizeBytes - fileBytes(before), files: before === undefined ? 1 : 0 });
        if (owner !== undefined) ledger.keep(keptKeyOf(path, owner), 0);
        return entry;
      } catch (error) {
        if (error instanceof FileError && error.kind === 'interrupted') await this.#countKept();
        throw error;
      }
    });
  }

  async keep(): Promise<void> {
    if (!this.#how.ledger.mayKeep) return this.discard();
    await this.#upload.keep();
    await this.#countKept();
  }

  async discard(): Promise<void> {
    await this.#upload.discard();
    this.#releaseAll();
  }

  async #countKept(): Promise<void> {
    const { files, ledger, path, owner } = this.#how;
    const size = owner === undefined ? 0 : ((await files.interruptedSize?.(path, owner)) ?? 0);
    this.#releaseAll();
    if (owner !== undefined) ledger.keep(keptKeyOf(path, owner), size);
  }

  /** Exactly what is missing: room reserved ahead would be refused to others who could use it. */
  async #coverSize(creditBytes: number): Promise<void> {
    const missing = this.#sizeBytes - creditBytes - this.#reservedBytes;
    if (missing <= 0) return;
    if (this.#how.ledger.tryReserve({ bytes: missing })) this.#reservedBytes += missing;
    else await this.#cover({ bytes: missing });
  }

  async #cover({ bytes = 0, files = 0 }: { readonly bytes?: number; readonly files?: number }): Promise<void> {
    // Counted before the wait, so that writes that overlap do not reserve the same twice.
    this.#reservedBytes += bytes;
    this.#reservedFiles += files;
    try {
      await this.#how.ledger.reserve(this.#how.path, { bytes, files });
    } catch (error) {
      this.#reservedBytes -= bytes;
      this.#reservedFiles -= files;
      throw error;
    }
  }

  #releaseAll(): void {
    this.#how.ledger.release({ bytes: this.#reservedBytes, files: this.#reservedFiles });
    this.#reservedBytes = 0;
    this.#reservedFiles = 0;
  }
}

/** What a path leads to; `undefined` when nothing is there or it may not be seen. */
export async function standing(
  files: FileSystem,
  path: VirtualPath,
  links: 'follow' | 'stay' = 'follow',
): Promise<Entry | undefined> {
  try {
    return await files.stat(path, { links });
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}
