/** Virtual paths as a server wants them, and the directory of the login as a virtual path. */
import { resolvePath, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';

export interface ServerPaths {
  /** Where the login begins. */
  readonly home: VirtualPath;
  /** A path as it stands behind a verb. */
  toServer(path: VirtualPath): string;
}

/**
 * Servers whose PWD shows a path of unix are used from their root. Others (VMS, MVS, OS/400 …) have paths that nobody
 * else writes; they understand relative names with `/`, so there the directory of the login is the root.
 */
export function serverPaths(home: string): ServerPaths {
  const resolved = home.startsWith('/') ? resolvePath(ROOT, home) : undefined;
  if (resolved !== undefined) return { home: resolved, toServer: (path) => path };
  return { home: ROOT, toServer: (path) => (path === ROOT ? '.' : path.slice(1)) };
}
