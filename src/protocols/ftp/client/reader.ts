/** A file of a server, opened for reading: one stream as long as it is read in order, opened anew where it is not. */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions, Entry, FileReader, ReadOptions } from '../../../files/file-system.ts';
import { lookAt, lookThrough, statRemote, whyRefused, withKind } from './look.ts';
import type { Lease } from './pool.ts';
import { at, type Remote, replyOf } from './remote.ts';
import type { FtpSession, Incoming } from './session.ts';

/** A gap that is read and thrown away rather than asked for anew. */
const SKIPPED_BYTES = 256 * 1024;
/** How long the last word on a file that was read to its end is waited for when nobody asks for it any more. */
const CONFIRMATION_MS = 3_000;

interface Stream {
  readonly lease: Lease;
  readonly incoming: Incoming;
  positionBytes: number;
}

class RemoteReader implements FileReader {
  readonly entry: Entry;
  readonly #remote: Remote;
  readonly #path: VirtualPath;
  readonly #options: Required<Pick<CallOptions, 'signal'>>;
  #stream: Stream | undefined;
  /** Where the file ended, once the server has confirmed it. */
  #endBytes: number | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;
  /** Reads that have not ended. */
  #reads = 0;
  /** Ends reads that run: the caller's signal, or the closing. */
  readonly #ending = new AbortController();

