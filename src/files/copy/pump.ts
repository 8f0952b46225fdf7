/** Moves one span of bytes: while one buffer is written the next is read, and neither side waits without need. */
import type { Clock } from '../../base/clock.ts';
import { orAborted } from '../../base/wait.ts';
import { type ReadAt, fill } from './fill.ts';
import type { Pace } from './pace.ts';
import type { Span } from './spans.ts';

const BUFFER_BYTES = 1024 * 1024;
const LEAST_BUFFER_BYTES = 16 * 1024;
/** What is being written when a copy is stopped gets so long to end, so that it counts. */
const LAST_WRITE_MS = 2_000;

export interface Pump {
  readonly read: ReadAt;
  readonly write: (bytes: Uint8Array, positionBytes: number) => Promise<void>;
  readonly span: Span;
  /** How many bytes it probably has: small files get small buffers. */
  readonly expectedBytes: number;
  readonly clock: Clock;
  readonly pace: Pace | undefined;
  readonly signal: AbortSignal | undefined;
  /** Sees the bytes in the order of the file. */
  readonly onRead?: (bytes: Uint8Array) => void;
  readonly onWritten: (startBytes: number, endBytes: number) => void;
}

/** Settles when the work does or the time is over; never rejects. */
function settled(work: Promise<unknown>, clock: Clock, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(withinMs, resolve);
    const done = (): void => {
      cancel();
      resolve();
    };
    work.then(done, done);
  });
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly startBytes: number;
  /** Fewer than the buffer holds: the file ends behind them. */
  readonly reading: Promise<number>;
}

class Mover {
  readonly #pump: Pump;
  readonly #size: number;
  readonly #buffers: Uint8Array[] = [];
  #turn = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(pump: Pump) {
    this.#pump = pump;
    const { pace, expectedBytes } = pump;
    // One byte more than is expected, so that the end of a small file shows with the first read.
    const wanted = Math.max(LEAST_BUFFER_BYTES, expectedBytes + 1);
    this.#size = Math.min(BUFFER_BYTES, wanted, pace?.pieceBytes ?? Infinity);
  }

  async run(): Promise<'end-of-span' | 'end-of-file'> {
    const { span } = this.#pump;
    try {
      let piece = this.#read();
      for (;;) {
        const count = await piece.reading;
        await this.#writing;
        const isEndOfFile = count < piece.bytes.length;
        const next = isEndOfFile || span.leftBytes <= 0 ? undefined : this.#read();
        // Before the destination has its hands on them.
        this.#pump.onRead?.(piece.bytes.subarray(0, count));
        if (count > 0) await this.#write(piece, count);
        if (next === undefined) {
          await orAborted(this.#writing, this.#pump.signal);
          return isEndOfFile ? 'end-of-file' : 'end-of-span';
        }
        piece = next;
      }
    } catch (error) {
      await settled(this.#writing, this.#pump.clock, LAST_WRITE_MS);
      throw error;
    }
  }

  #read(): Piece {
    const { span, read, signal } = this.#pump;
    const { startBytes, length } = span.claim(this.#size);
    const buffer = (this.#buffers[this.#turn] ??= new Uint8Array(this.#size));
    this.#turn = 1 - this.#turn;
    const bytes = length === buffer.length ? buffer : buffer.subarray(0, length);
    const reading = orAborted(fill(read, bytes, startBytes), signal);
    // Its failure is met when it is awaited; before that the last write may fail.
    reading.catch(() => undefined);
    return { bytes, startBytes, reading };
  }

  async #write({ bytes, startBytes }: Piece, count: number): Promise<void> {
    const { pace, signal, write, span, onWritten } = this.#pump;
    await pace?.pass(count, signal);
    signal?.throwIfAborted();
    this.#writing = write(bytes.subarray(0, count), startBytes).then(() => {
      span.writtenBytes = startBytes + count;
      onWritten(startBytes, startBytes + count);
    });
    this.#writing.catch(() => undefined);
  }
}

/**
 * Resolves when all of the span was written, or the file has ended before. Rejects with the failure of either side, or
 * the signal's reason; a read that is under way then ends with its reader.
 */
export const pumpSpan = (pump: Pump): Promise<'end-of-span' | 'end-of-file'> => new Mover(pump).run();
