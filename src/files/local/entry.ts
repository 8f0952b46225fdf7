/** From the system's stat to an entry. */
import type { Stats } from 'node:fs';
import { FileError } from '../error.ts';
import type { Entry, EntryType } from '../file-system.ts';

function typeOf(stats: Stats): EntryType {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'other';
}

export function entryOf(name: string, stats: Stats, linkTarget?: string): Entry {
  return {
    name,
    type: typeOf(stats),
    sizeBytes: stats.size,
    modifiedMs: stats.mtimeMs,
    createdMs: stats.birthtimeMs,
    accessedMs: stats.atimeMs,
    mode: stats.mode & 0o7777,
    ownerId: stats.uid,
    groupId: stats.gid,
    linkCount: stats.nlink,
    uniqueId: `${stats.dev.toString(16)}g${stats.ino.toString(16)}`,
    ...(linkTarget === undefined ? {} : { linkTarget }),
  };
}

/** Only regular files are opened: a directory, FIFO, socket or device is refused by its kind. */
export function mustBeRegular(stats: Stats, path: string): void {
  if (stats.isFile()) return;
  if (stats.isSymbolicLink()) throw new FileError('denied', path);
  throw new FileError(stats.isDirectory() ? 'is-directory' : 'not-regular', path);
}
