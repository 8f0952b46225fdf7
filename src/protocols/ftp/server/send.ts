/** From a file or a listing to a data connection. */
import type { Socket } from 'node:net';
import type { FileReader } from '../../../files/file-system.ts';
import { PromptReads } from '../../../files/prompt-reads.ts';
import type { BufferPool } from './buffer-pool.ts';
import { leave } from './leave.ts';
import type { Transfer } from './transfer.ts';

/** Bytes read and written at a time: measured best on loopback; more costs memory and gains nothing. */
export const SEND_BUFFER_BYTES = 256 * 1024;
/** How long one transfer may keep the event loop before others get their turn. */
const TURN_MS = 4;

/** A conversion on the way to the network (TYPE A). */
export interface Conversion {
  convert(chunk: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

/** Writes and waits until the kernel has taken it all. The bytes must not be changed before that. */
function writeAll(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** Ends our side and waits until everything has been handed to the kernel. */
function finishSending(socket: Socket): Promise<void> {
  // The end of a socket that is gone is told to nobody.
  if (socket.destroyed) return Promise.reject(new ClosedEarly());
  return new Promise((resolve, reject) => {
    const onClose = (): void => reject(new ClosedEarly());
    socket.once('error', reject);
    socket.once('close', onClose);
    socket.end(() => {
      socket.off('close', onClose);
      if (socket.writableFinished) resolve();
      else reject(new ClosedEarly());
      leave(socket);
    });
  });
}

class ClosedEarly extends Error {
  override readonly name = 'ClosedEarly';
  readonly code = 'ECONNRESET';

  constructor() {
    super('the client closed the data connection early');
  }
}

/** Lets a loop of synchronous work pause now and then for the rest of the program. */
export class Turn {
  readonly #clock: { monotonic(): number };
  #beganMs: number;

  constructor(clock: { monotonic(): number }) {
    this.#clock = clock;
    this.#beganMs = clock.monotonic();
  }

  get over(): boolean {
    return this.#clock.monotonic() - this.#beganMs > TURN_MS;
  }

  async yield(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#beganMs = this.#clock.monotonic();
  }
}

/** A write that takes longer is made of smaller pieces next time, so that a slow client is seen to move. */
const SLOW_WRITE_MS = 1_000;
const LEAST_PIECE_BYTES = 16 * 1024;

/** How much is handed to the kernel at a time: all that was read, until the client proves slow. */
class Piece {
  bytes = SEND_BUFFER_BYTES;
  readonly #clock: { monotonic(): number };

  constructor(clock: { monotonic(): number }) {
    this.#clock = clock;
  }

  async time(write: Promise<void>): Promise<void> {
    const beganMs = this.#clock.monotonic();
    await write;
    if (this.#clock.monotonic() - beganMs > SLOW_WRITE_MS) this.bytes = LEAST_PIECE_BYTES;
  }
}

async function writeInPieces(socket: Socket, bytes: Buffer, transfer: Transfer, piece: Piece): Promise<void> {
  for (let start = 0; start < bytes.length;) {
    const part = bytes.subarray(start, start + piece.bytes);
    await piece.time(writeAll(socket, part));
    start += part.length;
    transfer.moved(part.length);
  }
}

/** What a file is sent with. */
export interface SendingTools {
  readonly buffers: BufferPool;
  readonly clock: { monotonic(): number };
}

/** Sends a file from an offset to its end, and ends the data connection. Resolves to the bytes that went out. */
export async function sendFile(
  reader: FileReader,
  socket: Socket,
  transfer: Transfer,
  { buffers, clock }: SendingTools,
): Promise<void> {
  const buffer = buffers.take();
  const reads = new PromptReads(reader, clock);
  const turn = new Turn(clock);
  const piece = new Piece(clock);
  let position = transfer.plan.startBytes ?? 0;
  try {
    for (;;) {
      const read = reads.read(buffer, position);
      const count = typeof read === 'number' ? read : await read;
      if (count === 0) break;
      await writeInPieces(socket, buffer.subarray(0, count), transfer, piece);
      position += count;
      if (turn.over) await turn.yield();
    }
    await finishSending(socket);
  } finally {
    giveWhenUnused(buffers, buffer, socket);
  }
}

/** The kernel may still be told to read from the buffer while a socket with a failed write is being closed. */
function giveWhenUnused(buffers: BufferPool, buffer: Buffer, socket: Socket): void {
  if (socket.closed || socket.writableLength === 0) buffers.give(buffer);
  else socket.once('close', () => buffers.give(buffer));
}

/** Sends a file through a conversion. `startBytes` of the plan counts converted bytes (RFC 3659 §5.3). */
export async function sendConverted(
  reader: FileReader,
  socket: Socket,
  transfer: Transfer,
  conversion: Conversion,
): Promise<void> {
  let toSkip = transfer.plan.startBytes ?? 0;
  for await (const chunk of convertedChunks(reader, conversion)) {
    const skipped = Math.min(toSkip, chunk.length);
    toSkip -= skipped;
    if (skipped === chunk.length) continue;
    await writeAll(socket, chunk.subarray(skipped));
    transfer.moved(chunk.length - skipped);
  }
  await finishSending(socket);
}

/** The file as a conversion makes it, in pieces. */
export async function* convertedChunks(reader: FileReader, conversion: Conversion): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(64 * 1024);
  let position = 0;
  for (let count = await reader.read(buffer, 0); count > 0; count = await reader.read(buffer, position)) {
    position += count;
    yield conversion.convert(Uint8Array.from(buffer.subarray(0, count)));
  }
  yield conversion.end();
}

/** Sends lines that are made while they are sent; they are gathered into pieces of some 32 KiB. */
export async function sendText(texts: AsyncIterable<Uint8Array>, socket: Socket, transfer: Transfer): Promise<void> {
  for await (const bytes of texts) {
    transfer.signal.throwIfAborted();
    await writeAll(socket, bytes);
    transfer.moved(bytes.length);
  }
  await finishSending(socket);
}
