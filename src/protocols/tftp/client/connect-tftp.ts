/** Opens a server of TFTP as a file system. Nothing is sent before the first file is asked for: TFTP has no login. */
import { lookup } from 'node:dns/promises';
import { canonicalAddress, parseAddress } from '../../../base/cidr.ts';
import { systemClock } from '../../../base/clock.ts';
import { ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { orAborted } from '../../../base/wait.ts';
import { FileError } from '../../../files/error.ts';
import type { Entry } from '../../../files/file-system.ts';
import { DEFAULT_TIMING, type Timing } from '../transfer/round-trip.ts';
import { TFTP_PORT, type TftpClientOptions, type TftpFileSystem } from './options.ts';
import { fitted } from '../wire/negotiation.ts';
import { openTftpReader } from './reader.ts';
import type { Remote } from './remote.ts';
import { openTftpUpload } from './upload.ts';

/** Fits into an Ethernet frame, also behind a tunnel or two. */
const DEFAULT_BLOCK_BYTES = 1_428;
const DEFAULT_WINDOW_BLOCKS = 16;
/** A server that never answers is given up sooner than one that fell silent. */
const CLIENT_TIMING: Timing = { ...DEFAULT_TIMING, triesUnproven: 5 };

/** A window that is held until it is read, and that the buffers of a system take. */
const WINDOW_BYTES = 512 * 1024;

const isAddress = (host: string): boolean => parseAddress(host.split('%', 1)[0] ?? '') !== undefined;

/** An address is what it says, with its zone; of a name the first address counts. */
async function addressOf(host: string, signal: AbortSignal | undefined): Promise<string> {
  if (isAddress(host)) return host.includes('%') ? host : canonicalAddress(host);
  try {
    return (await orAborted(lookup(host), signal)).address;
  } catch (cause) {
    signal?.throwIfAborted();
    throw new FileError('unreachable', ROOT, { detail: `the name ${host} has no address`, cause });
  }
}

const CANNOT: Readonly<Record<string, string>> = {
  list: 'TFTP has no listings: name the file',
  remove: 'TFTP cannot remove files',
  removeDirectory: 'TFTP knows no directories',
  makeDirectory: 'TFTP knows no directories',
  rename: 'TFTP cannot rename files',
};

const cannot = (path: VirtualPath, what: string): FileError =>
  new FileError('unsupported', path, { detail: CANNOT[what] ?? '' });

/** What the root is, to whoever asks: TFTP shows nothing of it. */
const ROOT_ENTRY: Entry = { name: '', type: 'directory', sizeBytes: 0, modifiedMs: 0 };

function remoteOf(options: TftpClientOptions, address: string, closing: AbortSignal): Remote {
  const { host, port = TFTP_PORT, mode = 'octet', names = 'relative', clock = systemClock } = options;
  const { blockBytes = DEFAULT_BLOCK_BYTES, timeoutSeconds } = options;
  const windowBlocks = fitted(options.windowBlocks ?? DEFAULT_WINDOW_BLOCKS, blockBytes, { windowBytes: WINDOW_BYTES });
  let transfers = 0;
  return {
    host,
    address,
    port,
    mode,
    names,
    clock,
    closing,
    timing: { ...CLIENT_TIMING, ...options.timing },
    observe: options.observe ?? (() => undefined),
    nextTransfer: () => (transfers += 1),
    hasAnswered: false,
    wishes:
      options.options === 'plain'
        ? undefined
        : { blockBytes, windowBlocks, ...(timeoutSeconds !== undefined && { timeoutSeconds }) },
  };
}

/**
 * The server as a file system. Rejects with `unreachable` when its name has no address; whether anybody is there shows
 * with the first file.
 */
export async function connectTftp(options: TftpClientOptions): Promise<TftpFileSystem> {
  options.signal?.throwIfAborted();
  const closing = new AbortController();
  const remote = remoteOf(options, await addressOf(options.host, options.signal), closing.signal);
  const close = (): Promise<void> => {
    closing.abort();
    return Promise.resolve();
  };
  return {
    name: 'tftp',
    directories: 'unseen',
    home: ROOT,
    /** Asks for the file, and lets it go when its size has come. */
    async stat(path, { signal } = {}) {
      if (path === ROOT) return ROOT_ENTRY;
      await using reader = await openTftpReader(remote, path, signal === undefined ? {} : { signal });
      return reader.entry;
    },

    list: async function* (path) {
      throw cannot(path, 'list');
    },
    openReader: (path, call) => openTftpReader(remote, path, call),
    openUpload: (path, call) => openTftpUpload(remote, path, call),
    remove: (path) => Promise.reject(cannot(path, 'remove')),
    removeDirectory: (path) => Promise.reject(cannot(path, 'removeDirectory')),
    makeDirectory: (path) => Promise.reject(cannot(path, 'makeDirectory')),
    rename: (path) => Promise.reject(cannot(path, 'rename')),
    close,
    [Symbol.asyncDispose]: close,
  };
}
