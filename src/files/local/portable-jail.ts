/**
 * The jail where a directory cannot be held by a descriptor: names are resolved by the system, judged, used, and what
 * was opened is compared with what was judged. A race that wins leads to `denied`, not to what lies outside.
 */
import { fstatSync, lstatSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { baseName, componentsOf, parentOf, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import { calling, codeOf } from './errno.ts';
import type { Held, Jail, Place } from './jail.ts';
import { inside, isReserved } from './system-name.ts';

export function portableJail(root: string): Jail {
  const real = realpathSync.native(root);
  return {
    root: real,
    place: (path, links) => calling(path, () => placeOf(real, path, links)),
    hold: (place, path) => calling(path, () => holdName(real, place, path)),
    confirm: (fd, place, path) => confirmOpened(real, { fd, place, path }),
    [Symbol.dispose]: () => undefined,
  };
}

function judged(root: string, real: string, path: VirtualPath): string {
  const below = root.endsWith(sep) ? root : `${root}${sep}`;
  if (real !== root && !real.startsWith(below)) throw new FileError('denied', path);
  return real;
}

function placeOf(root: string, path: VirtualPath, links: 'follow' | 'stay'): Place {
  if (componentsOf(path).some(isReserved)) throw new FileError('not-found', path);
  const directory = judged(root, realpathSync.native(join(root, parentOf(path))), path);
  const name = path === ROOT ? '.' : baseName(path);
  const at = inside(directory, name);
  const stats = lstatSync(at, { throwIfNoEntry: false });
  if (path !== ROOT && links === 'follow' && stats?.isSymbolicLink() === true)
    return targetOf(root, path, join(directory, name));
  return { directory, name, at, stats, [Symbol.dispose]: () => undefined };
}

/** Where a link leads. One that leads to nothing yet is refused: there is no way to hold the place it names. */
function targetOf(root: string, path: VirtualPath, link: string): Place {
  try {
    const real = judged(root, realpathSync.native(link), path);
    const cut = real.lastIndexOf(sep);
    const directory = real === root ? root : real.slice(0, cut);
    const name = real === root ? '.' : real.slice(cut + 1);
    return { directory, name, at: inside(directory, name), stats: statSync(real), [Symbol.dispose]: () => undefined };
  } catch (error) {
    throw codeOf(error) === 'ENOENT' ? new FileError('denied', path, { cause: error }) : error;
  }
}

function holdName(root: string, place: Place, path: VirtualPath): Held {
  judged(root, realpathSync.native(place.directory), path);
  return { path: place.at, stats: lstatSync(place.at), [Symbol.dispose]: () => undefined };
}

interface Opened {
  readonly fd: number;
  readonly place: Place;
  readonly path: VirtualPath;
}

function confirmOpened(root: string, { fd, place, path }: Opened): void {
  const opened = fstatSync(fd);
  judged(root, realpathSync.native(place.directory), path);
  const meant = lstatSync(place.at);
  if (opened.dev !== meant.dev || opened.ino !== meant.ino) throw new FileError('denied', path);
}
