/** The local disk below one root, as a file system that no name leads out of. */
import { lstatSync, mkdirSync, type Stats, renameSync, rmdirSync, statfsSync, symlinkSync, unlinkSync } from 'node:fs';
import { encodeName } from '../../base/name.ts';
import {
  baseName,
  componentsOf,
  isWithin,
  parentOf,
  resolvePath,
  ROOT,
  type VirtualPath,
} from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type {
  Attributes,
  CallOptions,
  Entry,
  FileReader,
  FileSystem,
  Links,
  OpenAtOptions,
  OpenFile,
  StatOptions,
  Upload,
  WriteOptions,
} from '../file-system.ts';
import { setLocalAttributes } from './attributes.ts';
import { entriesOf, namesIn, shownTarget } from './directory.ts';
import { entryOf } from './entry.ts';
import { calling } from './errno.ts';
import type { Jail, Place } from './jail.ts';
import { hasDescriptorPaths, linuxJail } from './linux-jail.ts';
import { openLocalFile } from './open-file.ts';
import { portableJail } from './portable-jail.ts';
import { LocalReader } from './reader.ts';
import { type SweepResult, sweepLeftovers } from './sweep.ts';
import { inside, interruptedName, isReserved, parseReserved, type SystemPath } from './system-name.ts';
import { openLocalUpload } from './upload.ts';

export interface LocalOptions {
  /** The directory that becomes `/`. It must exist. */
  readonly root: string;
  /** How the jail is kept: by descriptors where the system has /proc, by comparison elsewhere (the default chooses). */
  readonly jail?: 'descriptors' | 'comparison';
}

export interface LocalFileSystem extends FileSystem, Disposable {
  readonly root: string;
  readonly setAttributes: NonNullable<FileSystem['setAttributes']>;
  readonly openAt: NonNullable<FileSystem['openAt']>;
  readonly interruptedSize: NonNullable<FileSystem['interruptedSize']>;
  readonly freeSpace: NonNullable<FileSystem['freeSpace']>;
  readonly links: Links;
  /** Clears away what uploads of dead processes left. Walks the whole tree in the background of everything else. */
  sweep(signal: AbortSignal): Promise<SweepResult>;
}

/** Throws the system's error when the root is no directory that can be opened. */
export function localFileSystem({
  root,
  jail = hasDescriptorPaths() ? 'descriptors' : 'comparison',
}: LocalOptions): LocalFileSystem {
  return new Local(jail === 'descriptors' ? linuxJail(root) : portableJail(root));
}

class Local implements LocalFileSystem {
  readonly name = 'local';
  readonly #jail: Jail;
  readonly links: Links;

  constructor(jail: Jail) {
    this.#jail = jail;
    this.links = {
      read: async (path) => this.#readLink(path),
      make: async (target, path) => this.#makeLink(target, path),
    };
  }

  get root(): string {
    return this.#jail.root;
  }

  [Symbol.dispose](): void {
    this.#jail[Symbol.dispose]();
  }

