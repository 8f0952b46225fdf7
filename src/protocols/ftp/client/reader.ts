/** A file of a server, opened for reading: one stream as long as it is read in order, opened anew where it is not. */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions, Entry, FileReader, ReadOptions } from '../../../files/file-system.ts';
import { lookAt, statRemote, whyRefused, withKind } from './look.ts';
import type { Lease } from './pool.ts';
import { at, type Remote } from './remote.ts';
import type { FtpReply, Incoming } from './session.ts';

/** A gap that is read and thrown away rather than asked for anew. */
const SKIPPED_BYTES = 256 * 1024;

interface Stream {
  readonly lease: Lease;
  readonly incoming: Incoming;
  positionBytes: number;
}

class RemoteReader implements FileReader {
  readonly entry: Entry;
  readonly #remote: Remote;
  readonly #path: VirtualPath;
  readonly #options: CallOptions;
  #stream: Stream | undefined;
  /** Where the file ended, once the server has confirmed it. */
  #endBytes: number | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(remote: Remote, path: VirtualPath, entry: Entry, options: CallOptions) {
    this.#remote = remote;
    this.#path = path;
    this.entry = entry;
    this.#options = options;
  }

  /** Opens the stream where reading is to begin. */
  async begin(positionBytes: number): Promise<void> {
    await this.#remote.pool.retrying(() => this.#open(positionBytes), this.#options);
    this.#rest();
  }

  read(into: Uint8Array, positionBytes: number): Promise<number> {
    return this.#inTurn(async () => {
      if (this.#closed) throw new Error(`${this.#path} was closed`);
      if (into.length === 0 || (this.#endBytes !== undefined && positionBytes >= this.#endBytes)) return 0;
      this.#stream?.lease.offer(undefined);
      try {
        return await this.#remote.pool.retrying(() => this.#attempt(into, positionBytes), this.#options);
      } catch (error) {
        throw at(this.#path, error);
      } finally {
        this.#rest();
      }
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      this.#closed = true;
      await this.#stop();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Until the next read another call may have the connection. */
  #rest(): void {
    this.#stream?.lease.offer(() => this.#inTurn(() => this.#stop()));
  }

  async #attempt(into: Uint8Array, positionBytes: number): Promise<number> {
    if (this.#stream === undefined) {
      // What is read now must be what was opened.
      if (positionBytes > 0 && positionBytes >= this.entry.sizeBytes) return 0;
      await this.#confirmSame();
      await this.#open(positionBytes);
    } else if (!(await this.#skipTo(this.#stream, positionBytes))) {
      await this.#stop();
      if (positionBytes >= this.entry.sizeBytes) return 0;
      await this.#open(positionBytes);
    }
    return this.#stream === undefined ? 0 : await this.#take(this.#stream, into);
  }

  async #take(stream: Stream, into: Uint8Array): Promise<number> {
    try {
      const count = await stream.incoming.read(into, this.#options);
      stream.positionBytes += count;
      if (count > 0) return count;
      this.#endBytes = stream.positionBytes;
      this.#stream = undefined;
      stream.lease.release();
      return 0;
    } catch (error) {
      await this.#stop();
      throw error;
    }
  }

  /** Whether the stream stands at the position, or could be read up to it. */
  async #skipTo(stream: Stream, positionBytes: number): Promise<boolean> {
    const gapBytes = positionBytes - stream.positionBytes;
    if (gapBytes < 0 || gapBytes > SKIPPED_BYTES) return false;
    const aside = new Uint8Array(gapBytes);
    for (let left = gapBytes; left > 0 && this.#stream !== undefined;)
      left -= (await this.#take(stream, aside.subarray(0, left))) || left;
    return true;
  }

  async #open(positionBytes: number): Promise<void> {
    const { pool, paths } = this.#remote;
    const lease = await pool.lease(this.#options);
    try {
      const command = { verb: 'RETR', argument: paths.toServer(this.#path) };
      const incoming = await lease.session.retrieve(command, { ...this.#options, restartBytes: positionBytes });
      this.#stream = { lease, incoming, positionBytes };
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  async #confirmSame(): Promise<void> {
    const { sizeBytes, modifiedMs, type } = await statRemote(this.#remote, this.#path, this.#options);
    const { entry } = this;
    if (type === 'file' && sizeBytes === entry.sizeBytes && sameTime(modifiedMs, entry.modifiedMs)) return;
    throw new FileError('integrity', this.#path, { detail: 'the file has changed while it was being read' });
  }

  async #stop(): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream === undefined) return;
    stream.lease.offer(undefined);
    await stream.incoming.abort();
    stream.lease.release();
  }
}

/** Listings give minutes where MDTM gives seconds: only what differs by more is another time. */
const sameTime = (oneMs: number, otherMs: number): boolean => Math.abs(oneMs - otherMs) < 60_000;

async function whyNotOpened(remote: Remote, path: VirtualPath, error: unknown, options: CallOptions): Promise<unknown> {
  const placed = at(path, error);
  if (!(placed instanceof FileError) || placed.reply === undefined || placed.retryable) return placed;
  const entry = await lookAt(remote, path, options);
  if (entry?.type === 'directory') return withKind(placed, 'is-directory');
  if (entry !== undefined) return placed.kind === 'not-found' ? withKind(placed, 'denied') : placed;
  return await whyRefused(remote, path, replyOf(placed), options);
}

const replyOf = ({ reply = '550' }: FileError): FtpReply => ({
  code: Number(reply.slice(0, 3)),
  lines: [reply.slice(4)],
});

/** `openReader` of a file system. The signal also ends later reads. */
export async function openRemoteReader(
  remote: Remote,
  path: VirtualPath,
  options: ReadOptions = {},
): Promise<FileReader> {
  options.signal?.throwIfAborted();
  const { expected, fromBytes = 0, ...call } = options;
  const entry = expected ?? (await statRemote(remote, path, call));
  if (entry.type === 'directory') throw new FileError('is-directory', path);
  const reader = new RemoteReader(remote, path, entry, call);
  try {
    if (fromBytes === 0 || fromBytes < entry.sizeBytes) await reader.begin(fromBytes);
  } catch (error) {
    throw await whyNotOpened(remote, path, error, call);
  }
  return reader;
}
