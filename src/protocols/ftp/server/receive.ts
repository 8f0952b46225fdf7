/**
 * From a data connection to an upload.
 *
 * The kernel reads straight into our own large buffers (`onread`), which are written while the next one fills; without
 * that, Node allocates 64 KiB for every read. The stream ends only at the client's FIN: a reset is an interruption.
 */
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Upload } from '../../../files/file-system.ts';
import type { BufferPool } from './buffer-pool.ts';
import { leave } from './leave.ts';
import type { Conversion } from './send.ts';
import type { Transfer } from './transfer.ts';

/** Bytes gathered before they are written. */
export const RECEIVE_BUFFER_BYTES = 1024 * 1024;
/** A read is only begun with this much room left: less would mean many small reads. */
const LEAST_ROOM_BYTES = 32 * 1024;
/** Buffers of one transfer that fill or are being written. */
const MOST_BUFFERS = 4;

/** The data connection ended without the client's FIN. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly code = 'ECONNRESET';
}

/** Receives a file to the client's FIN and hands every byte to the upload. Rejects when the connection breaks. */
export async function receiveFile(
  socket: Socket,
  upload: Upload,
  transfer: Transfer,
  buffers: BufferPool,
): Promise<void> {
  const receiver = new Receiver(upload, transfer, buffers);
  await receiver.run(socket);
}

interface HandleHolder {
  _handle?: object | null;
}

/** Buffers that fill in turn, and the writes that run behind them. */
class Receiver {
  readonly #upload: Upload;
  readonly #transfer: Transfer;
  readonly #buffers: BufferPool;
  readonly #done = Promise.withResolvers<undefined>();
  readonly #spare: Buffer[] = [];
  #filling: Buffer | undefined;
  #filledBytes = 0;
  #owned = 0;
  #writing = 0;
  #position: number;
  #ended = false;
  #failed = false;
  #failure: unknown;
  #socket: Socket | undefined;
  #paused = false;

  constructor(upload: Upload, transfer: Transfer, buffers: BufferPool) {
    this.#upload = upload;
    this.#transfer = transfer;
    this.#buffers = buffers;
    this.#position = upload.startBytes;
  }