  constructor(remote: Remote, path: VirtualPath, entry: Entry, options: CallOptions) {
    this.#remote = remote;
    this.#path = path;
    this.entry = entry;
    const { signal } = options;
    this.#options = {
      signal: signal === undefined ? this.#ending.signal : AbortSignal.any([signal, this.#ending.signal]),
    };
  }

  /** Opens the stream where reading is to begin. */
  async begin(positionBytes: number): Promise<void> {
    await this.#remote.pool.retrying(() => this.#open(positionBytes, 'first'), this.#options);
    this.#rest();
  }

  read(into: Uint8Array, positionBytes: number): Promise<number> {
    if (this.#closed) return Promise.reject(new Error(`${this.#path} was closed`));
    this.#reads += 1;
    return this.#inTurn(async () => {
      this.#ending.signal.throwIfAborted();
      if (into.length === 0 || (this.#endBytes !== undefined && positionBytes >= this.#endBytes)) return 0;
      this.#stream?.lease.offer(undefined);
      try {
        return await this.#remote.pool.retrying(() => this.#attempt(into, positionBytes), this.#options);
      } catch (error) {
        throw at(this.#path, error);
      } finally {
        this.#rest();
      }
    }).finally(() => (this.#reads -= 1));
  }

  /** A read that still runs fails with `interrupted`. */
  close(): Promise<void> {
    this.#closed = true;
    if (this.#reads > 0)
      this.#ending.abort(new FileError('interrupted', this.#path, { detail: 'the reader was closed' }));
    return this.#inTurn(() => this.#stop());
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
    if (this.#stream !== undefined && !(await this.#skipTo(this.#stream, positionBytes))) await this.#stop();
    if (this.#stream === undefined) {
      if (this.#isBehindEnd(positionBytes)) return 0;
      await this.#open(positionBytes, 'same');
    }
    return this.#stream === undefined ? 0 : await this.#take(this.#stream, into);
  }

  #isBehindEnd(positionBytes: number): boolean {
    return positionBytes > 0 && positionBytes >= (this.#endBytes ?? this.entry.sizeBytes);
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
      // Who aborts waits for nobody; the connection is given back when the server has come to order.
      void this.#stop();
      throw error;
    }
  }

  /** Whether the stream stands at the position, or could be read up to it. */
  async #skipTo(stream: Stream, positionBytes: number, mostBytes = SKIPPED_BYTES): Promise<boolean> {
    const gapBytes = positionBytes - stream.positionBytes;
    if (gapBytes < 0 || gapBytes > mostBytes) return false;
    const aside = new Uint8Array(Math.min(gapBytes, SKIPPED_BYTES));
    while (this.#stream === stream && stream.positionBytes < positionBytes)
      await this.#take(stream, aside.subarray(0, Math.min(aside.length, positionBytes - stream.positionBytes)));
    return true;
  }

  /** `same`: the file is looked at first, since what is read now must be what was opened. */
  async #open(positionBytes: number, which: 'first' | 'same'): Promise<void> {
    const lease = await this.#remote.pool.leaseOnce(this.#options);
    try {
      if (which === 'same') await this.#confirmSame(lease.session);
      this.#stream = { lease, ...(await this.#retrieve(lease.session, positionBytes)) };
    } catch (error) {
      lease.release();
      throw error;
    }
    await this.#skipTo(this.#stream, positionBytes, Infinity);
  }

  /** A server that does not begin in the middle (RFC 3659 §5) is read from the beginning. */
  async #retrieve(session: FtpSession, positionBytes: number): Promise<Omit<Stream, 'lease'>> {
    const command = { verb: 'RETR', argument: this.#remote.paths.toServer(this.#path) };
    try {
      const incoming = await session.retrieve(command, { ...this.#options, restartBytes: positionBytes });
      return { incoming, positionBytes };
    } catch (error) {
      const canSkip = positionBytes > 0 && error instanceof FileError && error.kind === 'unsupported';
      if (!canSkip || !session.isOpen) throw error;
      return { incoming: await session.retrieve(command, this.#options), positionBytes: 0 };
    }
  }

  async #confirmSame(session: FtpSession): Promise<void> {
    const found = await lookThrough(this.#remote, session, this.#path, this.#options);
    if (found?.type === 'file' && found.sizeBytes === this.entry.sizeBytes && isSameTime(found, this.entry)) return;
    if (found === undefined)
      throw new FileError('not-found', this.#path, { detail: 'the file is gone while it was read' });
    throw new FileError('integrity', this.#path, { detail: 'the file has changed while it was being read' });
  }

  async #stop(): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream === undefined) return;
    stream.lease.offer(undefined);
    await this.#leaveStream(stream);
    stream.lease.release();
  }

  /** Where all has been read but the server's confirmation, that is quicker to take than to abort. */
  async #leaveStream({ incoming, positionBytes }: Stream): Promise<void> {
    const isAtEnd = positionBytes === this.entry.sizeBytes && !this.#ending.signal.aborted;
    if (isAtEnd && (await this.#isConfirmed(incoming))) this.#endBytes = positionBytes;
    else await incoming.abort();
  }

  async #isConfirmed(incoming: Incoming): Promise<boolean> {
    const late = new AbortController();
    const cancel = this.#remote.settings.clock.after(CONFIRMATION_MS, () => late.abort());
    try {
      return (await incoming.read(new Uint8Array(1), { signal: late.signal })) === 0;
    } catch {
      return false;
    } finally {
      cancel();
    }
  }
}

/** A LIST gives minutes or days, of a time zone that nobody knows: only exact times can differ. */
const isExact = ({ modifiedMs, modifiedPrecision }: Entry): boolean =>
  modifiedMs !== 0 && modifiedPrecision !== 'minute' && modifiedPrecision !== 'day';

const isSameTime = (one: Entry, other: Entry): boolean =>
  !isExact(one) || !isExact(other) || Math.abs(one.modifiedMs - other.modifiedMs) < 1000;

async function whyNotOpened(remote: Remote, path: VirtualPath, error: unknown, options: CallOptions): Promise<unknown> {
  const placed = at(path, error);
  if (!(placed instanceof FileError) || placed.reply === undefined || placed.retryable) return placed;
  const entry = await lookAt(remote, path, options);
  if (entry?.type === 'directory') return withKind(placed, 'is-directory');
  if (entry !== undefined) return placed.kind === 'not-found' ? withKind(placed, 'denied') : placed;
  return await whyRefused(remote, path, replyOf(placed), options);
}

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
  if (entry.type === 'other') throw new FileError('not-regular', path);
  const reader = new RemoteReader(remote, path, entry, call);
  try {
    if (fromBytes === 0 || fromBytes < entry.sizeBytes) await reader.begin(fromBytes);
  } catch (error) {
    throw await whyNotOpened(remote, path, error, call);
  }
  return reader;
}
