/** A server of SFTP as a file system. */
import { resolvePath, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import type { CallOptions } from '../../../files/file-system.ts';
import { judged } from '../../../files/wrap/judged.ts';
import { PACKET } from '../wire/numbers.ts';
import {
  makeRemoteDirectory,
  removeRemote,
  removeRemoteDirectory,
  renameRemote,
  setRemoteAttributes,
} from './change.ts';
import type { Conversation } from './conversation.ts';
import { at } from './failure.ts';
import { firstName, listRemote, lookAt, readLink, statRemote } from './look.ts';
import { openRemoteFile } from './open-file.ts';
import type { SftpClientOptions, SftpFileSystem } from './options.ts';
import { optionalPowers, sftpPowers } from './powers.ts';
import { openRemoteReader } from './reader.ts';
import { Server } from './server.ts';
import { openRemoteUpload, partPath } from './upload.ts';

/** An answer that breaks off in the middle of a field is a failure of the server, told with the path. */
const understood = <T>(path: VirtualPath, work: Promise<T>): Promise<T> =>
  work.catch((error: unknown): never => {
    throw at(path, error);
  });

function fileSystemOf(server: Server, home: VirtualPath, conversation: Conversation): SftpFileSystem {
  const close = (): Promise<void> => server.close();
  return {
    name: 'sftp',
    home,
    sftp: sftpPowers(server, conversation),
    stat: (path, options) => understood(path, statRemote(server, path, options)),
    list: (path, options) => listRemote(server, path, options),
    openReader: (path, options) => understood(path, openRemoteReader(server, path, options)),
    openUpload: (path, options) => understood(path, openRemoteUpload(server, path, options)),
    openAt: (path, options) => understood(path, openRemoteFile(server, path, options)),
    remove: (path, options) => removeRemote(server, path, options),
    removeDirectory: (path, options) => removeRemoteDirectory(server, path, options),
    makeDirectory: (path, options) => makeRemoteDirectory(server, path, options),
    rename: (from, to, options) => renameRemote(server, from, to, options),
    setAttributes: (path, wanted, options) => setRemoteAttributes(server, path, wanted, options),
    interruptedSize: async (path: VirtualPath, owner: string, options?: CallOptions) =>
      (await lookAt(server, partPath(path, owner), options))?.sizeBytes,
    links: {
      read: (path, options) => understood(path, readLink(server, path, options)),
      // As OpenSSH has it, and everybody after it: the target first.
      make: async (target, path, options) => {
        await server.ask(path, PACKET.symlink, (packet) => packet.text(target).text(path), options);
      },
    },
    ...optionalPowers(server, conversation),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Opens a channel and agrees on the version, so that what cannot work fails here, and gives the server as a file system.
 * Rejects with a `FileError`.
 */
export async function connectSftp(options: SftpClientOptions): Promise<SftpFileSystem> {
  const server = new Server(options);
  const call = options.signal === undefined ? {} : { signal: options.signal };
  try {
    const { conversation } = await server.talk(call);
    const name = firstName(await server.ask('/', PACKET.realpath, (packet) => packet.text('.'), call));
    return judged(fileSystemOf(server, resolvePath(ROOT, name) ?? ROOT, conversation));
  } catch (error) {
    await server.close();
    throw error;
  }
}
