/** Symlinks on a local disk, shown and made so that no name outside the root is told or reached. */
import { symlinkSync } from 'node:fs';
import type { VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { Links } from '../file-system.ts';
import { climbsOut, shownTarget } from './entry.ts';
import { type Jail, nativePath } from './jail.ts';
import { isReserved } from './reserved-name.ts';
import { soon } from './soon.ts';
import { type Place, atName, readLink } from './walk.ts';

const MAX_TARGET_LENGTH = 4096;

/** Throws `denied` when the target, read by itself, would climb above the root; links in it are checked when followed. */
function confirmInside(target: string, depth: number, path: VirtualPath): void {
  if (target.split('/').some(isReserved)) throw new FileError('bad-name', path);
  if (climbsOut(target, depth)) throw new FileError('denied', path);
}

function readTarget(jail: Jail, path: VirtualPath, { directory, name, depth }: Place): string {
  const target = shownTarget(jail.realRoot, readLink(directory, name), depth);
  if (target === undefined) throw new FileError('denied', path);
  return target;
}

function makeLink(jail: Jail, target: string, place: Place, path: VirtualPath): void {
  if (target === '' || target.includes('\0') || target.length > MAX_TARGET_LENGTH)
    throw new FileError('bad-name', path);
  if (place.name === '') throw new FileError('exists', path);
  confirmInside(target, place.depth, path);
  const stored = target.startsWith('/') ? `${jail.realRoot.replace(/\/$/, '')}${target}` : target;
  symlinkSync(nativePath(stored), place.directory.pathOf(place.name));
}

export const localLinks = (jail: Jail, confirmNameFree: (path: VirtualPath) => void): Links => ({
  read: (path, options) =>
    soon(options, () =>
      atName(jail, path, { guard: options?.guard, touch: 'use' }, (place) => readTarget(jail, path, place)),
    ),
  make: (target, path, options) =>
    soon(options, () => {
      confirmNameFree(path);
      atName(jail, path, { guard: options?.guard, touch: 'make' }, (place) => makeLink(jail, target, place, path));
    }),
});
