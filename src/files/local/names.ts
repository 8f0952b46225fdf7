/** Makes, moves and removes names on a local disk. None of these calls follows a link under the last name. */
import { lstatSync, mkdirSync, renameSync, rmdirSync, type Stats, unlinkSync } from 'node:fs';
import { ROOT, type VirtualPath, isWithin } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { CallOptions, Touch } from '../file-system.ts';
import { codeOf, unless } from './errno.ts';
import type { Jail } from './jail.ts';
import { clearLeftovers } from './leftovers.ts';
import { type Place, atName } from './walk.ts';

const lookAt = ({ directory, name }: Place): Stats | undefined =>
  lstatSync(directory.pathOf(name), { throwIfNoEntry: false });

export const removeName = (jail: Jail, path: VirtualPath, { guard }: CallOptions): void =>
  atName(jail, path, { guard, touch: 'use' }, (place) => {
    if (place.name === '') throw new FileError('is-directory', path);
    try {
      unlinkSync(place.directory.pathOf(place.name));
    } catch (error) {
      // Some systems say EPERM for a directory.
      if (codeOf(error) === 'EPERM' && lookAt(place)?.isDirectory() === true) throw new FileError('is-directory', path);
      throw error;
    }
  });

function removeHiddenFrom({ directory, name }: Place): boolean {
  const inside = directory.enter(name);
  if (inside === undefined) return false;
  try {
    return clearLeftovers(inside);
  } finally {
    inside.close();
  }
}

export const removeDirectoryName = (jail: Jail, path: VirtualPath, { guard }: CallOptions): void =>
  atName(jail, path, { guard, touch: 'use' }, (place) => {
    if (place.name === '') throw new FileError('denied', path);
    const remove = (): true => {
      rmdirSync(place.directory.pathOf(place.name));
      return true;
    };
    if (unless(['ENOTEMPTY', 'EEXIST'], remove) === true) return;
    if (!removeHiddenFrom(place)) throw new FileError('not-empty', path);
    remove();
  });

interface MakeOptions extends CallOptions {
  readonly mode?: number;
}

export const makeDirectoryName = (jail: Jail, path: VirtualPath, { guard, mode = 0o777 }: MakeOptions): void =>
  atName(jail, path, { guard, touch: 'make' }, (place) => {
    if (place.name === '') throw new FileError('exists', path);
    mkdirSync(place.directory.pathOf(place.name), { mode: mode & 0o7777 });
  });

const isOneInode = (one: Stats | undefined, other: Stats | undefined): boolean =>
  one !== undefined && one.ino === other?.ino && one.dev === other.dev;

function renamePlace(source: Place, target: Place, to: VirtualPath): void {
  const moved = lstatSync(source.directory.pathOf(source.name));
  const replaced = lookAt(target);
  const isSame = isOneInode(replaced, moved);
  // The system would put a directory over an empty one; a file system here never replaces a directory.
  if (replaced !== undefined && !isSame && (replaced.isDirectory() || moved.isDirectory()))
    throw new FileError('exists', to);
  renameSync(source.directory.pathOf(source.name), target.directory.pathOf(target.name));
  // Two names of one file: rename(2) does nothing and says that it has done it.
  if (isSame && moved.nlink > 1 && !isOneName(source, target)) unlinkSync(source.directory.pathOf(source.name));
}

/** The same name of the same directory; letter case is passed over, because on some disks it is. */
function isOneName(one: Place, other: Place): boolean {
  if (one.name.toLowerCase() !== other.name.toLowerCase()) return false;
  const [here, there] = [one, other].map(({ directory }) => lstatSync(directory.pathOf('')));
  return isOneInode(here, there);
}

interface Renaming extends CallOptions {
  readonly from: VirtualPath;
  readonly to: VirtualPath;
}

export function renameName(jail: Jail, { from, to, guard }: Renaming): void {
  if (from === ROOT) throw new FileError('denied', from);
  if (to === ROOT) throw new FileError('exists', to);
  if (from !== to && isWithin(from, to)) throw new FileError('bad-name', to);
  const taking = (standing: Stats | undefined): Touch => (standing?.isDirectory() === true ? 'tree' : 'use');
  atName(jail, from, { guard, touch: taking }, (source) => {
    if (source.name === '') throw new FileError('denied', from);
    // The inner walk gives its errors the second name, the outer one keeps them.
    const putting = (standing: Stats | undefined): Touch =>
      standing === undefined || isOneInode(standing, lookAt(source)) ? 'make' : 'replace';
    atName(jail, to, { guard, touch: putting }, (target) => renamePlace(source, target, to));
  });
}
