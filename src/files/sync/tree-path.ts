/** Names inside a tree: relative to its root, with `/` between them, and never leading out of it. */
import { resolvePath, type VirtualPath } from '../../base/virtual-path.ts';

/** A path below the root of a tree, `a/b.bin`; empty for the root itself. */
export type TreePath = string;

/** A name from a peer under a directory; `undefined` where it is no single name that a file can have. */
export function childOf(directory: VirtualPath, name: string): VirtualPath | undefined {
  if (name === '' || name === '.' || name === '..' || name.includes('/')) return undefined;
  return resolvePath(directory, name);
}

/** The place of a path below `root`; `undefined` where the path would lead elsewhere. A plan may have been edited. */
export function placeIn(root: VirtualPath, path: TreePath): VirtualPath | undefined {
  let place: VirtualPath | undefined = root;
  for (const name of componentsIn(path)) {
    place = childOf(place, name);
    if (place === undefined) return undefined;
  }
  return place;
}

export const componentsIn = (path: TreePath): readonly string[] => (path === '' ? [] : path.split('/'));

export const joined = (directory: TreePath, name: string): TreePath =>
  directory === '' ? name : `${directory}/${name}`;

/** The directory that holds the path; the root holds itself. */
const directoryOf = (path: TreePath): TreePath => path.slice(0, Math.max(0, path.lastIndexOf('/')));

export const depthOf = (path: TreePath): number => componentsIn(path).length;

/** Everything above a path, the nearest first, the root last. */
export function* above(path: TreePath): Generator<TreePath> {
  for (let at = path; at !== '';) {
    at = directoryOf(at);
    yield at;
  }
}

/** Sorts as a person reads a tree: what a directory holds directly behind it. */
export function byTreeOrder<T>(items: Iterable<T>, pathOf: (item: T) => TreePath): readonly T[] {
  return Array.from(items, (item) => ({ item, key: pathOf(item).replaceAll('/', '\0') }))
    .sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0))
    .map(({ item }) => item);
}

/** What an interrupted copy left beside its destination: no business of a sync. */
export const isPartOfCopy = (name: string): boolean => name.startsWith('.') && name.endsWith('.portcall-part');
