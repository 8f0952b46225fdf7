/** The entries of a directory, in slices that never hold the event loop for long, in constant memory. */
import { type Dir, lstatSync, opendirSync, readlinkSync } from 'node:fs';
import { decodeName } from '../../base/name.ts';
import type { VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { CallOptions, Entry } from '../file-system.ts';
import { entryOf } from './entry.ts';
import { codeOf, fileError } from './errno.ts';
import type { Jail } from './jail.ts';
import { withinRoot } from './linux-jail.ts';
import { inside, isReserved, type SystemPath } from './system-name.ts';

/** The first batch leaves at once; later ones are larger. */
const FIRST_BATCH = 64;
const BATCH = 512;
/** How long a slice may keep the event loop, in milliseconds. */
const SLICE_MS = 4;
/** Names that one getdents reads ahead. */
const READ_AHEAD = 256;

export async function* entriesOf(
  jail: Jail,
  path: VirtualPath,
  { signal }: CallOptions,
): AsyncGenerator<readonly Entry[]> {
  using place = jail.place(path, 'follow');
  if (place.stats === undefined) throw new FileError('not-found', path);
  using held = jail.hold(place, path);
  if (!held.stats.isDirectory()) throw new FileError('not-directory', path);
  const directory = opened(held.path, path);
  try {
    let size = FIRST_BATCH;
    for (
      let batch = slice(directory, held.path, jail.root, size);
      batch.length > 0;
      batch = slice(directory, held.path, jail.root, size)
    ) {
      yield batch;
      size = BATCH;
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    }
  } finally {
    directory.closeSync();
  }
}

function opened(at: SystemPath, path: VirtualPath): Dir {
  try {
    // The types know only text here; names come as bytes all the same.
    return opendirSync(at, { bufferSize: READ_AHEAD, encoding: 'buffer' as BufferEncoding });
  } catch (error) {
    throw fileError(error, path);
  }
}

/** The next entries: at most `size`, or as many as fit in the time. Empty only at the end. */

function slice(directory: Dir, at: SystemPath, root: string, size: number): Entry[] {
  const entries: Entry[] = [];
  const endMs = performance.now() + SLICE_MS;
  while (entries.length < size && (entries.length % 32 !== 31 || performance.now() < endMs)) {
    const next = directory.readSync();
    if (next === null) break;
    const name = decodeName(next.name as unknown as Buffer);
    const entry = isReserved(name) ? undefined : look(at, name, root);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** An entry that has vanished since it was read is no entry. */
function look(directory: SystemPath, name: string, root: string): Entry | undefined {
  const at = inside(directory, name);
  const stats = lstatSync(at, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return stats.isSymbolicLink() ? entryOf(name, stats, shownTarget(at, root)) : entryOf(name, stats);
}

/** A relative target as it is; an absolute one as a virtual path; one outside, not at all. */
export function shownTarget(at: SystemPath, root: string): string | undefined {
  try {
    const target = decodeName(readlinkSync(at, { encoding: 'buffer' }));
    if (!target.startsWith('/')) return target;
    const inner = withinRoot(root, target);
    return inner === '' ? '/' : inner;
  } catch (error) {
    if (codeOf(error) !== '') return undefined;
    throw error;
  }
}

/** All names of a directory, ours too, with what each is. Throws the system's errors. */
export function* namesIn(at: SystemPath): Generator<{ readonly name: string; readonly isDirectory: boolean }> {
  const directory = opendirSync(at, { bufferSize: READ_AHEAD, encoding: 'buffer' as BufferEncoding });
  try {
    for (let next = directory.readSync(); next !== null; next = directory.readSync())
      yield { name: decodeName(next.name as unknown as Buffer), isDirectory: next.isDirectory() };
  } finally {
    directory.closeSync();
  }
}