  async stat(path: VirtualPath, { links = 'follow' }: StatOptions = {}): Promise<Entry> {
    using place = this.#jail.place(path, links);
    const stats = found(place, path);
    const target = stats.isSymbolicLink() ? shownTarget(place.at, this.#jail.root) : undefined;
    return entryOf(baseName(path), stats, target);
  }

  list(path: VirtualPath, options: CallOptions = {}): AsyncIterable<readonly Entry[]> {
    return entriesOf(this.#jail, path, options);
  }

  async openReader(path: VirtualPath): Promise<FileReader> {
    return new LocalReader(this.#jail, path);
  }

  async openUpload(path: VirtualPath, options: WriteOptions = {}): Promise<Upload> {
    mustBeFree(path);
    return await openLocalUpload(this.#jail, path, options);
  }

  async openAt(path: VirtualPath, options: OpenAtOptions): Promise<OpenFile> {
    if (options.create !== undefined && options.create !== 'never') mustBeFree(path);
    return openLocalFile(this.#jail, path, options);
  }

  async remove(path: VirtualPath): Promise<void> {
    using place = this.#jail.place(path, 'stay');
    if (found(place, path).isDirectory()) throw new FileError('is-directory', path);
    calling(path, () => unlinkSync(place.at));
  }

  async removeDirectory(path: VirtualPath): Promise<void> {
    if (path === ROOT) throw new FileError('denied', path);
    using place = this.#jail.place(path, 'stay');
    if (!found(place, path).isDirectory()) throw new FileError('not-directory', path);
    clearInterrupted(this.#jail, place, path);
    calling(path, () => rmdirSync(place.at));
  }

  async makeDirectory(path: VirtualPath, { mode = 0o777 }: { readonly mode?: number } = {}): Promise<void> {
    mustBeFree(path);
    using place = this.#jail.place(path, 'stay');
    calling(path, () => mkdirSync(place.at, { mode }));
  }

  async rename(from: VirtualPath, to: VirtualPath): Promise<void> {
    mustBeFree(to);
    if (from === ROOT || to === ROOT) throw new FileError('denied', from);
    if (from !== to && isWithin(from, to)) throw new FileError('bad-name', to);
    using source = this.#jail.place(from, 'stay');
    using target = this.#jail.place(to, 'stay');
    found(source, from);
    if (target.stats?.isDirectory() === true && from !== to) throw new FileError('exists', to);
    calling(from, () => renameSync(source.at, target.at));
  }

  async setAttributes(
    path: VirtualPath,
    attributes: Attributes,
    { links = 'follow' }: StatOptions = {},
  ): Promise<void> {
    setLocalAttributes(this.#jail, path, attributes, links);
  }

  async interruptedSize(path: VirtualPath, owner: string): Promise<number | undefined> {
    using place = this.#jail.place(path, 'follow');
    const left = lstatSync(inside(place.directory, interruptedName(owner, place.name)), { throwIfNoEntry: false });
    return left?.isFile() === true ? left.size : undefined;
  }

  async freeSpace(path: VirtualPath): Promise<number> {
    using place = this.#jail.place(path, 'follow');
    const { bavail, bsize } = calling(path, () => statfsSync(place.directory));
    return bavail * bsize;
  }

  sweep(signal: AbortSignal): Promise<SweepResult> {
    return sweepLeftovers(this.#jail, signal);
  }

  #readLink(path: VirtualPath): string {
    using place = this.#jail.place(path, 'stay');
    if (!found(place, path).isSymbolicLink()) throw new FileError('bad-name', path);
    const target = shownTarget(place.at, this.#jail.root);
    if (target === undefined) throw new FileError('denied', path);
    return target;
  }

  /** An absolute target is a virtual path; it is stored relative to the link, so that the tree can be moved. */
  #makeLink(target: string, path: VirtualPath): void {
    mustBeFree(path);
    const relative = relativeTarget(target, path);
    using place = this.#jail.place(path, 'stay');
    calling(path, () => symlinkSync(Buffer.from(encodeName(relative)), place.at));
  }
}

function found({ stats }: Place, path: VirtualPath): Stats {
  if (stats === undefined) throw new FileError('not-found', path);
  return stats;
}

/** A name of ours cannot be made by a client. */
function mustBeFree(path: VirtualPath): void {
  if (isReserved(baseName(path))) throw new FileError('bad-name', path);
}

/** What a link is made to say; refused when it would lead above the root. */
function relativeTarget(target: string, path: VirtualPath): string {
  const depth = componentsOf(parentOf(path)).length;
  if (target === '' || target.includes('\0') || (!target.startsWith('/') && climbs(target, depth)))
    throw new FileError('denied', path);
  if (!target.startsWith('/')) return target;
  const meant = resolvePath(ROOT, target);
  if (meant === undefined) throw new FileError('bad-name', path);
  return `${'../'.repeat(depth)}${meant.slice(1)}` || '.';
}

/** True when `..` leads more than `depth` directories up anywhere on the way. */
function climbs(target: string, depth: number): boolean {
  let at = depth;
  for (const component of target.split('/')) {
    if (component === '..') at -= 1;
    else if (component !== '' && component !== '.') at += 1;
    if (at < 0) return true;
  }
  return false;
}

/** A directory that holds nothing but interrupted uploads looks empty to clients: it must be possible to remove it. */
function clearInterrupted(jail: Jail, place: Place, path: VirtualPath): void {
  using held = jail.hold(place, path);
  const names = leftovers(held.path);
  for (const name of names ?? []) calling(path, () => unlinkSync(inside(held.path, name)));
}

/** The names of interrupted uploads when there is nothing else; `undefined` when there is. */
function leftovers(at: SystemPath): string[] | undefined {
  const names: string[] = [];
  for (const { name } of namesIn(at)) {
    if (parseReserved(name).kind !== 'interrupted') return undefined;
    names.push(name);
  }
  return names;
}
