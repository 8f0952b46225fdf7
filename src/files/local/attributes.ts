/** Changes what is written about a file: size, owner, permission bits, times, in the order in which none undoes another. */
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  lchownSync,
  lstatSync,
  type Stats,
  lutimesSync,
  statSync,
  utimesSync,
} from 'node:fs';
import type { VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { Attributes, StatOptions } from '../file-system.ts';
import type { Jail } from './jail.ts';
import { holding, notAFile } from './open-regular.ts';
import { type Place, atName, atTarget } from './walk.ts';

/** The calls that change one inode, by whatever way it is reached. Times as dates: Node takes negative seconds for now. */
interface Inode {
  readonly stats: Stats;
  resize(sizeBytes: number): void;
  chown(ownerId: number, groupId: number): void;
  chmod(mode: number): void;
  readonly utimes: (accessed: Date, modified: Date) => void;
  readonly look: () => Stats;
}

/** Some disks keep two seconds apart as one (FAT). */
const COARSEST_MS = 2_000;

function change(inode: Inode, wanted: Attributes): void {
  const { stats } = inode;
  if (wanted.createdMs !== undefined) throw new FileError('unsupported', '');
  if (wanted.sizeBytes !== undefined) inode.resize(wanted.sizeBytes);
  if (wanted.ownerId !== undefined || wanted.groupId !== undefined) {
    inode.chown(wanted.ownerId ?? stats.uid, wanted.groupId ?? stats.gid);
  }
  // Behind the owner: a change of owner clears the set-user bit.
  if (wanted.mode !== undefined) inode.chmod(wanted.mode & 0o7777);
  // Last: the other changes touch the times.
  if (wanted.modifiedMs !== undefined || wanted.accessedMs !== undefined) changeTimes(inode, wanted);
}

/** A disk that cannot hold a date takes its nearest one without a word: then the old times come back, and it is refused. */
function changeTimes({ stats, utimes, look }: Inode, { accessedMs, modifiedMs }: Attributes): void {
  const wantedMs = modifiedMs ?? stats.mtimeMs;
  utimes(new Date(accessedMs ?? stats.atimeMs), new Date(wantedMs));
  if (Math.abs(look().mtimeMs - wantedMs) <= COARSEST_MS) return;
  utimes(stats.atime, stats.mtime);
  throw new FileError('unsupported', '');
}

/** Changes an open file. `path` is for errors only. */
export function changeOpen(descriptor: number, stats: Stats, wanted: Attributes): void {
  const inode: Inode = {
    stats,
    resize: (sizeBytes) => ftruncateSync(descriptor, sizeBytes),
    chown: (ownerId, groupId) => fchownSync(descriptor, ownerId, groupId),
    chmod: (mode) => fchmodSync(descriptor, mode),
    utimes: (accessed, modified) => futimesSync(descriptor, accessed, modified),
    look: () => fstatSync(descriptor),
  };
  change(inode, wanted);
}

const changeTarget = (place: Place, wanted: Attributes): ReturnType<typeof holding<true>> =>
  holding(place, (held) => {
    const resize = (sizeBytes: number): void => {
      const kind = notAFile(held.stats);
      if (kind !== undefined) throw new FileError(kind, place.name);
      const descriptor = held.reopen(constants.O_WRONLY);
      try {
        ftruncateSync(descriptor, sizeBytes);
      } finally {
        closeSync(descriptor);
      }
    };
    const inode: Inode = {
      stats: held.stats,
      resize,
      chown: (ownerId, groupId) => chownSync(held.path, ownerId, groupId),
      chmod: (mode) => chmodSync(held.path, mode),
      utimes: (accessed, modified) => utimesSync(held.path, accessed, modified),
      look: () => statSync(held.path),
    };
    change(inode, wanted);
    return true as const;
  });

function changeLink(place: Place, wanted: Attributes): void {
  const refuse = (): never => {
    throw new FileError('unsupported', place.name);
  };
  const held = place.directory.hold(place.name);
  try {
    const path = place.directory.pathOf(place.name);
    change(
      {
        stats: held.stats,
        resize: refuse,
        chown: (ownerId, groupId) => lchownSync(path, ownerId, groupId),
        chmod: refuse,
        utimes: (accessed, modified) => lutimesSync(path, accessed, modified),
        look: () => lstatSync(path),
      },
      wanted,
    );
  } finally {
    held.close();
  }
}

export function setLocalAttributes(jail: Jail, path: VirtualPath, wanted: Attributes, options: StatOptions = {}): void {
  if (wanted.sizeBytes !== undefined && !(Number.isSafeInteger(wanted.sizeBytes) && wanted.sizeBytes >= 0)) {
    throw new FileError('bad-offset', path);
  }
  const errand = { guard: options.guard, touch: 'use' } as const;
  if (options.links !== 'stay') {
    atTarget(jail, path, errand, (place) => changeTarget(place, wanted));
    return;
  }
  // What is not a link is changed in the ordinary way, also when asked to stay at links.
  atName(jail, path, errand, (place) => {
    if (typeof changeTarget(place, wanted) === 'symbol') changeLink(place, wanted);
  });
}
