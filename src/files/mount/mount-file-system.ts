/** A tree of file systems: each answers for its mount point and what is below, up to the next mount point. */
import { ROOT, type VirtualPath, baseName, resolvePath } from '../../base/virtual-path.ts';
import { FileError, type FileErrorKind } from '../error.ts';
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

/** The options of a call, with a guard that is told of places as they are called in the whole tree. */
function inward<Options extends CallOptions>(options: Options, mount: Mount): Options {
  const { guard } = options;
  if (guard === undefined || mount.at === ROOT) return options;
  // Both are plain paths, and so is one behind the other.
  return { ...options, guard: (real, touch) => guard(outerTarget(mount, real) as VirtualPath, touch) };
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
  async at<T, Options extends CallOptions>(
    path: VirtualPath,
    options: Options,
    act: (files: FileSystem, located: Located, options: Options) => Promise<T>,
  ): Promise<T> {
    const located = this.#table.locate(path);
    try {
      return await act(located.mount.fileSystem, located, inward(options, located.mount));
    } catch (error) {
      throw outward(error, located);
    }
  }

  /** The same for a call that would take a directory away from the tree. */
  async unpinned<T, Options extends CallOptions>(
    path: VirtualPath,
    options: Options & { readonly pinned: 'busy' | 'exists' | 'is-directory' },
    act: (files: FileSystem, inner: VirtualPath, options: Options) => Promise<T>,
  ): Promise<T> {
    if (this.#table.isPinned(path)) throw this.#pinned(path, options);
    return this.at(path, options, (files, { inner }, call) => act(files, inner, call));
  }

  /** Who may not know of the place is not told that it is pinned either. */
  #pinned(path: VirtualPath, { guard, pinned }: CallOptions & { readonly pinned: FileErrorKind }): FileError {
    guard?.(path, pinned === 'exists' ? 'make' : 'use');
    return new FileError(pinned, path);
  }

  async stat(path: VirtualPath, options: StatOptions = {}): Promise<Entry> {
    options.signal?.throwIfAborted();
    const located = this.#table.locate(path);
    try {
      const entry = await located.mount.fileSystem.stat(located.inner, inward(options, located.mount));
      if (entry.type === 'directory' || !this.#table.isPinned(path))
        return this.#shown({ ...entry, name: baseName(path) }, located.mount);
    } catch (error) {
      if (!this.#table.isPinned(path)) throw outward(error, located);
    }
    options.guard?.(path, 'use');
    return pointEntry(baseName(path));
  }

  async *list(path: VirtualPath, options: CallOptions = {}): AsyncGenerator<readonly Entry[], void, undefined> {
    options.signal?.throwIfAborted();
    const points = this.#table.namesBelow(path);
    if (points.size > 0) options.guard?.(path, 'use');
    const { signal } = options;
    const looking = signal === undefined ? {} : { signal };
    const entries = await Promise.all(Array.from(points, (name) => this.stat(childOf(path, name), looking)));
    if (entries.length > 0) yield entries;
    const located = this.#table.locate(path);
    try {
      const call = inward(options, located.mount);
      for await (const batch of located.mount.fileSystem.list(located.inner, call)) {
        const shown = batch.filter(({ name }) => !points.has(name)).map((entry) => this.#shown(entry, located.mount));
        if (shown.length > 0) yield shown;
      }
    } catch (error) {
      // A directory that only leads to mount points need not exist below.
      if (points.size === 0 || !isMissing(error)) throw outward(error, located);
    }
  }

  async rename(from: VirtualPath, to: VirtualPath, options: CallOptions = {}): Promise<void> {
    if (this.#table.isPinned(from)) throw this.#pinned(from, { ...options, pinned: 'busy' });
    if (this.#table.isPinned(to)) throw this.#pinned(to, { ...options, pinned: 'exists' });
    const [source, target] = [this.#table.locate(from), this.#table.locate(to)];
    if (source.mount !== target.mount) {
      // Asking first tells a missing file from one that is elsewhere.
      await this.stat(from, { ...options, links: 'stay' });
      options.guard?.(to, 'make');
      throw new FileError('cross-device', to);
    }
    await this.at(from, options, (files, { inner }, call) => files.rename(inner, target.inner, call));
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
  read: (path, options = {}) =>
    tree.at(path, options, async (files, { inner, mount }, call) => {
      const target = await power(files.links, path).read(inner, call);
      return target.startsWith('/') ? outerTarget(mount, target) : target;
    }),
  make: (target, path, options = {}) =>
    tree.at(path, options, (files, located, call) =>
      power(files.links, path).make(tree.innerTarget(target, located), located.inner, call),
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
      tree.unpinned(path, { ...options, pinned: 'is-directory' }, (files, inner, call) =>
        files.openReader(inner, call),
      ),
    openUpload: (path, options) =>
      tree.unpinned(path, { ...options, pinned: 'is-directory' }, (files, inner, call) =>
        files.openUpload(inner, call),
      ),
    remove: (path, options) =>
      tree.unpinned(path, { ...options, pinned: 'is-directory' }, (files, inner, call) => files.remove(inner, call)),
    removeDirectory: (path, options) =>
      tree.unpinned(path, { ...options, pinned: 'busy' }, (files, inner, call) => files.removeDirectory(inner, call)),
    makeDirectory: (path, options) =>
      tree.unpinned(path, { ...options, pinned: 'exists' }, (files, inner, call) => files.makeDirectory(inner, call)),
    rename: (from, to, options) => tree.rename(from, to, options),
    setAttributes: (path, wanted, options = {}) =>
      tree.at(path, options, (files, { inner }, call) => power(files.setAttributes, path)(inner, wanted, call)),
    openAt: (path, options) =>
      tree.unpinned(path, { ...options, pinned: 'is-directory' }, (files, inner, call) =>
        power(files.openAt, path)(inner, call),
      ),
    links: linksOf(tree),
    interruptedSize: (path, owner, options = {}) =>
      tree.at(path, options, async (files, { inner }, call) => files.interruptedSize?.(inner, owner, call)),
    freeSpace: (path, options = {}) =>
      tree.at(path, options, (files, { inner }, call) => power(files.freeSpace, path)(inner, call)),
  };
}
