/**
 * What a jail on a local disk must offer: a directory that is held, names in it, and the way one step down.
 * There are two: by descriptor (Linux) and by path (elsewhere). Everything above them is the same code.
 */
import type { Stats } from 'node:fs';
import { encodeName, holdsRawBytes } from '../../base/name.ts';

/** A path as the system takes it: bytes when the name is not UTF-8. */
export type NativePath = string | Buffer;

/** Text of a path to what the system takes. */
export const nativePath = (text: string): NativePath => (holdsRawBytes(text) ? Buffer.from(encodeName(text)) : text);

/** One inode, looked at and held. A symlink is held itself, never what it leads to. */
export interface Held {
  readonly stats: Stats;
  /** Leads to this inode for calls that take a path and follow links (chmod, utimes, chown). */
  readonly path: NativePath;
  /** Opens the very inode that was looked at, without waiting for a FIFO's other end. */
  reopen(flags: number): number;
  close(): void;
}

/** A directory inside the jail. Names given to it hold no `/`; the empty name is the directory itself. */
export interface Directory {
  pathOf(name: string): NativePath;
  /** The directory below; `undefined` when a symlink or something else stands under the name. */
  enter(name: string): Directory | undefined;
  hold(name: string): Held;
  close(): void;
}

export interface Jail {
  /** The root's real path, for telling whether an absolute link leads inside. */
  readonly realRoot: string;
  /** The root as a directory; closing it does not close the jail. */
  root(): Directory;
  /** True when no file can safely have this name here. */
  refuses(name: string): boolean;
  close(): void;
}
