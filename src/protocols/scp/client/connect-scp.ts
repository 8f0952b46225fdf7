/** Opens a server of SCP as a file system. Nothing is sent before the first file is asked for. */
import { systemClock } from '../../../base/clock.ts';
import { ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions, Entry, RemoteFileSystem } from '../../../files/file-system.ts';
import { judged } from '../../../files/wrap/judged.ts';
import { listOverScp, makeDirectoryOverScp, statOverScp } from './directories.ts';
import type { ScpClientOptions } from './options.ts';
import { openScpReader } from './reader.ts';
import type { Remote } from './remote.ts';
import { openScpUpload } from './upload.ts';

const SILENCE_MS = 60_000;

const CANNOT: Readonly<Record<string, string>> = {
  list: 'a device has no listings over SCP: name the file, or use sftp:// where it is served',
  makeDirectory: 'a device makes no directories over SCP; use its command line',
  remove: 'SCP cannot remove files; use sftp://',
  removeDirectory: 'SCP cannot remove directories; use sftp://',
  rename: 'SCP cannot rename files; use sftp://',
};

const cannot = (path: VirtualPath, what: string): FileError =>
  new FileError('unsupported', path, { detail: CANNOT[what] ?? '' });

/** What nobody waits for any more is not even refused. */
async function refuse(path: VirtualPath, what: string, call: CallOptions | undefined): Promise<never> {
  call?.signal?.throwIfAborted();
  throw cannot(path, what);
}

/** What the root of a device is, to whoever asks: SCP shows nothing of it. */
const ROOT_ENTRY: Entry = { name: '', type: 'directory', sizeBytes: 0, modifiedMs: 0 };

function remoteOf(options: ScpClientOptions, closing: AbortSignal): Remote {
  const { exec, dialect = 'openssh', names = 'relative', clock = systemClock, observe = () => undefined } = options;
  const timeouts = { replyMs: SILENCE_MS, dataMs: SILENCE_MS, ...options.timeouts };
  let programs = 0;
  return { exec, dialect, names, timeouts, clock, observe, closing, nextProgram: () => (programs += 1) };
}

/** What a shell's scp can do with directories, and a device's cannot. */
function directoriesOf(remote: Remote): Pick<RemoteFileSystem, 'list' | 'makeDirectory' | 'directories'> {
  if (remote.dialect === 'openssh')
    return {
      list: (path, call) => listOverScp(remote, path, call),
      makeDirectory: (path, call) => makeDirectoryOverScp(remote, path, call),
    };
  return {
    directories: 'unseen',
    list: async function* (path) {
      throw cannot(path, 'list');
    },
    makeDirectory: (path) => Promise.reject(cannot(path, 'makeDirectory')),
  };
}

/**
 * The server as a file system. It reads a file from its beginning to its end, and writes a whole new one whose size is
 * known (`sizeBytes` of the options), or that is small. Nothing can be removed, renamed or resumed: asking for it fails
 * with `unsupported`. Whether the server is there and speaks SCP shows with the first file.
 */
export async function connectScp(options: ScpClientOptions): Promise<RemoteFileSystem> {
  options.signal?.throwIfAborted();
  const closing = new AbortController();
  const remote = remoteOf(options, closing.signal);
  const close = (): Promise<void> => {
    closing.abort();
    return Promise.resolve();
  };
  return judged({
    name: 'scp',
    home: ROOT,
    ...directoriesOf(remote),
    /** Asks for the file, and lets it go when its size has come. */
    async stat(path, call) {
      if (path === ROOT && remote.dialect === 'device') return ROOT_ENTRY;
      return await statOverScp(remote, path, call);
    },
    openReader: (path, call) => openScpReader(remote, path, call),
    openUpload: (path, call) => openScpUpload(remote, path, call),
    remove: (path, call) => refuse(path, 'remove', call),
    removeDirectory: (path, call) => refuse(path, 'removeDirectory', call),
    rename: (path, _to, call) => refuse(path, 'rename', call),
    close,
    [Symbol.asyncDispose]: close,
  });
}
