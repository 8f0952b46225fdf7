/** A regular file on a local disk, open for reading. */
import { constants } from 'node:fs';
import { type VirtualPath, baseName } from '../../base/virtual-path.ts';
import type { CallOptions, Entry, FileReader } from '../file-system.ts';
import { Descriptor } from './descriptor.ts';
import { entryOf } from './entry.ts';
import type { Jail } from './jail.ts';
import { openRegular } from './open-regular.ts';
import { atTarget } from './walk.ts';

class LocalReader implements FileReader {
  readonly entry: Entry;
  readonly #file: Descriptor;

  constructor(entry: Entry, file: Descriptor) {
    this.entry = entry;
    this.#file = file;
  }

  get descriptor(): number {
    return this.#file.number;
  }

  read(into: Uint8Array, positionBytes: number): Promise<number> {
    return this.#file.read(into, positionBytes);
  }

  readNow(into: Uint8Array, positionBytes: number): number {
    return this.#file.readNow(into, positionBytes);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

export function openLocalReader(jail: Jail, path: VirtualPath, { guard }: CallOptions): FileReader {
  const errand = { guard, touch: 'use' } as const;
  const { descriptor, stats } = atTarget(jail, path, errand, (place) => openRegular(place, constants.O_RDONLY));
  return new LocalReader(entryOf(baseName(path), stats), new Descriptor(descriptor, path));
}
