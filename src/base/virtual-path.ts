/**
 * The one way to name a place in a file system.
 *
 * A `VirtualPath` is absolute, uses `/`, and holds no empty, `.` or `..` component and no NUL, whatever the peer sent.
 * Only {@link resolvePath} makes one, so that no two layers can read the same name in different ways.
 */

declare const brand: unique symbol;

/** An absolute, normalised path inside a file system: `/`, `/images`, `/images/c2911.bin`. */
export type VirtualPath = string & { readonly [brand]: true };

/** Longest path that is looked at, in UTF-16 units: Linux's PATH_MAX. */
const MAX_PATH_LENGTH = 4096;

/** The root of every file system. */
export const ROOT = '/' as VirtualPath;

/**
 * Resolves what a peer typed against a working directory. `..` at the root stays at the root, as in a chroot.
 * Gives `undefined` for a name that no file can have: one with a NUL, or one longer than 4,096 units.
 */
export function resolvePath(workingDirectory: VirtualPath, name: string): VirtualPath | undefined {
  if (name.includes('\0') || name.length > MAX_PATH_LENGTH) return undefined;
  const components = name.startsWith('/') ? [] : [...componentsOf(workingDirectory)];
  for (const component of name.split('/')) {
    if (component === '..') components.pop();
    else if (component !== '' && component !== '.') components.push(component);
  }
  const path = `/${components.join('/')}`;
  return path.length > MAX_PATH_LENGTH ? undefined : (path as VirtualPath);
}

/** The path's components, none for the root. */
export const componentsOf = (path: VirtualPath): readonly string[] => (path === ROOT ? [] : path.slice(1).split('/'));

/** The last component; empty for the root. */
export const baseName = (path: VirtualPath): string => path.slice(path.lastIndexOf('/') + 1);

/** The directory that holds the path; the root is its own parent. */
export const parentOf = (path: VirtualPath): VirtualPath =>
  (path.lastIndexOf('/') <= 0 ? ROOT : path.slice(0, path.lastIndexOf('/'))) as VirtualPath;

/** True when `path` is `ancestor` or lies below it; components are compared whole (`/u10` is not below `/u1`). */
export const isWithin = (ancestor: VirtualPath, path: VirtualPath): boolean =>
  ancestor === ROOT || path === ancestor || path.startsWith(`${ancestor}/`);
