/** Lists a directory on a local disk: streamed, in slices, with memory that does not grow with the directory. */
import { type Dir, lstatSync, opendirSync } from 'node:fs';
import { decodeName } from '../../base/name.ts';
import type { VirtualPath } from '../../base/virtual-path.ts';
import type { CallOptions, Entry, Guard } from '../file-system.ts';
import { entryOf, linkEntry } from './entry.ts';
import { translated, unless } from './errno.ts';
import type { Directory, Jail } from './jail.ts';
import { isReserved } from './reserved-name.ts';
import { Slicer } from './slice.ts';
import { LINK, type Place, atTarget } from './walk.ts';

/** The first batch leaves early, so that the client sees its first line at once. */
const FIRST_BATCH = 64;
const FULL_BATCH = 512;
/** Entries asked of the kernel at once. */
const READ_AHEAD = 1024;

/** Latin-1 gives each byte as one character, and pure ASCII, the common case, needs no more. */
const ASCII = /^[\x00-\x7f]*$/;
const nameOf = (latin1: string): string => (ASCII.test(latin1) ? latin1 : decodeName(Buffer.from(latin1, 'latin1')));

/** Every name in a held directory, ours too. The stream is closed also when the consumer stops early. */
export function* namesIn(directory: Directory): Generator<string, void, undefined> {
  const stream: Dir = opendirSync(directory.pathOf(''), { bufferSize: READ_AHEAD, encoding: 'latin1' });
  try {
    for (let next = stream.readSync(); next !== null; next = stream.readSync()) yield nameOf(next.name);
  } finally {
    stream.closeSync();
  }
}

/** A held directory, and how many steps it is below the root: so much may a link in it go up. */
type HeldPlace = Pick<Place, 'directory' | 'depth'>;

/** `undefined` for an entry that vanished since its name was read. */
function lookAt({ directory, depth }: HeldPlace, name: string, realRoot: string): Entry | undefined {
  const stats = lstatSync(directory.pathOf(name), { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const entry = entryOf(name, stats);
  if (entry.type !== 'symlink') return entry;
  return unless(['ENOENT', 'EINVAL'], () => linkEntry(entry, { directory, name, depth }, realRoot));
}

/** The directory behind a path, held until it is closed. */
function holdDirectory(jail: Jail, path: VirtualPath, guard: Guard | undefined): HeldPlace {
  return atTarget<HeldPlace>(jail, path, { guard, touch: 'use' }, ({ directory, name, depth }, walk) => {
    if (name === '') return { directory: walk.release(), depth };
    const entered = directory.enter(name);
    return entered === undefined ? LINK : { directory: entered, depth: depth + 1 };
  });
}

/** One walk over an open directory, handing out a batch at a time. */
class Listing {
  readonly #held: HeldPlace;
  readonly #names: Generator<string, void, undefined>;
  readonly #realRoot: string;
  #limit = FIRST_BATCH;
  #ended = false;

  constructor(jail: Jail, path: VirtualPath, guard: Guard | undefined) {
    this.#realRoot = jail.realRoot;
    this.#held = holdDirectory(jail, path, guard);
    this.#names = namesIn(this.#held.directory);
  }

  hasMore(): boolean {
    return !this.#ended;
  }

  /** Fills a batch until it is full or the slice is over. */
  next(slicer: Slicer): readonly Entry[] {
    const batch: Entry[] = [];
    while (batch.length < this.#limit && !slicer.isOver) {
      const { value, done } = this.#names.next();
      this.#ended = done === true;
      if (value === undefined) break;
      const entry = isReserved(value) ? undefined : lookAt(this.#held, value, this.#realRoot);
      if (entry !== undefined) batch.push(entry);
    }
    this.#limit = FULL_BATCH;
    return batch;
  }

  close(): void {
    this.#names.return();
    this.#held.directory.close();
  }
}

export async function* listLocal(
  jail: Jail,
  path: VirtualPath,
  options: CallOptions = {},
): AsyncGenerator<readonly Entry[], void, undefined> {
  options.signal?.throwIfAborted();
  const listing = new Listing(jail, path, options.guard);
  const slicer = new Slicer();
  try {
    while (listing.hasMore()) {
      const batch = translated(path, () => listing.next(slicer));
      if (batch.length > 0) yield batch;
      options.signal?.throwIfAborted();
      if (slicer.isOver) await slicer.rest();
    }
  } finally {
    listing.close();
  }
}
