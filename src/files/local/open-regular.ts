/** Opens regular files and nothing else: FIFOs, sockets and devices are recognised without being opened. */
import type { Stats } from 'node:fs';
import type { FileErrorKind } from '../error.ts';
import { FileError } from '../error.ts';
import type { Held } from './jail.ts';
import { LINK, type Place } from './walk.ts';

/** Why this inode cannot be read or written as a file; `undefined` when it can. */
export function notAFile(stats: Stats): FileErrorKind | undefined {
  if (stats.isFile()) return undefined;
  return stats.isDirectory() ? 'is-directory' : 'not-regular';
}

/** Holds what stands at a place while `act` looks at it; {@link LINK} when a link stands there. */
export function holding<T>(place: Place, act: (held: Held) => T): T | typeof LINK {
  const held = place.directory.hold(place.name);
  try {
    return held.stats.isSymbolicLink() ? LINK : act(held);
  } finally {
    held.close();
  }
}

/** Opens the regular file at a place. The open inode is the one whose kind was looked at. */
export const openRegular = (place: Place, flags: number): { descriptor: number; stats: Stats } | typeof LINK =>
  holding(place, (held) => {
    const kind = notAFile(held.stats);
    if (kind !== undefined) throw new FileError(kind, place.name);
    return { descriptor: held.reopen(flags), stats: held.stats };
  });
