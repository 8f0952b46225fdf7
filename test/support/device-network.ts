/** The network around a virtual device: real servers of ours at one address, and places where things go wrong. */
import { deviceTransfers } from '../../src/app/device/transfers.ts';
import { resolvePath, ROOT } from '../../src/base/virtual-path.ts';
import type { OpenedTarget, TransferPort, TransferTarget } from '../../src/device/index.ts';
import { FileError, type FileSystem, memoryFileSystem } from '../../src/files/index.ts';
import { startTestServer } from './ftp-server.ts';
import { startTestTftp } from './tftp-server.ts';

/** Where the servers are, as the device knows them. */
const SERVER = '10.0.0.5';
/** Sends the beginning of a file and then nothing more. */
const STALLS = '10.0.0.6';

export interface DeviceNetwork extends AsyncDisposable {
  readonly transfers: TransferPort;
  /** What all servers serve; the user is `u`, the password `p`. */
  readonly files: FileSystem;
}

const soFar = (files: FileSystem, path: string): OpenedTarget => ({
  files: {
    openReader: (one, call) => files.openReader(one, call),
    openUpload: (one, call) => files.openUpload(one, call),
    close: () => Promise.resolve(),
  },
  path: resolvePath(ROOT, path) ?? ROOT,
});

/** A file that never ends: its first bytes come, and then nothing. */
function stalling(signal: AbortSignal): OpenedTarget {
  const gone = (): Promise<never> =>
    new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(new FileError('interrupted', '/')), { once: true }),
    );
  const files = memoryFileSystem();
  return {
    files: {
      async openReader(path) {
        const upload = await files.openUpload(path);
        await upload.commit();
        const reader = await files.openReader(path);
        return {
          entry: { ...reader.entry, sizeIs: 'unknown' },
          read: (into, position) => (position > 0 ? gone() : Promise.resolve(into.fill(1).length)),
          close: () => reader.close(),
          [Symbol.asyncDispose]: () => reader.close(),
        };
      },
      openUpload: (path) => files.openUpload(path),
      close: () => Promise.resolve(),
    },
    path: resolvePath(ROOT, 'slow') ?? ROOT,
  };
}

/** SSH and the web without their wire: the same files, the same user. */
function inMemory(files: FileSystem, { scheme, user, password, path }: TransferTarget): Promise<OpenedTarget> {
  const needsLogin = scheme === 'scp' || scheme === 'sftp';
  if (needsLogin && (user !== 'u' || password !== 'p')) return Promise.reject(new FileError('login-refused', path));
  return Promise.resolve(soFar(files, path));
}

/** FTP and TFTP are really spoken, to servers on loopback; the device knows them as 10.0.0.5. */
export async function deviceNetwork(): Promise<DeviceNetwork> {
  const files = memoryFileSystem();
  const wrap = (): FileSystem => files;
  const [ftp, tftp] = await Promise.all([startTestServer({ wrap }), startTestTftp({ wrap })]);
  const real = deviceTransfers();
  return {
    files,
    transfers: {
      open(target, signal) {
        if (target.host === STALLS) return Promise.resolve(stalling(signal));
        if (target.host !== SERVER) return Promise.reject(new FileError('unreachable', target.path));
        if (target.scheme !== 'ftp' && target.scheme !== 'tftp') return inMemory(files, target);
        const { port } = target.scheme === 'ftp' ? ftp : tftp;
        return real.open({ ...target, host: '127.0.0.1', port }, signal);
      },
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([ftp[Symbol.asyncDispose](), tftp[Symbol.asyncDispose]()]);
    },
  };
}
