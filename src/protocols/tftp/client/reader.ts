/** A file of a server, opened for reading: one stream, begun anew where reading goes back. */
import { baseName, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { Entry, FileReader, ReadOptions } from '../../../files/file-system.ts';
import { FileReceiver } from '../channel/file-receiver.ts';
import { PLAIN_TERMS } from '../wire/negotiation.ts';
import { refusalHere } from './failure.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { ReadingSink } from './reading-sink.ts';
import type { Remote } from './remote.ts';

/** What is read and thrown away to get to an offset. */
const SKIPPED_BYTES = 64 * 1024;
/** What a read waits for, where as much is asked for: blocks are small, and each read may be a write of somebody's. */
const ENOUGH_BYTES = 64 * 1024;

interface Stream {
  readonly exchange: Exchange<FileReceiver>;
  readonly sink: ReadingSink;
  positionBytes: number;
}

async function openStream(remote: Remote, path: VirtualPath, signal: AbortSignal | undefined): Promise<Stream> {
  const { clock, timing, mode } = remote;
  // A plain retry needs a sink of its own: the last one made is that of the exchange.
  let sink = new ReadingSink();
  const exchange = await openExchange({
    remote,
    path,
    direction: 'read',
    sizeBytes: mode === 'octet' ? 0 : undefined,
    signal,
    make: (making) => {
      sink = new ReadingSink();
      return new FileReceiver({
        ...making,
        clock,
        timing,
        sink,
        mode,
        terms: PLAIN_TERMS,
        refusalFor: refusalHere,
        peer: remote.hasAnswered ? 'proven' : 'unproven',
        rollover: 'as-it-comes',
      });
    },
  });
  void exchange.transfer.ended.then(() => sink.stop());
  return { exchange, sink, positionBytes: 0 };
}

function entryOf(path: VirtualPath, { exchange }: Stream): Entry {
  const { sizeBytes } = exchange.terms;
  const known = sizeBytes === undefined ? ({ sizeBytes: 0, sizeIs: 'unknown' } as const) : { sizeBytes };
  return { name: baseName(path), type: 'file', modifiedMs: 0, ...known };
}

class TftpReader implements FileReader {
  readonly entry: Entry;
  readonly #remote: Remote;
  readonly #path: VirtualPath;
  readonly #signal: AbortSignal | undefined;
  #stream: Stream | undefined;
  #endBytes: number | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(remote: Remote, path: VirtualPath, stream: Stream, signal: AbortSignal | undefined) {
    this.#remote = remote;
    this.#path = path;
    this.#stream = stream;
    this.#signal = signal;
    this.entry = entryOf(path, stream);
  }

  read(into: Uint8Array, positionBytes: number): Promise<number> {
    const done = this.#turn.then(() => this.#read(into, positionBytes));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** A read that still runs fails with `interrupted`. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#stop('The client has what it wants');
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(into: Uint8Array, positionBytes: number): Promise<number> {
    if (this.#isClosed) throw new FileError('interrupted', this.#path, { detail: 'the reader was closed' });
    if (into.length === 0 || (this.#endBytes !== undefined && positionBytes >= this.#endBytes)) return 0;
    const stream = await this.#streamAt(positionBytes);
    return stream === undefined ? 0 : await this.#take(stream, into);
  }

  /** The stream at this position; `undefined` when the file ends before. */
  async #streamAt(positionBytes: number): Promise<Stream | undefined> {
    if (this.#stream !== undefined && this.#stream.positionBytes > positionBytes) this.#stop('The client begins again');
    this.#stream ??= await openStream(this.#remote, this.#path, this.#signal);
    const stream = this.#stream;
    const aside = new Uint8Array(SKIPPED_BYTES);
    while (stream.positionBytes < positionBytes) {
      const count = await this.#take(stream, aside.subarray(0, positionBytes - stream.positionBytes));
      if (count === 0) return undefined;
    }
    return stream;
  }

  async #take(stream: Stream, into: Uint8Array): Promise<number> {
    const { sink, exchange } = stream;
    const wanted = Math.min(into.length, ENOUGH_BYTES);
    for (;;) {
      await sink.news(wanted);
      const count = sink.read(into);
      stream.positionBytes += count;
      if (count > 0) return count;
      if (sink.isAtEnd) break;
      await exchange.failure('now');
    }
    await exchange.failure('at-the-end');
    this.#confirmSize(stream);
    this.#endBytes = stream.positionBytes;
    this.#stream = undefined;
    return 0;
  }

  /** What the server said of its size must be what came. */
  #confirmSize({ exchange, positionBytes }: Stream): void {
    const { sizeBytes } = exchange.terms;
    if (sizeBytes === undefined || sizeBytes === positionBytes) return;
    throw new FileError('integrity', this.#path, {
      detail: `the server spoke of ${sizeBytes} bytes, and ${positionBytes} came`,
    });
  }

  #stop(message: string): void {
    this.#stream?.exchange.abort(message);
    this.#stream = undefined;
  }
}

/** `openReader` of a file system. The signal also ends later reads. */
export async function openTftpReader(
  remote: Remote,
  path: VirtualPath,
  { signal }: ReadOptions = {},
): Promise<FileReader> {
  if (path === ROOT) throw new FileError('is-directory', path);
  return new TftpReader(remote, path, await openStream(remote, path, signal), signal);
}
