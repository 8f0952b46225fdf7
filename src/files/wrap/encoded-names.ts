/**
 * A place whose names hold no control characters: those that its callers use are written as `%1B` and read back as what
 * they were. For folders that a server fills: what it calls its files must not act on the terminal that shows them, nor
 * show them as what they are not.
 */
import { decodeName, encodeName } from '../../base/name.ts';
import { componentsOf, resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import type { Entry, FileSystem, ListOptions } from '../file-system.ts';

/** C0 but for NUL, which no name has, DEL and C1, also as bytes that are no UTF-8, and what changes the direction of reading. */
const ENCODED = /[\u0001-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\udc80-\udc9f]/u;
/** What an encoded character may begin with, so that a percent sign before it must be told apart. */
const AMBIGUOUS = /%(?=0[1-9A-F]|1[0-9A-F]|7F|25|[89][0-9A-F]|C2|E2)/g;
const ESCAPES = /(?:%(?:0[1-9A-F]|1[0-9A-F]|7F|25|[89][0-9A-F]|C2%[89][0-9A-F]|E2%80%A[A-E]|E2%81%A[6-9]))/g;

const escapeBytes = (character: string): string =>
  [...encodeName(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

/** The name as it is kept. Different names stay different. */
export function encodeControls(name: string): string {
  const safe = name.replace(AMBIGUOUS, '%25');
  if (!ENCODED.test(safe)) return safe;
  let encoded = '';
  for (const character of safe) encoded += ENCODED.test(character) ? escapeBytes(character) : character;
  return encoded;
}

/** The name that was kept so: the inverse of {@link encodeControls}. */
export const decodeControls = (kept: string): string =>
  kept.replace(ESCAPES, (escape) =>
    decodeName(Uint8Array.from(escape.slice(1).split('%'), (digits) => Number.parseInt(digits, 16))),
  );

/** The path with its names as they are kept. */
export const encodePath = (path: VirtualPath): VirtualPath =>
  path.includes('%') || ENCODED.test(path)
    ? (resolvePath(ROOT, componentsOf(path).map(encodeControls).join('/')) ?? path)
    : path;

/** The path whose names are kept so. */
export const decodePath = (kept: VirtualPath): VirtualPath =>
  kept.includes('%') ? (resolvePath(ROOT, componentsOf(kept).map(decodeControls).join('/')) ?? kept) : kept;

const decoded = (entry: Entry): Entry =>
  entry.name.includes('%') ? { ...entry, name: decodeControls(entry.name) } : entry;

async function* listDecoded(files: FileSystem, path: VirtualPath, options?: ListOptions): AsyncGenerator<Entry[]> {
  for await (const batch of files.list(encodePath(path), options)) yield batch.map(decoded);
}

type Powers = Pick<FileSystem, 'setAttributes' | 'openAt' | 'interruptedSize' | 'freeSpace' | 'links'>;

function encodedPowers({ setAttributes, openAt, interruptedSize, freeSpace, links }: FileSystem): Powers {
  return {
    ...(setAttributes && { setAttributes: (path, wanted, call) => setAttributes(encodePath(path), wanted, call) }),
    ...(openAt && { openAt: (path, call) => openAt(encodePath(path), call) }),
    ...(interruptedSize && {
      interruptedSize: (path, owner, call) => interruptedSize(encodePath(path), owner, call),
    }),
    ...(freeSpace && { freeSpace: (path, call) => freeSpace(encodePath(path), call) }),
    ...(links && {
      links: {
        read: (path, call) => links.read(encodePath(path), call),
        make: (target, path, call) => links.make(target, encodePath(path), call),
      },
    }),
  };
}

/** The place with its names encoded. A name on it that no encoding gives (`%25`) is seen, and cannot be reached. */
export function encodedNames(files: FileSystem): FileSystem {
  return {
    name: files.name,
    stat: async (path, call) => decoded(await files.stat(encodePath(path), call)),
    list: (path, call) => listDecoded(files, path, call),
    openReader: (path, call) => files.openReader(encodePath(path), call),
    openUpload: (path, call) => files.openUpload(encodePath(path), call),
    remove: (path, call) => files.remove(encodePath(path), call),
    removeDirectory: (path, call) => files.removeDirectory(encodePath(path), call),
    makeDirectory: (path, call) => files.makeDirectory(encodePath(path), call),
    rename: (from, to, call) => files.rename(encodePath(from), encodePath(to), call),
    ...encodedPowers(files),
  };
}