  async run(accepted: Socket): Promise<void> {
    const socket = this.#adopt(accepted);
    this.#socket = socket;
    const destroy = (): void => void socket.destroy();
    this.#transfer.signal.addEventListener('abort', destroy);
    // After the client's FIN all bytes are here, and what becomes of the connection is nothing to the file.
    socket.on('error', (error) => {
      if (!this.#ended) this.#fail(error);
    });
    socket.on('close', () => {
      if (!this.#ended) this.#fail(new Interrupted('the client broke the data connection off'));
    });
    socket.on('end', () => {
      this.#ended = true;
      this.#transfer.holdClient();
      this.#flush();
      this.#settle();
    });
    if (this.#transfer.signal.aborted) destroy();
    // Its end may have come while it waited for the command, and will not be told again.
    if (accepted.destroyed) this.#fail(new Interrupted('the client broke the data connection off'));
    try {
      await this.#done.promise;
      leave(socket);
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      this.#transfer.signal.removeEventListener('abort', destroy);
      // Its handle is elsewhere, or it is the socket itself.
      if (accepted !== socket) accepted.destroy();
      this.#release();
    }
  }

  /**
   * A socket that reads into our buffers. Node has `onread` only for sockets that it makes itself, so the handle of the
   * accepted one moves into a new one. Where a Node has no handle to move, and under TLS, the socket's own reads serve.
   */
  #adopt(accepted: Socket): Socket {
    const holder = accepted as unknown as HandleHolder;
    const handle = holder._handle;
    const cannotMove = accepted instanceof TLSSocket || accepted.readableLength > 0;
    // Behind a PROXY header the first bytes may have come already, and then only the socket itself has them.
    if (handle === undefined || handle === null || cannotMove) {
      accepted.on('data', (chunk: Buffer) => this.#copyIn(chunk));
      accepted.resume();
      return accepted;
    }
    holder._handle = null;
    const options = {
      handle,
      onread: {
        buffer: (): Buffer => this.#room(),
        callback: (count: number, buffer: Uint8Array): boolean => this.#arrived(count, buffer),
      },
    };
    // `handle` is not in the public types; a TypeError here would be caught by the interoperability tests.
    return new Socket(options as unknown as ConstructorParameters<typeof Socket>[0]);
  }

  /** Where the next read goes. */
  #room(): Buffer {
    this.#filling ??= this.#takeBuffer();
    // Asked while all buffers are being written: what is read now is copied once room is there.
    return this.#filling?.subarray(this.#filledBytes) ?? Buffer.allocUnsafe(LEAST_ROOM_BYTES);
  }

  #takeBuffer(): Buffer | undefined {
    const spare = this.#spare.pop();
    if (spare !== undefined || this.#owned >= MOST_BUFFERS) return spare;
    this.#owned += 1;
    return this.#buffers.take();
  }

  #arrived(count: number, buffer: Uint8Array): boolean {
    const target = this.#filling;
    if (target === undefined || buffer.buffer !== target.buffer) {
      this.#writeApart(Buffer.from(buffer.subarray(0, count)));
      return this.#mayRead();
    }
    this.#transfer.moved(count);
    this.#filledBytes += count;
    if (target.length - this.#filledBytes < LEAST_ROOM_BYTES) this.#flush();
    return this.#mayRead();
  }

  /** Gathers small pieces: under TLS they come by 16 KiB, which would be as many writes. */
  #copyIn(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0;) {
      this.#filling ??= this.#takeBuffer();
      if (this.#filling === undefined) {
        this.#writeApart(rest);
        break;
      }
      const count = rest.copy(this.#filling, this.#filledBytes);
      this.#transfer.moved(count);
      this.#filledBytes += count;
      rest = rest.subarray(count);
      if (this.#filledBytes === this.#filling.length) this.#flush();
    }
    if (this.#writing >= MOST_BUFFERS && !this.#paused) {
      this.#paused = true;
      this.#transfer.holdClient();
      this.#socket?.pause();
    }
  }

  /** False stops the reads until a buffer is free again. */
  #mayRead(): boolean {
    this.#filling ??= this.#takeBuffer();
    this.#paused = this.#filling === undefined;
    if (this.#paused) this.#transfer.holdClient();
    return !this.#paused;
  }

  #flush(): void {
    const buffer = this.#filling;
    if (buffer === undefined || this.#filledBytes === 0) return;
    const bytes = buffer.subarray(0, this.#filledBytes);
    this.#filling = undefined;
    this.#filledBytes = 0;
    this.#write(bytes, () => this.#spare.push(buffer));
  }

  /** Bytes that did not come into one of our buffers. */
  #writeApart(bytes: Buffer): void {
    this.#transfer.moved(bytes.length);
    this.#flush();
    this.#write(bytes, () => 0);
  }

  #write(bytes: Buffer, then: () => void): void {
    const position = this.#position;
    this.#position += bytes.length;
    this.#writing += 1;
    this.#upload.write(bytes, position).then(
      () => {
        this.#writing -= 1;
        // A client that has sent all, or may not send now, is not waited for.
        if (this.#ended || this.#paused) this.#transfer.holdClient();
        else this.#transfer.moved(0);
        then();
        this.#resume();
        this.#settle();
      },
      (error: unknown) => {
        this.#writing -= 1;
        then();
        this.#fail(error);
        this.#settle();
      },
    );
  }

  #resume(): void {
    if (!this.#paused || this.#ended) return;
    this.#paused = false;
    this.#transfer.moved(0);
    this.#socket?.resume();
  }

  #fail(error: unknown): void {
    this.#failed = true;
    this.#socket?.destroy();
    if (!this.#ended) this.#flush();
    this.#failure ??= error;
    this.#settle();
  }

  /** The end is told only when no write runs any more, so that whoever keeps the file keeps all of it. */
  #settle(): void {
    if (this.#writing > 0) return;
    if (this.#failed) this.#done.reject(this.#failure);
    else if (this.#ended) this.#done.resolve(undefined);
  }

  #release(): void {
    if (this.#filling !== undefined) this.#spare.push(this.#filling);
    this.#filling = undefined;
    for (const buffer of this.#spare.splice(0)) this.#buffers.give(buffer);
  }
}

/** Receives a file through a conversion (TYPE A). */
export async function receiveConverted(
  socket: Socket,
  upload: Upload,
  transfer: Transfer,
  conversion: Conversion,
): Promise<void> {
  let position = upload.startBytes;
  const write = async (bytes: Uint8Array): Promise<void> => {
    if (bytes.length === 0) return;
    await upload.write(bytes, position);
    position += bytes.length;
  };
  const chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of chunks) {
    transfer.moved(chunk.length);
    await write(conversion.convert(chunk));
  }
  leave(socket);
  await write(conversion.end());
}
