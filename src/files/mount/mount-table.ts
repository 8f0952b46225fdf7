/** Which file system answers for a path: the one whose mount point is its longest prefix, whole components compared. */
import { ROOT, type VirtualPath, baseName, isWithin, parentOf } from '../../base/virtual-path.ts';
import type { FileSystem } from '../file-system.ts';

export interface Mount {
  readonly at: VirtualPath;
  readonly fileSystem: FileSystem;
}

/** A path as the mounted file system knows it. */
export interface Located {
  readonly mount: Mount;
  readonly inner: VirtualPath;
  /** As it was asked for. */
  readonly outer: VirtualPath;
}

export class MountTable {
  /** Longest mount point first. */
  readonly #mounts: readonly Mount[];

  constructor(root: FileSystem, mounts: readonly Mount[]) {
    const all = new Map([[ROOT, { at: ROOT, fileSystem: root }], ...mounts.map((mount) => [mount.at, mount] as const)]);
    this.#mounts = [...all.values()].sort((a, b) => b.at.length - a.at.length);
  }

  locate(path: VirtualPath): Located {
    const mount = this.#mounts.find(({ at }) => isWithin(at, path));
    if (mount === undefined) throw new Error('the root is always mounted');
    return { mount, inner: innerPath(mount, path), outer: path };
  }

  /** True for a mount point and for every directory above one: the tree needs it. */
  isPinned(path: VirtualPath): boolean {
    return this.#mounts.some(({ at }) => isWithin(path, at));
  }

  isMountPoint(path: VirtualPath): boolean {
    return this.#mounts.some(({ at }) => at === path);
  }

  /** Names that mount points need in this directory, whether or not its own file system has them. */
  namesBelow(path: VirtualPath): ReadonlySet<string> {
    const names = new Set<string>();
    for (const { at } of this.#mounts) {
      if (at === path || !isWithin(path, at)) continue;
      let child = at;
      while (parentOf(child) !== path) child = parentOf(child);
      names.add(baseName(child));
    }
    return names;
  }

  /** Tells the identities of different file systems apart. */
  indexOf(mount: Mount): number {
    return this.#mounts.indexOf(mount);
  }
}

const innerPath = ({ at }: Mount, path: VirtualPath): VirtualPath => {
  if (at === ROOT) return path;
  return path === at ? ROOT : (path.slice(at.length) as VirtualPath);
};

/** The path in the whole tree of an absolute path inside a mount. */
export const outerTarget = ({ at }: Mount, target: string): string =>
  at === ROOT ? target : `${at}${target === '/' ? '' : target}`;
