/** Where an upload will be published, and the temporary and interrupted files that stand beside it. */
import {
  accessSync,
  closeSync,
  constants,
  copyFile,
  fchmodSync,
  lstatSync,
  openSync,
  renameSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import type { VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { Touch, WriteOptions } from '../file-system.ts';
import { unless } from './errno.ts';
import type { Directory, Held, Jail } from './jail.ts';
import { notAFile } from './open-regular.ts';
import { newUploadName, partName } from './reserved-name.ts';
import { LINK, atTarget } from './walk.ts';

const { O_RDWR, O_CREAT, O_EXCL, W_OK } = constants;
const COPY_ON_WRITE = constants.COPYFILE_FICLONE;
/** Nobody else reads what is not published yet. */
const PRIVATE_MODE = 0o600;

/**
 * The temporary names that this process is writing. It belongs to the process as a whole, because the names on disk tell
 * only the process id: two file systems over one tree must not sweep each other's uploads.
 */
const running = new Set<string>();

export const isRunning = (uploadName: string): boolean => running.has(uploadName);

export interface Target {
  readonly path: VirtualPath;
  /** Held until the upload ends, so that it is published where it was opened. */
  readonly directory: Directory;
  readonly name: string;
  /** What stood there when the upload was opened. */
  readonly existing: Stats | undefined;
  /** The name under which this owner's interrupted upload waits. */
  readonly part: string | undefined;
}

/** A temporary file, open for reading and writing. */
export interface Temporary {
  readonly name: string;
  readonly descriptor: number;
  /** The bytes that it began with. */
  readonly baseBytes: number;
  /** What it began as: `part` is put back when nothing was added to it. */
  readonly base: 'nothing' | 'part' | 'copy';
}

/** Looks at what stands under the target's name. Refuses what a file cannot replace and what may not be written. */
function examine(held: Held, name: string): Stats {
  const kind = notAFile(held.stats);
  if (kind !== undefined) throw new FileError(kind, name);
  accessSync(held.path, W_OK);
  return held.stats;
}

function existingAt(directory: Directory, name: string): Stats | undefined | typeof LINK {
  if (name === '') throw new FileError('is-directory', name);
  if (lstatSync(directory.pathOf(name), { throwIfNoEntry: false }) === undefined) return undefined;
  const held = unless(['ENOENT'], () => directory.hold(name));
  if (held === undefined) return undefined;
  try {
    return held.stats.isSymbolicLink() ? LINK : examine(held, name);
  } finally {
    held.close();
  }
}

const replaceOrMake = (standing: Stats | undefined): Touch => (standing === undefined ? 'make' : 'replace');

export const findTarget = (jail: Jail, path: VirtualPath, { owner, guard }: WriteOptions): Target =>
  atTarget<Target>(jail, path, { guard, touch: replaceOrMake }, ({ directory, name }, walk) => {
    const existing = existingAt(directory, name);
    if (existing === LINK) return LINK;
    const part = owner === undefined ? undefined : partName(owner, name);
    return { path, directory: walk.release(), name, existing, part };
  });

export function createTemporary({ directory }: Target): Temporary {
  const name = newUploadName();
  const descriptor = openSync(directory.pathOf(name), O_RDWR | O_CREAT | O_EXCL, PRIVATE_MODE);
  running.add(name);
  return { name, descriptor, baseBytes: 0, base: 'nothing' };
}

/** Size of the interrupted upload in a directory; `undefined` when none is there that we could have made. */
export function partSize(directory: Directory, part: string): number | undefined {
  const stats = lstatSync(directory.pathOf(part), { throwIfNoEntry: false });
  // A second name of the same file would let an upload write into a file elsewhere.
  return stats?.isFile() === true && stats.nlink === 1 ? stats.size : undefined;
}

/** Takes this owner's interrupted upload. The rename decides: of two sessions only one finds it. */
export function claimPart(target: Target): Temporary | undefined {
  const { directory, part } = target;
  if (part === undefined || partSize(directory, part) === undefined) return undefined;
  const name = newUploadName();
  running.add(name);
  const claimed = unless(['ENOENT'], () => {
    renameSync(directory.pathOf(part), directory.pathOf(name));
    return true;
  });
  try {
    const temporary = claimed === true ? openClaimed(directory, name) : undefined;
    if (temporary === undefined) running.delete(name);
    return temporary;
  } catch (error) {
    // No descriptor left, say: it must wait for its owner as before.
    renameTemporary(target, name, part);
    throw error;
  }
}

/** What was claimed is looked at again: it may have been swapped since its size was asked. */
function openClaimed(directory: Directory, name: string): Temporary | undefined {
  const held = directory.hold(name);
  try {
    if (!held.stats.isFile() || held.stats.nlink !== 1) {
      unlinkSync(directory.pathOf(name));
      return undefined;
    }
    return { name, descriptor: held.reopen(O_RDWR), baseBytes: held.stats.size, base: 'part' };
  } finally {
    held.close();
  }
}

const copyInto = (from: Held['path'], to: Held['path']): Promise<void> =>
  new Promise((resolve, reject) => {
    copyFile(from, to, COPY_ON_WRITE, (error) => (error === null ? resolve() : reject(error)));
  });

/** Fills a temporary file; removes it when that fails. */
async function fillFrom(source: Held, target: Target, temporary: Temporary): Promise<void> {
  try {
    const copy = target.directory.hold(temporary.name);
    try {
      await copyInto(source.path, copy.path);
    } finally {
      copy.close();
    }
    fchmodSync(temporary.descriptor, PRIVATE_MODE);
  } catch (error) {
    closeSync(temporary.descriptor);
    removeTemporary(target, temporary.name);
    throw error;
  }
}

/** A copy of what is published, for an upload that changes only some of it. Shares the blocks where the disk can. */
export async function copyPublished(target: Target): Promise<Temporary> {
  const source = target.directory.hold(target.name);
  try {
    examine(source, target.name);
    const temporary = createTemporary(target);
    await fillFrom(source, target, temporary);
    return { ...temporary, baseBytes: source.stats.size, base: 'copy' };
  } finally {
    source.close();
  }
}

/** Removes a temporary file; that it is gone already is as good. */
export function removeTemporary({ directory }: Target, name: string): void {
  unless(['ENOENT'], () => unlinkSync(directory.pathOf(name)));
  running.delete(name);
}

/** Published: the temporary name is gone, and no longer ours to spare from the sweep. */
export const endRunning = (name: string): boolean => running.delete(name);

/** Gives a running upload another name, by which it is no longer running. */
export function renameTemporary({ directory }: Target, name: string, to: string): void {
  renameSync(directory.pathOf(name), directory.pathOf(to));
  running.delete(name);
}
