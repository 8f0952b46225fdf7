/** A regular file on a local disk, open in place for reads and writes at any offset. */
import { constants, openSync, type Stats } from 'node:fs';
import { type VirtualPath, baseName } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { Attributes, Entry, OpenAtOptions, OpenFile, Touch } from '../file-system.ts';
import { changeOpen } from './attributes.ts';
import { Descriptor } from './descriptor.ts';
import { entryOf } from './entry.ts';
import { translated, unless } from './errno.ts';
import type { Jail } from './jail.ts';
import { openRegular } from './open-regular.ts';
import { soon } from './soon.ts';
import { LINK, type Place, atName, atTarget } from './walk.ts';

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC } = constants;
const ACCESS = { read: O_RDONLY, write: O_WRONLY, 'read-write': O_RDWR } as const;
/** A file that is removed and made again between two looks is looked for again this often. */
const TRIES = 10;

class LocalOpenFile implements OpenFile {
  readonly #path: VirtualPath;
  readonly #file: Descriptor;
  readonly #access: OpenAtOptions['access'];

  constructor(path: VirtualPath, descriptor: number, access: OpenAtOptions['access']) {
    this.#path = path;
    this.#file = new Descriptor(descriptor, path);
    this.#access = access;
  }

  get descriptor(): number {
    return this.#file.number;
  }

  stat(): Promise<Entry> {
    return soon(undefined, () => entryOf(baseName(this.#path), this.#file.stats()));
  }

  async read(into: Uint8Array, positionBytes: number): Promise<number> {
    if (this.#access === 'write') throw new FileError('denied', this.#path);
    return this.#file.read(into, positionBytes);
  }

  async write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    if (this.#access === 'read') throw new FileError('denied', this.#path);
    return this.#file.write(bytes, positionBytes);
  }

  async setAttributes(attributes: Attributes): Promise<void> {
    if (attributes.sizeBytes !== undefined && this.#access === 'read') throw new FileError('denied', this.#path);
    const stats = this.#file.stats();
    translated(this.#path, () => changeOpen(this.#file.number, stats, attributes));
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Makes the file anew; `undefined` when something stands there. Never follows a link and never opens what it did not make. */
const create = ({ directory, name }: Place, flags: number, mode: number): number | undefined =>
  unless(['EEXIST'], () => openSync(directory.pathOf(name), flags | O_CREAT | O_EXCL, mode));

function openOrCreate(place: Place, flags: number, mode: number): number | typeof LINK {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const found = unless(['ENOENT'], () => openRegular(place, flags));
    if (found === LINK) return LINK;
    const descriptor = found?.descriptor ?? create(place, flags, mode);
    if (descriptor !== undefined) return descriptor;
  }
  throw new FileError('busy', place.name);
}

function openExisting(place: Place, flags: number): number | typeof LINK {
  const found = openRegular(place, flags);
  return found === LINK ? LINK : found.descriptor;
}

const useOrMake = (standing: Stats | undefined): Touch => (standing === undefined ? 'make' : 'use');

export function openLocalFile(jail: Jail, path: VirtualPath, options: OpenAtOptions): OpenFile {
  const { access, create: creation = 'never', mode = 0o666, guard } = options;
  const flags = ACCESS[access] | (options.truncate === true && access !== 'read' ? O_TRUNC : 0);
  const open = (): number => {
    if (creation === 'never')
      return atTarget(jail, path, { guard, touch: 'use' }, (place) => openExisting(place, flags));
    if (creation === 'if-missing')
      return atTarget(jail, path, { guard, touch: useOrMake }, (place) => openOrCreate(place, flags, mode));
    const make = (place: Place): number | undefined => (place.name === '' ? undefined : create(place, flags, mode));
    const made = atName(jail, path, { guard, touch: 'make' }, make);
    if (made === undefined) throw new FileError('exists', path);
    return made;
  };
  return new LocalOpenFile(path, open(), access);
}
