/** What a jail must give: places inside the root that cannot be led out of it while they are held. */
import type { Stats } from 'node:fs';
import type { VirtualPath } from '../../base/virtual-path.ts';
import type { SystemPath } from './system-name.ts';

/** A name in a directory that is held. Whoever asked for it disposes it. */
export interface Place extends Disposable {
  /** The directory, as a system path that means this directory for as long as the place is held. */
  readonly directory: string;
  /** The last component; `.` for the root. */
  readonly name: string;
  /** The name in its directory. System calls on it must not follow a link. */
  readonly at: SystemPath;
  /** What stood there when it was looked at (a link itself, if links were to stay); absent when nothing did. */
  readonly stats: Stats | undefined;
}

/** One inode, held: a system path that means it and nothing else, whatever happens to its names. */
export interface Held extends Disposable {
  readonly path: SystemPath;
  readonly stats: Stats;
}

export interface Jail extends Disposable {
  /** The real path of the root, for messages to the administrator only. */
  readonly root: string;
  /** Finds a path's place, following links inside the jail; the last component's only when `follow` is asked for. */
  place(path: VirtualPath, links: 'follow' | 'stay'): Place;
  /** Holds what stands at a place without opening it: no FIFO blocks, no device notices. A link is not followed. */
  hold(place: Place, path: VirtualPath): Held;
  /** A jail that cannot hold inodes compares here what was opened with what was meant; throws `denied` when they differ. */
  confirm(fd: number, place: Place, path: VirtualPath): void;
}
