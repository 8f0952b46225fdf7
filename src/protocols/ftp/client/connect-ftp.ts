/** Opens a server of FTP as a file system. */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions } from '../../../files/file-system.ts';
import { judged } from '../../../files/wrap/judged.ts';
import { setRemoteAttributes } from './attributes.ts';
import { makeRemoteDirectory, removeRemote, removeRemoteDirectory, renameRemote } from './change.ts';
import { copyToServer } from './copy-to-server.ts';
import { freeSpaceOf } from './free-space.ts';
import { remoteHashing } from './hashing.ts';
import { nothingLearned } from './learned.ts';
import { listRemote } from './list-remote.ts';
import { sizeOfLeft, statRemote } from './look.ts';
import { openSession } from './open-session.ts';
import { DEFAULT_RETRY, type FtpClientOptions } from './options.ts';
import { serverPaths } from './paths.ts';
import { SessionPool } from './pool.ts';
import type { FtpFileSystem, FtpPowers } from './powers.ts';
import { partPath } from './publish.ts';
import { openRemoteReader } from './reader.ts';
import { firstHabits, has, type Remote } from './remote.ts';
import { copyWithinServer } from './copy-within-server.ts';
import type { FtpCommand, FtpReply } from './session.ts';
import { sessionSettings } from './settings.ts';
import { readText, writeText } from './text.ts';
import { openRemoteUpload } from './upload.ts';

/** What would leave a session in a state that the client does not know of. */
const KEPT_VERBS =
  /^(USER|PASS|ACCT|REIN|QUIT|AUTH|PBSZ|PROT|CCC|TYPE|MODE|STRU|PORT|EPRT|PASV|EPSV|SPSV|LPRT|LPSV|RETR|STOR|STOU|APPE|LIST|NLST|MLSD|REST|RNFR|ABOR|SSCN|CPSV)$/i;

function rawCommand(remote: Remote, command: FtpCommand, options: CallOptions = {}): Promise<FtpReply> {
  if (KEPT_VERBS.test(command.verb))
    return Promise.reject(
      new FileError('unsupported', '/', {
        detail: `${command.verb} is the client's own; there is a call for what it does`,
      }),
    );
  return remote.pool.use((session) => session.command(command, options), options);
}

/** Each client's own part of the file system: what it can do depends on the server. */
const remotes = new WeakMap<FtpPowers, Remote>();

function powersOf(remote: Remote): FtpPowers {
  const powers: FtpPowers = {
    server: remote.server,
    command: (command, options) => rawCommand(remote, command, options),
    readText: (path, options) => readText(remote, path, options),
    writeText: (path, text, options) => writeText(remote, path, { ...options, text }),
    copyToServer: async (from, target, to, options) => {
      const other = remotes.get(target.ftp);
      if (other === undefined) throw new FileError('unsupported', from, { detail: 'the other place is no FTP server' });
      await copyToServer({ remote, path: from }, { remote: other, path: to }, options);
    },
  };
  remotes.set(powers, remote);
  return powers;
}

function fileSystemOf(remote: Remote): FtpFileSystem {
  const hashing = remoteHashing(remote);
  const canCopy = has(remote, 'SITE') && /\bCOPY\b|\bCPFR\b/i.test(remote.server.features.get('SITE') ?? '');
  const close = (): Promise<void> => remote.pool.close();
  return {
    name: 'ftp',
    home: remote.paths.home,
    ftp: powersOf(remote),
    stat: (path, options) => statRemote(remote, path, options),
    list: (path, options) => listRemote(remote, path, options),
    openReader: (path, options) => openRemoteReader(remote, path, options),
    openUpload: (path, options) => openRemoteUpload(remote, path, options),
    remove: (path, options) => removeRemote(remote, path, options),
    removeDirectory: (path, options) => removeRemoteDirectory(remote, path, options),
    makeDirectory: (path, options) => makeRemoteDirectory(remote, path, options),
    rename: (from, to, options) => renameRemote(remote, from, to, options),
    setAttributes: (path, wanted, options) => setRemoteAttributes(remote, path, wanted, options),
    ...(remote.uploads === 'direct'
      ? {}
      : {
          interruptedSize: (path: VirtualPath, owner: string, options?: CallOptions) =>
            sizeOfLeft(remote, partPath(path, owner), options),
        }),
    ...(has(remote, 'AVBL')
      ? { freeSpace: (path: VirtualPath, options?: CallOptions) => freeSpaceOf(remote, path, options) }
      : {}),
    ...(hashing === undefined ? {} : { hashing }),
    ...(canCopy
      ? {
          copyWithin: (from: VirtualPath, to: VirtualPath, options?: CallOptions) =>
            copyWithinServer(remote, from, to, options),
        }
      : {}),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Connects and logs in, so that a wrong address or password fails here, and gives the server as a file system; further
 * connections are opened when calls overlap. Rejects with a `FileError`: `unreachable`, `timed-out`, `not-trusted`,
 * `login-refused`, `too-many-connections`, `protocol`; failures that pass are tried
 * again when `options.retry` says how often.
 */
export async function connectFtp(options: FtpClientOptions): Promise<FtpFileSystem> {
  const { signal, ...lasting } = options;
  const settings = sessionSettings(lasting);
  const learned = nothingLearned();
  const retry = { ...DEFAULT_RETRY, ...options.retry };
  const open = (connection: number, closing: AbortSignal): ReturnType<typeof openSession> =>
    openSession({ ...lasting, signal: closing }, connection, learned);
  const pool = new SessionPool({ settings, retry, open });
  try {
    const call = signal === undefined ? {} : { signal };
    // A server that is not there is told at once, unless the caller said how often to try.
    const lease = await (options.retry?.attempts === undefined ? pool.leaseOnce(call) : pool.lease(call));
    const { server } = lease.session;
    lease.release();
    const remote: Remote = {
      pool,
      server,
      settings,
      paths: serverPaths(server.home),
      uploads: options.uploads ?? 'temporary',
      habits: firstHabits(server),
      uploading: new Set(),
    };
    return judged(fileSystemOf(remote));
  } catch (error) {
    await pool.close();
    throw error;
  }
}
