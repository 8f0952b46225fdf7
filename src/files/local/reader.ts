/** A regular file opened for reading. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { Entry, FileReader } from '../file-system.ts';
import { readAt } from './descriptor.ts';
import { entryOf, mustBeRegular } from './entry.ts';
import { calling } from './errno.ts';
import type { Jail } from './jail.ts';

/** Opens the inode that was looked at, which was a regular file: no FIFO blocks, no device notices. */
export function openRegular(
  jail: Jail,
  path: VirtualPath,
  flags: number,
): { readonly fd: number; readonly entry: Entry } {
  using place = jail.place(path, 'follow');
  if (place.stats === undefined) throw new FileError('not-found', path);
  using held = jail.hold(place, path);
  mustBeRegular(held.stats, path);
  const fd = calling(path, () => openSync(held.path, flags | constants.O_NONBLOCK));
  try {
    jail.confirm(fd, place, path);
    return { fd, entry: entryOf(place.name, held.stats) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

export class LocalReader implements FileReader {
  readonly entry: Entry;
  readonly descriptor: number;
  readonly #path: VirtualPath;
  #open = true;
  /** Reads that run: the descriptor is closed behind them, so that its number is not somebody else's by then. */
  #reading = 0;

  constructor(jail: Jail, path: VirtualPath) {
    const { fd, entry } = openRegular(jail, path, constants.O_RDONLY);
    this.descriptor = fd;
    this.entry = entry;
    this.#path = path;
  }

  async read(into: Uint8Array, positionBytes: number): Promise<number> {
    this.#mustBeOpen();
    this.#reading += 1;
    try {
      return await readAt(this.descriptor, into, positionBytes, this.#path);
    } finally {
      this.#reading -= 1;
      this.#closeWhenUnused();
    }
  }

  readNow(into: Uint8Array, positionBytes: number): number {
    this.#mustBeOpen();
    return calling(this.#path, () => readSync(this.descriptor, into, 0, into.length, positionBytes));
  }

  close(): Promise<void> {
    if (this.#open) {
      this.#open = false;
      this.#closeWhenUnused();
    }
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #mustBeOpen(): void {
    if (!this.#open) throw new Error(`a read of ${this.#path} after its close`);
  }

  #closeWhenUnused(): void {
    if (!this.#open && this.#reading === 0) closeSync(this.descriptor);
  }
}
