/**
 * A file being written, beside its target and under a name of ours, until it is published (docs/adr/0003).
 *
 * The directory is held for the whole time, so that the temporary file and the target stay in the same one.
 */
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import type { VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { Entry, Upload, UploadStart, WriteOptions } from '../file-system.ts';
import { syncDescriptor, writeAt } from './descriptor.ts';
import { entryOf, mustBeRegular } from './entry.ts';
import { calling, codeOf, fileError } from './errno.ts';
import type { Jail, Place } from './jail.ts';
import { inside, interruptedName, runningName, type SystemPath } from './system-name.ts';

const FRESH = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const CLAIMED = constants.O_RDWR | constants.O_NOFOLLOW;
const NOTHING: UploadStart = { from: 'nothing' };

/** Opens an upload to a path. Takes the place over: it is disposed when the upload ends, or here when this fails. */
export async function openLocalUpload(jail: Jail, path: VirtualPath, options: WriteOptions): Promise<Upload> {
  const place = jail.place(path, 'follow');
  try {
    const { start = NOTHING, owner } = options;
    if (place.stats !== undefined) mustBeRegular(place.stats, path);
    if (start.from === 'nothing-new' && place.stats !== undefined) throw new FileError('exists', path);
    const interrupted = owner === undefined ? undefined : inside(place.directory, interruptedName(owner, place.name));
    const running = inside(place.directory, runningName());
    const site: Site = { jail, path, place, running, interrupted, start };
    const [fd, startBytes] = await begin(site, options.mode ?? 0o666);
    return new LocalUpload(site, fd, startBytes);
  } catch (error) {
    place[Symbol.dispose]();
    throw fileError(error, path);
  }
}

/** Where everything of one upload is. */
interface Site {
  readonly jail: Jail;
  readonly path: VirtualPath;
  readonly place: Place;
  readonly running: SystemPath;
  readonly interrupted: SystemPath | undefined;
  readonly start: UploadStart;
}

/** The temporary file's descriptor, and where the first byte goes. */
async function begin(site: Site, mode: number): Promise<readonly [number, number]> {
  const { start, place } = site;
  if (start.from === 'nothing' || start.from === 'nothing-new') return [openSync(site.running, FRESH, mode), 0];
  const left = leftBehind(site);
  const sizeBytes = left?.size ?? place.stats?.size ?? 0;
  const startBytes = start.from === 'end' ? sizeBytes : start.offsetBytes;
  if (startBytes > sizeBytes) throw new FileError('bad-offset', site.path);
  if (left !== undefined && site.interrupted !== undefined) {
    // Renaming claims it: of two sessions only one goes on from here.
    renameSync(site.interrupted, site.running);
    return [openSync(site.running, CLAIMED), startBytes];
  }
  if (place.stats === undefined) return [openSync(site.running, FRESH, mode), startBytes];
  return [await copyOfTarget(site), startBytes];
}

function leftBehind({ interrupted }: Site): Stats | undefined {
  const stats = interrupted === undefined ? undefined : lstatSync(interrupted, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats : undefined;
}

async function copyOfTarget({ jail, place, path, running }: Site): Promise<number> {
  using target = jail.hold(place, path);
  mustBeRegular(target.stats, path);
  try {
    await copyFile(target.path, running, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    return openSync(running, CLAIMED);
  } catch (error) {
    if (existsSync(running)) unlinkSync(running);
    throw error;
  }
}

class LocalUpload implements Upload {
  readonly startBytes: number;
  readonly descriptor: number;
  readonly #site: Site;
  #ended = false;

  constructor(site: Site, fd: number, startBytes: number) {
    this.#site = site;
    this.descriptor = fd;
    this.startBytes = startBytes;
  }

  write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    return writeAt(this.descriptor, bytes, positionBytes, this.#site.path);
  }

  async commit({ stillWanted }: { readonly stillWanted?: () => boolean } = {}): Promise<Entry> {
    const { path, place } = this.#site;
    try {
      await syncDescriptor(this.descriptor);
      if (stillWanted?.() === false) throw new FileError('interrupted', path);
      const stats = this.#publish();
      this.#end();
      await syncDirectory(place.directory);
      place[Symbol.dispose]();
      return entryOf(place.name, stats);
    } catch (error) {
      await this.keep();
      throw fileError(error, path);
    }
  }

  async keep(): Promise<void> {
    const { interrupted, running, path, place } = this.#site;
    if (this.#ended) return;
    if (interrupted === undefined || fstatSync(this.descriptor).size === 0) {
      await this.discard();
      return;
    }
    try {
      await syncDescriptor(this.descriptor);
      renameSync(running, interrupted);
    } catch (error) {
      throw fileError(error, path);
    } finally {
      this.#end();
      place[Symbol.dispose]();
    }
  }

  async discard(): Promise<void> {
    const { running, path, place } = this.#site;
    if (this.#ended) return;
    try {
      calling(path, () => unlinkSync(running));
    } finally {
      this.#end();
      place[Symbol.dispose]();
    }
  }

  #publish(): Stats {
    const { place, running, interrupted, start } = this.#site;
    if (place.stats !== undefined) fchmodSync(this.descriptor, place.stats.mode & 0o7777);
    if (start.from === 'nothing-new') publishNew(running, place.at);
    else renameSync(running, place.at);
    if (start.from === 'nothing' && interrupted !== undefined && existsSync(interrupted)) unlinkSync(interrupted);
    return fstatSync(this.descriptor);
  }

  #end(): void {
    this.#ended = true;
    closeSync(this.descriptor);
  }
}

/** Gives the file a name that must be free: a link does not replace. Where there are no hard links, the name is taken first. */
function publishNew(running: SystemPath, at: SystemPath): void {
  try {
    linkSync(running, at);
    unlinkSync(running);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error))) throw error;
    closeSync(openSync(at, FRESH));
    renameSync(running, at);
  }
}

/** A rename is safe only once its directory is on the disk. Where directories cannot be synced there is nothing to do. */
async function syncDirectory(directory: string): Promise<void> {
  const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await syncDescriptor(fd);
  } catch (error) {
    if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'ENOTSUP') throw error;
  } finally {
    closeSync(fd);
  }
}
