/** Files of this machine's disk below one directory, as a `FileSystem` that nothing leads out of. */
import { lstatSync, statfsSync } from 'node:fs';
import process from 'node:process';
import { type Clock, systemClock } from '../../base/clock.ts';
import { type VirtualPath, baseName } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { CallOptions, Entry, FileSystem, StatOptions } from '../file-system.ts';
import { setLocalAttributes } from './attributes.ts';
import { descriptorJail } from './descriptor-jail.ts';
import { entryOf, linkEntry } from './entry.ts';
import { translated } from './errno.ts';
import type { Jail } from './jail.ts';
import { type Sweep, sweepLeftovers } from './leftovers.ts';
import { localLinks } from './links.ts';
import { listLocal } from './list.ts';
import { makeDirectoryName, removeDirectoryName, removeName, renameName } from './names.ts';
import { openLocalFile } from './open-file.ts';
import { pathJail } from './path-jail.ts';
import { openLocalReader } from './reader.ts';
import { isReserved, partName } from './reserved-name.ts';
import { soon } from './soon.ts';
import { type Flush, openLocalUpload } from './upload.ts';
import { partSize } from './upload-target.ts';
import { LINK, type Place, atName, atTarget } from './walk.ts';

export interface LocalOptions {
  /** The directory that becomes `/`. It must exist. */
  readonly root: string;
  /** How the jail is kept: `descriptors` (Linux; the default there) withstands races, `paths` works everywhere. */
  readonly jail?: 'descriptors' | 'paths';
  /** Whether uploads are forced to the disk before they are published; `always` unless told otherwise. */
  readonly flush?: Flush;
  /** Permission bits that a new file does not get; the process's own umask unless told otherwise. */
  readonly umask?: number;
  readonly clock?: Pick<Clock, 'now'>;
}

export interface LocalFileSystem extends FileSystem, Disposable {
  readonly setAttributes: NonNullable<FileSystem['setAttributes']>;
  readonly openAt: NonNullable<FileSystem['openAt']>;
  readonly links: NonNullable<FileSystem['links']>;
  readonly interruptedSize: NonNullable<FileSystem['interruptedSize']>;
  readonly freeSpace: NonNullable<FileSystem['freeSpace']>;
  /** Removes what crashes left: uploads of dead processes, and interrupted uploads older than a week. */
  sweep(signal?: AbortSignal): Promise<Sweep>;
  /** Lets the root's descriptor go. No call may be made afterwards. */
  close(): void;
}

/** A name that is to be made must not look like one of ours. */
function confirmNameFree(path: VirtualPath): void {
  if (isReserved(baseName(path))) throw new FileError('bad-name', path);
}

function look(place: Place, asked: string, realRoot: string): Entry {
  const entry = entryOf(asked, lstatSync(place.directory.pathOf(place.name)));
  return entry.type === 'symlink' ? linkEntry(entry, place, realRoot) : entry;
}

function statLocal(jail: Jail, path: VirtualPath, options: StatOptions): Entry {
  const name = baseName(path);
  const errand = { guard: options.guard, touch: 'use' } as const;
  if (options.links === 'stay') return atName(jail, path, errand, (place) => look(place, name, jail.realRoot));
  return atTarget(jail, path, errand, (place) => {
    const stats = lstatSync(place.directory.pathOf(place.name));
    return stats.isSymbolicLink() ? LINK : entryOf(name, stats);
  });
}

interface OwnerOptions extends CallOptions {
  readonly owner: string;
}

function interruptedSize(jail: Jail, path: VirtualPath, { owner, guard }: OwnerOptions): number | undefined {
  return atTarget<number | undefined>(jail, path, { guard, touch: 'use' }, ({ directory, name }) => {
    const stats = lstatSync(directory.pathOf(name), { throwIfNoEntry: false });
    return stats?.isSymbolicLink() === true ? LINK : partSize(directory, partName(owner, name));
  });
}

function freeSpace(jail: Jail, path: VirtualPath, { guard }: CallOptions): number {
  const { bavail, bsize } = atName(jail, path, { guard, touch: 'use' }, ({ directory }) =>
    statfsSync(directory.pathOf('')),
  );
  return bavail * bsize;
}

const openJail = ({ root, jail }: LocalOptions): Jail =>
  translated('/', () =>
    (jail ?? (process.platform === 'linux' ? 'descriptors' : 'paths')) === 'descriptors'
      ? descriptorJail(root)
      : pathJail(root),
  );

/** Opens the directory `root` as a file system. Throws a `FileError` when it is not a directory that can be entered. */
export function localFileSystem(options: LocalOptions): LocalFileSystem {
  const jail = openJail(options);
  const { clock = systemClock } = options;
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- read once, before there are sessions that it could harm
  const umask = options.umask ?? process.umask();
  const rules = { flush: options.flush ?? 'always', umask } as const;
  const making = <T>(path: VirtualPath, call: CallOptions | undefined, act: () => T): Promise<Awaited<T>> =>
    soon(call, () => {
      confirmNameFree(path);
      return act();
    });
  return {
    name: 'local',
    stat: (path, call = {}) => soon(call, () => statLocal(jail, path, call)),
    list: (path, call) => listLocal(jail, path, call),
    openReader: (path, call = {}) => soon(call, () => openLocalReader(jail, path, call)),
    openUpload: (path, call) => making(path, call, () => openLocalUpload(jail, rules, path, call)),
    remove: (path, call = {}) => soon(call, () => removeName(jail, path, call)),
    removeDirectory: (path, call = {}) => soon(call, () => removeDirectoryName(jail, path, call)),
    makeDirectory: (path, call = {}) => making(path, call, () => makeDirectoryName(jail, path, call)),
    rename: (from, to, call = {}) => making(to, call, () => renameName(jail, { ...call, from, to })),
    setAttributes: (path, wanted, call = {}) => soon(call, () => setLocalAttributes(jail, path, wanted, call)),
    openAt: (path, call) =>
      soon(call, () => {
        if ((call.create ?? 'never') !== 'never') confirmNameFree(path);
        return openLocalFile(jail, path, call);
      }),
    links: localLinks(jail, confirmNameFree),
    interruptedSize: (path, owner, call = {}) =>
      soon(call, () => interruptedSize(jail, path, { ...call, owner })).catch((error: unknown) => {
        if (error instanceof FileError && error.kind === 'not-found') return undefined;
        throw error;
      }),
    freeSpace: (path, call = {}) => soon(call, () => freeSpace(jail, path, call)),
    sweep: (signal) => sweepLeftovers(jail, clock, signal),
    close: () => jail.close(),
    [Symbol.dispose]: () => jail.close(),
  };
}
