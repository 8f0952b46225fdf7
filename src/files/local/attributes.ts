/** Changing what is known of a file without opening it. */
import { chmodSync, chownSync, lchownSync, lstatSync, lutimesSync, statSync, truncateSync, utimesSync } from 'node:fs';
import type { VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { Attributes } from '../file-system.ts';
import { mustBeRegular } from './entry.ts';
import { calling } from './errno.ts';
import type { Jail, Place } from './jail.ts';
import { setTimes } from './times.ts';

/** Truncation first: it changes times. Nothing is changed when one of the attributes cannot be set at all. */
export function setLocalAttributes(
  jail: Jail,
  path: VirtualPath,
  attributes: Attributes,
  links: 'follow' | 'stay',
): void {
  if (attributes.createdMs !== undefined) throw new FileError('unsupported', path);
  using place = jail.place(path, links);
  if (place.stats === undefined) throw new FileError('not-found', path);
  if (place.stats.isSymbolicLink()) calling(path, () => setOnLink(place, attributes, path));
  else calling(path, () => setOnInode(jail, place, attributes, path));
}

function setOnInode(jail: Jail, place: Place, attributes: Attributes, path: VirtualPath): void {
  const { sizeBytes, mode, ownerId, groupId } = attributes;
  using held = jail.hold(place, path);
  const { path: inode, stats } = held;
  if (stats.isSymbolicLink()) throw new FileError('denied', path);
  if (sizeBytes !== undefined) {
    mustBeRegular(stats, path);
    truncateSync(inode, sizeBytes);
  }
  if (ownerId !== undefined || groupId !== undefined) chownSync(inode, ownerId ?? stats.uid, groupId ?? stats.gid);
  if (mode !== undefined) chmodSync(inode, mode);
  setTimes(
    { set: (accessed, modified) => utimesSync(inode, accessed, modified), look: () => statSync(inode) },
    attributes,
    path,
  );
}

/** A link has times and an owner of its own; no mode and no size that could be set. */
function setOnLink({ at, stats }: Place, attributes: Attributes, path: VirtualPath): void {
  const { sizeBytes, mode, ownerId, groupId } = attributes;
  if (sizeBytes !== undefined || mode !== undefined || stats === undefined) throw new FileError('unsupported', path);
  if (ownerId !== undefined || groupId !== undefined) lchownSync(at, ownerId ?? stats.uid, groupId ?? stats.gid);
  setTimes(
    { set: (accessed, modified) => lutimesSync(at, accessed, modified), look: () => lstatSync(at) },
    attributes,
    path,
  );
}
