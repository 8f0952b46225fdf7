/** A tree of file systems: each answers for its mount point and what is below, up to the next mount point. */
import { ROOT, type VirtualPath, baseName, resolvePath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { CallOptions, Entry, FileSystem, Links, StatOptions } from '../file-system.ts';
import { memoryFileSystem } from '../memory/memory-file-system.ts';
import { readOnly } from '../wrap/read-only.ts';
import { type Located, type Mount, MountTable, outerTarget } from './mount-table.ts';

export interface MountFileSystem extends FileSystem {
  readonly setAttributes: NonNullable<FileSystem['setAttributes']>;
  readonly openAt: NonNullable<FileSystem['openAt']>;
  readonly links: NonNullable<FileSystem['links']>;
  readonly interruptedSize: NonNullable<FileSystem['interruptedSize']>;
  readonly freeSpace: NonNullable<FileSystem['freeSpace']>;
}

/** Errors name the path that was asked for, not the one inside the mount. */
function outward(error: unknown, { inner, outer }: Located): unknown {
  if (!(error instanceof FileError) || inner === outer) return error;
  return new FileError(error.kind, outer, { cause: error });
}

class MountedTree {
  readonly #table: MountTable;

  constructor(table: MountTable) {
    this.#table = table;
  }

  /** Passes a call on to the file system that answers for the path. */
  async at<T>(
    path: VirtualPath,
    act: (files: FileSystem, inner: VirtualPath, located: Located) => Promise<T>,
  ): Promise<T> {
    const located = this.#table.locate(path);
    try {
      return await act(located.mount.fileSystem, located.inner, located);
    } catch (error) {
      throw outward(error, located);
    }
  }

  /** The same for a call that would take a directory away from the tree. */
  async unpinned<T>(
    path: VirtualPath,
    kind: 'busy' | 'exists' | 'is-directory',
    act: (files: FileSystem, inner: VirtualPath) => Promise<T>,
  ): Promise<T> {
    if (this.#table.isPinned(path)) throw new FileError(kind, path);
    return this.at(path, act);
  }

  async stat(path: VirtualPath, options: StatOptions = {}): Promise<Entry> {
    options.signal?.throwIfAborted();
    const located = this.#table.locate(path);
    try {
      const entry = await located.mount.fileSystem.stat(located.inner, options);
      if (entry.type === 'directory' || !this.#table.isPinned(path))
        return this.#shown({ ...entry, name: baseName(path) }, located.mount);
    } catch (error) {
      if (!this.#table.isPinned(path)) throw outward(error, located);
    }
    return pointEntry(baseName(path));
  }

  async *list(path: VirtualPath, options: CallOptions = {}): AsyncGenerator<readonly Entry[], void, undefined> {
    options.signal?.throwIfAborted();
    const points = this.#table.namesBelow(path);
    const entries = await Promise.all(Array.from(points, (name) => this.stat(childOf(path, name), options)));
    if (entries.length > 0) yield entries;
    const located = this.#table.locate(path);
    try {
      for await (const batch of located.mount.fileSystem.list(located.inner, options)) {
        const shown = batch.filter(({ name }) => !points.has(name)).map((entry) => this.#shown(entry, located.mount));
        if (shown.length > 0) yield shown;
      }
    } catch (error) {
      // A directory that only leads to mount points need not exist below.
      if (points.size === 0 || !isMissing(error)) throw outward(error, located);
    }
  }

  async rename(from: VirtualPath, to: VirtualPath, options: CallOptions = {}): Promise<void> {
    if (this.#table.isPinned(from)) throw new FileError('busy', from);
    if (this.#table.isPinned(to)) throw new FileError('exists', to);
    const [source, target] = [this.#table.locate(from), this.#table.locate(to)];
    if (source.mount !== target.mount) {
      // Asking first tells a missing file from one that is elsewhere.
      await this.stat(from, { ...options, links: 'stay' });
      throw new FileError('cross-device', to);
    }
    await this.at(from, (files, inner) => files.rename(inner, target.inner, options));
  }

  #shown(entry: Entry, mount: Mount): Entry {
    const uniqueId =
      entry.uniqueId === undefined ? {} : { uniqueId: `${this.#table.indexOf(mount)}m${entry.uniqueId}` };
    const { linkTarget } = entry;
    return {
      ...entry,
      ...uniqueId,
      ...(linkTarget?.startsWith('/') === true ? { linkTarget: outerTarget(mount, linkTarget) } : {}),
    };
  }

  /** An absolute target must lie in the same mount, where the mounted file system can follow it. */
  innerTarget(target: string, { mount, outer }: Located): string {
    if (!target.startsWith('/')) return target;
    // Resolving would stop at the root; whether `..` climbs above it is for the root's file system to refuse.
    if (mount.at === ROOT && target.split('/').includes('..')) return target;
    const resolved = resolvePath(ROOT, target);
    const located = resolved === undefined ? undefined : this.#table.locate(resolved);
    if (located?.mount !== mount) throw new FileError('denied', outer);
    return located.inner;
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof FileError && (error.kind === 'not-found' || error.kind === 'not-directory');

const childOf = (path: VirtualPath, name: string): VirtualPath =>
  (path === ROOT ? `/${name}` : `${path}/${name}`) as VirtualPath;

/** A directory that exists because a mount point needs it. */
const pointEntry = (name: string): Entry => ({ name, type: 'directory', sizeBytes: 0, modifiedMs: 0, mode: 0o555 });

/** The power of one mounted file system, or `unsupported`. */
function power<T>(value: T | undefined, path: VirtualPath): T {
  if (value === undefined) throw new FileError('unsupported', path);
  return value;
}

const linksOf = (tree: MountedTree): Links => ({
  read: (path, options) =>
    tree.at(path, async (files, inner, { mount }) => {
      const target = await power(files.links, path).read(inner, options);
      return target.startsWith('/') ? outerTarget(mount, target) : target;
    }),
  make: (target, path, options) =>
    tree.at(path, (files, inner, located) =>
      power(files.links, path).make(tree.innerTarget(target, located), inner, options),
    ),
});

/**
 * Mounts file systems into one tree. Without a mount at `/`, the root is an empty directory that cannot be changed.
 * Powers that a mounted file system lacks are refused there with `unsupported`.
 */
export function mountFileSystem(mounts: readonly Mount[]): MountFileSystem {
  const root = mounts.find(({ at }) => at === ROOT)?.fileSystem ?? readOnly(memoryFileSystem());
  const tree = new MountedTree(new MountTable(root, mounts));
  return {
    name: 'mount',
    stat: (path, options) => tree.stat(path, options),
    list: (path, options) => tree.list(path, options),
    openReader: (path, options) =>
      tree.unpinned(path, 'is-directory', (files, inner) => files.openReader(inner, options)),
    openUpload: (path, options) =>
      tree.unpinned(path, 'is-directory', (files, inner) => files.openUpload(inner, options)),
    remove: (path, options) => tree.unpinned(path, 'is-directory', (files, inner) => files.remove(inner, options)),
    removeDirectory: (path, options) =>
      tree.unpinned(path, 'busy', (files, inner) => files.removeDirectory(inner, options)),
    makeDirectory: (path, options) =>
      tree.unpinned(path, 'exists', (files, inner) => files.makeDirectory(inner, options)),
    rename: (from, to, options) => tree.rename(from, to, options),
    setAttributes: (path, wanted, options) =>
      tree.at(path, (files, inner) => power(files.setAttributes, path)(inner, wanted, options)),
    openAt: (path, options) =>
      tree.unpinned(path, 'is-directory', (files, inner) => power(files.openAt, path)(inner, options)),
    links: linksOf(tree),
    interruptedSize: (path, owner) => tree.at(path, async (files, inner) => files.interruptedSize?.(inner, owner)),
    freeSpace: (path) => tree.at(path, (files, inner) => power(files.freeSpace, path)(inner)),
  };
}
