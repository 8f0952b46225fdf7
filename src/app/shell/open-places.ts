/** The two places of a shell: a server of FTP, and this machine. */
import { homedir } from 'node:os';
import { parse, sep } from 'node:path';
import { resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../../files/error.ts';
import type { FileSystem } from '../../files/file-system.ts';
import { localFileSystem } from '../../files/local/local-file-system.ts';
import { connectFtp } from '../../protocols/ftp/client/connect-ftp.ts';
import type { FtpClientOptions } from '../../protocols/ftp/client/options.ts';
import type { FtpPowers } from '../../protocols/ftp/client/powers.ts';

/** A place, where one begins in it, and where one is at home. */
export interface OpenedPlace {
  readonly files: FileSystem;
  readonly start: VirtualPath;
  readonly home: VirtualPath;
  readonly labelOf: (path: VirtualPath) => string;
}

export interface OpenedPlaces extends AsyncDisposable {
  readonly remote: OpenedPlace;
  readonly local: OpenedPlace;
  readonly ftp: FtpPowers;
}

export interface Places {
  readonly connection: FtpClientOptions;
  /** Where to begin; absent: the directory of the login. */
  readonly path: VirtualPath | undefined;
  /** The server as people know it, without a password: `ftp://host`. */
  readonly label: string;
  /** Where to begin on this machine. */
  readonly localDirectory: string;
}

/** A directory of this machine below the root of its disk. */
function underRoot(directory: string): { readonly root: string; readonly path: VirtualPath } {
  const { root } = parse(directory);
  return { root, path: resolvePath(ROOT, directory.slice(root.length).split(sep).join('/')) ?? ROOT };
}

/** Connects, so that a wrong password fails here; fails with `not-directory` when the path is none. */
export async function openPlaces({ connection, path, label, localDirectory }: Places): Promise<OpenedPlaces> {
  const remote = await connectFtp(connection);
  const { root, path: start } = underRoot(localDirectory);
  const local = localFileSystem({ root });
  const close = async (): Promise<void> => {
    local.close();
    await remote.close();
  };
  try {
    const begin = path ?? remote.home;
    if (path !== undefined && (await remote.stat(path)).type !== 'directory')
      throw new FileError('not-directory', path);
    const home = underRoot(homedir());
    return {
      remote: { files: remote, start: begin, home: remote.home, labelOf: (place) => `${label}${place}` },
      local: {
        files: local,
        start,
        home: home.root === root ? home.path : start,
        labelOf: (place) => `${root}${place.slice(1).split('/').join(sep)}`,
      },
      ftp: remote.ftp,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
