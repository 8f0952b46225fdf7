/** Virtual paths as a server wants them, and the directory of the login as a virtual path. */
import { FileError } from '../../../files/error.ts';
import { resolvePath, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';

export interface ServerPaths {
  /** Where the login begins. */
  readonly home: VirtualPath;
  /** What the root of the file system is: the server's own, or the directory of the login. */
  readonly root: 'server' | 'login';
  /** A path as it stands behind a verb. Throws `bad-name` for one that cannot be sent. */
  toServer(path: VirtualPath): string;
}

/**
 * Servers whose PWD shows a path of unix are used from their root. Others (VMS, MVS, OS/400 …) have paths that nobody
 * else writes; they understand relative names with `/`, so there the directory of the login is the root.
 */
export function serverPaths(home: string): ServerPaths {
  const resolved = home.startsWith('/') ? resolvePath(ROOT, home) : undefined;
  if (resolved !== undefined) return { home: resolved, root: 'server', toServer: (path) => sendable(path, path) };
  const toServer = (path: VirtualPath): string => (path === ROOT ? '.' : sendable(path, path.slice(1)));
  return { home: ROOT, root: 'login', toServer };
}

function sendable(path: VirtualPath, name: string): string {
  if (!/[\r\n]/.test(name)) return name;
  throw new FileError('bad-name', path, { detail: 'a name with a line end cannot be sent over FTP' });
}
