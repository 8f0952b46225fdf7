/** What the system knows of an inode, as an `Entry`. */
import type { Stats } from 'node:fs';
import type { Entry, EntryType } from '../file-system.ts';
import { type Place, insideRoot, readLink } from './walk.ts';

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

/** True when a target, read by itself, goes above the root at any point of its way. */
export function climbsOut(target: string, depth: number): boolean {
  let level = target.startsWith('/') ? 0 : depth;
  return target.split('/').some((component) => {
    if (component === '..') level -= 1;
    else if (component !== '' && component !== '.') level += 1;
    return level < 0;
  });
}

/**
 * A link's target as it may be shown: absolute ones as virtual paths, `undefined` when it lies outside. Relative ones too:
 * `../../srv/u1/x` would tell where the root is.
 */
export function shownTarget(realRoot: string, target: string, depth: number): string | undefined {
  const shown = target.startsWith('/') ? insideRoot(realRoot, target) : target;
  return shown === undefined || climbsOut(shown, depth) ? undefined : shown;
}

/** The entry of a link together with where it points. Throws when the link vanished meanwhile. */
export function linkEntry(entry: Entry, { directory, name, depth }: Place, realRoot: string): Entry {
  const linkTarget = shownTarget(realRoot, readLink(directory, name), depth);
  return linkTarget === undefined ? entry : { ...entry, linkTarget };
}
