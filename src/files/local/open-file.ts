/** A file opened in place for reads and writes at any offset. */
import { closeSync, constants, fchmodSync, fchownSync, fstatSync, ftruncateSync, futimesSync, openSync } from 'node:fs';
import { baseName, type VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { Attributes, Entry, OpenAtOptions, OpenFile } from '../file-system.ts';
import { closeDescriptor, readAt, syncDescriptor, writeAt } from './descriptor.ts';
import { entryOf, mustBeRegular } from './entry.ts';
import { calling, codeOf } from './errno.ts';
import type { Jail, Place } from './jail.ts';
import { openRegular } from './reader.ts';
import { setTimes } from './times.ts';

const ACCESS = { read: constants.O_RDONLY, write: constants.O_WRONLY, 'read-write': constants.O_RDWR } as const;

export function openLocalFile(jail: Jail, path: VirtualPath, options: OpenAtOptions): OpenFile {
  const access = ACCESS[options.access];
  const { create = 'never', truncate = false } = options;
  const fd = create === 'never' ? undefined : createMissing(jail, path, access, options);
  return new LocalFile(path, fd ?? openRegular(jail, path, truncate ? access | constants.O_TRUNC : access).fd);
}

/** The descriptor of a new file; `undefined` when something stands there already and may. */

function createMissing(
  jail: Jail,
  path: VirtualPath,
  access: number,
  { create, mode = 0o666 }: OpenAtOptions,
): number | undefined {
  using place = jail.place(path, 'follow');
  if (place.stats !== undefined && create === 'must-be-new') throw new FileError('exists', path);
  if (place.stats !== undefined) return undefined;
  return calling(path, () => openNew(place, access, mode));
}

function openNew(place: Place, access: number, mode: number): number | undefined {
  try {
    return openSync(place.at, access | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, mode);
  } catch (error) {
    // Somebody was quicker: then it is opened like any other.
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  }
}

class LocalFile implements OpenFile {
  readonly descriptor: number;
  readonly #path: VirtualPath;
  #running = 0;
  #open = true;

  constructor(path: VirtualPath, fd: number) {
    this.#path = path;
    this.descriptor = fd;
  }

  stat(): Promise<Entry> {
    return this.#use(() => Promise.resolve(entryOf(baseName(this.#path), fstatSync(this.descriptor))));
  }

  read(into: Uint8Array, positionBytes: number): Promise<number> {
    return this.#use(() => readAt(this.descriptor, into, positionBytes, this.#path));
  }

  write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    return this.#use(() => writeAt(this.descriptor, bytes, positionBytes, this.#path));
  }

  setAttributes(attributes: Attributes): Promise<void> {
    return this.#use(async () => calling(this.#path, () => setOnDescriptor(this.descriptor, attributes, this.#path)));
  }

  sync(): Promise<void> {
    return this.#use(() => syncDescriptor(this.descriptor));
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    if (this.#running === 0) await closeDescriptor(this.descriptor);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The descriptor is closed behind the last call that runs. */
  async #use<T>(run: () => Promise<T>): Promise<T> {
    if (!this.#open) throw new Error(`${this.#path} is used after its close`);
    this.#running += 1;
    try {
      return await run();
    } finally {
      this.#running -= 1;
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it may have been closed while `run` ran
      if (!this.#open && this.#running === 0) closeSync(this.descriptor);
    }
  }
}

/** Changes attributes of an open file. Truncation first: it changes times. */
function setOnDescriptor(fd: number, attributes: Attributes, path: string): void {
  const { sizeBytes, mode, ownerId, groupId } = attributes;
  if (attributes.createdMs !== undefined) throw new FileError('unsupported', path);
  const stats = fstatSync(fd);
  if (sizeBytes !== undefined) {
    mustBeRegular(stats, path);
    ftruncateSync(fd, sizeBytes);
  }
  if (ownerId !== undefined || groupId !== undefined) fchownSync(fd, ownerId ?? stats.uid, groupId ?? stats.gid);
  if (mode !== undefined) fchmodSync(fd, mode);
  setTimes(
    { set: (accessed, modified) => futimesSync(fd, accessed, modified), look: () => fstatSync(fd) },
    attributes,
    path,
  );
}
