/** A channel over two streams of Node: standard input and output, a child process, or what the SSH library calls a channel. */
import type { Readable, Writable } from 'node:stream';
import { type ByteChannel, ChannelLostError } from './byte-channel.ts';

export interface StreamChannelOptions {
  /** Where the bytes come from; nobody else may read it. */
  readonly incoming: Readable;
  readonly outgoing: Writable;
  /** Waited for behind each write, where the stream does not know all that is queued below it. */
  readonly room?: () => Promise<void> | undefined;
  /** Asked when the incoming stream ends, where it ends in the same way when the connection is lost. */
  readonly endedBy?: () => 'peer' | 'loss';
}

type Waiting = PromiseWithResolvers<undefined>;

/** Bytes that wait for their reader; beyond, the stream is paused. */
const MOST_WAITING_BYTES = 1024 * 1024;

export class StreamChannel implements ByteChannel {
  readonly #incoming: Readable;
  readonly #outgoing: Writable;
  readonly #room: () => Promise<void> | undefined;
  /** What has come and nobody has read. Piece by piece: to put them together would copy every byte once more. */
  #pieces: Uint8Array[] = [];
  #next = 0;
  #piecesBytes = 0;
  #waiting: Waiting | undefined;
  #ended = false;
  #lost: ChannelLostError | undefined;
  /** Nobody takes what is written. */
  #unheard: ChannelLostError | undefined;
  /** What waits for room when the channel goes. */
  readonly #writes = new Set<(error: Error) => void>();

  constructor({ incoming, outgoing, room, endedBy = () => 'peer' }: StreamChannelOptions) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#room = room ?? (() => undefined);
    incoming.on('data', (piece: Uint8Array) => this.#came(piece));
    incoming.once('end', () => {
      if (endedBy() === 'loss') this.#lose(undefined);
      else this.#ended = true;
      this.#wake();
    });
    incoming.on('error', (cause: Error) => this.#lose(cause));
    incoming.once('close', () => {
      if (!incoming.readableEnded) this.#lose(undefined);
    });
    outgoing.on('error', (cause: Error) => this.#loseOutgoing(cause));
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) this.#loseOutgoing(undefined);
    });
  }

  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const piece = this.#take();
      if (piece !== undefined) return piece;
      if (this.#ended) return undefined;
      if (this.#lost !== undefined) throw this.#lost;
      this.#waiting = Promise.withResolvers();
      await this.#waiting.promise;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    const lost = this.#lost ?? this.#unheard;
    if (lost !== undefined) throw lost;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.#writes.add(reject);
    this.#outgoing.write(bytes, (error) => {
      if (error) reject(new ChannelLostError('the channel took no more', { cause: error }));
      else resolve(undefined);
    });
    try {
      await promise;
      await this.#room();
    } finally {
      this.#writes.delete(reject);
    }
  }

  end(): void {
    this.#outgoing.end();
  }

  destroy(): void {
    this.#lose(undefined);
    this.#incoming.destroy();
    this.#outgoing.destroy();
  }

  #came(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#piecesBytes += piece.length;
    if (this.#piecesBytes > MOST_WAITING_BYTES) this.#incoming.pause();
    this.#wake();
  }

  #take(): Uint8Array | undefined {
    const piece = this.#pieces[this.#next];
    if (piece === undefined) return undefined;
    this.#next += 1;
    this.#piecesBytes -= piece.length;
    if (this.#next === this.#pieces.length) [this.#pieces, this.#next] = [[], 0];
    if (this.#incoming.isPaused() && this.#piecesBytes < MOST_WAITING_BYTES / 2) this.#incoming.resume();
    return piece;
  }

  #wake(): void {
    this.#waiting?.resolve(undefined);
    this.#waiting = undefined;
  }

  /** A program that ends closes its input first: its last words come behind that, and are still read. */
  #loseOutgoing(cause: Error | undefined): void {
    this.#unheard ??= new ChannelLostError('the channel takes no more', { cause });
    for (const reject of this.#writes) reject(this.#unheard);
    this.#writes.clear();
  }

  /** Bytes that have come before are still read. */
  #lose(cause: Error | undefined): void {
    this.#lost ??= new ChannelLostError('the channel ended too early', { cause });
    for (const reject of this.#writes) reject(this.#lost);
    this.#writes.clear();
    this.#wake();
  }
}
