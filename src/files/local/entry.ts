/** What the system knows of an inode, as an `Entry`. */
import type { Stats } from 'node:fs';
import type { Entry, EntryType } from '../file-system.ts';
import type { Directory } from './jail.ts';
import { insideRoot, readLink } from './walk.ts';

function typeOf(stats: Stats): EntryType {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'other';
}

/** An inode's number beyond 2^53 is not exact here, and no identity is better than a wrong one. */
const uniqueIdOf = (stats: Stats): { readonly uniqueId?: string } =>
  Number.isSafeInteger(stats.ino) ? { uniqueId: `${stats.dev.toString(16)}g${stats.ino.toString(16)}` } : {};

/** Times are rounded: a time set in whole milliseconds is read back as it was set. */
export const entryOf = (name: string, stats: Stats): Entry => ({
  name,
  type: typeOf(stats),
  sizeBytes: stats.size,
  modifiedMs: Math.round(stats.mtimeMs),
  createdMs: Math.round(stats.birthtimeMs),
  accessedMs: Math.round(stats.atimeMs),
  mode: stats.mode & 0o7777,
  ownerId: stats.uid,
  groupId: stats.gid,
  linkCount: stats.nlink,
  ...uniqueIdOf(stats),
});

/** A link's target as it may be shown: absolute ones as virtual paths, `undefined` when it lies outside. */
export function shownTarget(realRoot: string, target: string): string | undefined {
  return target.startsWith('/') ? insideRoot(realRoot, target) : target;
}

/** The entry of a link together with where it points. Throws when the link vanished meanwhile. */
export function linkEntry(entry: Entry, directory: Directory, name: string, realRoot: string): Entry {
  const linkTarget = shownTarget(realRoot, readLink(directory, name));
  return linkTarget === undefined ? entry : { ...entry, linkTarget };
}
