/** A file system whose contents come and go no faster than they may. */
import type { Clock } from '../../base/clock.ts';
import { TokenBucket } from '../../base/token-bucket.ts';
import type { VirtualPath } from '../../base/virtual-path.ts';
import { pause } from '../../base/wait.ts';
import { FileError } from '../error.ts';
import type { CallOptions, FileReader, FileSystem, OpenFile, Upload } from '../file-system.ts';

export interface Rates {
  /** Into the file system; not bounded when left out. */
  readonly uploadBytesPerSecond?: number;
  /** Out of it. */
  readonly downloadBytesPerSecond?: number;
}

/** So much of a second is let through at once: short enough that many transfers take turns, long enough to be cheap. */
const PIECE_SECONDS = 0.1;
const MIN_PIECE_BYTES = 4096;

/** One direction, shared by all transfers; who asks first is served first. */
class Lane {
  readonly pieceBytes: number;
  readonly #bucket: TokenBucket;
  readonly #clock: Clock;

  constructor(bytesPerSecond: number, clock: Clock) {
    this.pieceBytes = Math.max(MIN_PIECE_BYTES, Math.floor(bytesPerSecond * PIECE_SECONDS));
    this.#bucket = new TokenBucket({ perSecond: bytesPerSecond, capacity: this.pieceBytes }, clock.monotonic());
    this.#clock = clock;
  }

  /** Waits until so many bytes may pass. A wait that is broken off takes nothing. */
  async pass(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const waitMs = this.#bucket.take(bytes, this.#clock.monotonic());
    if (waitMs === 0) return;
    try {
      await pause(this.#clock, waitMs, signal);
    } catch (error) {
      this.#bucket.giveBack(bytes);
      throw error;
    }
  }

  /** Settles the difference between the bytes that were waited for and those that passed. */
  settle(waitedBytes: number, passedBytes: number): void {
    if (passedBytes > waitedBytes) this.#bucket.take(passedBytes - waitedBytes, this.#clock.monotonic());
    else this.#bucket.giveBack(waitedBytes - passedBytes);
  }
}

/** The waits of one open file: they end when it is closed, or when its caller has gone. */
class Waits {
  readonly #closed = new AbortController();
  readonly #path: VirtualPath;
  readonly signal: AbortSignal;

  constructor(path: VirtualPath, { signal }: CallOptions) {
    this.#path = path;
    this.signal = signal === undefined ? this.#closed.signal : AbortSignal.any([signal, this.#closed.signal]);
  }

  end(): void {
    this.#closed.abort(new FileError('interrupted', this.#path));
  }
}

type Read = FileReader['read'];
type Write = Upload['write'];

/** Reads a piece at most. At the end of what the file had when it was opened nobody waits. */
const slowRead =
  (lane: Lane, waits: Waits, { read, sizeBytes }: { readonly read: Read; readonly sizeBytes?: number }): Read =>
  async (into, positionBytes) => {
    const piece = into.subarray(0, lane.pieceBytes);
    const expected = Math.min(piece.length, Math.max(0, (sizeBytes ?? Infinity) - positionBytes));
    await lane.pass(expected, waits.signal);
    let passed = 0;
    try {
      waits.signal.throwIfAborted();
      passed = await read(piece, positionBytes);
      return passed;
    } finally {
      lane.settle(expected, passed);
    }
  };

const slowWrite =
  (lane: Lane, waits: Waits, write: Write): Write =>
  async (bytes, positionBytes) => {
    for (let done = 0; done < bytes.length; done += lane.pieceBytes) {
      const piece = bytes.subarray(done, done + lane.pieceBytes);
      await lane.pass(piece.length, waits.signal);
      waits.signal.throwIfAborted();
      await write(piece, positionBytes + done);
    }
  };

/** It reads only after a wait, and lends no descriptor: both would lead past the lane. */
function slowReader(reader: FileReader, lane: Lane, waits: Waits): FileReader {
  const { sizeBytes } = reader.entry;
  const close = (): Promise<void> => {
    waits.end();
    return reader.close();
  };
  return {
    entry: reader.entry,
    read: slowRead(lane, waits, { read: (into, positionBytes) => reader.read(into, positionBytes), sizeBytes }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function slowUpload(upload: Upload, lane: Lane, waits: Waits): Upload {
  const ending =
    <Given extends unknown[], Result>(end: (...given: Given) => Promise<Result>) =>
    (...given: Given): Promise<Result> => {
      waits.end();
      return end(...given);
    };
  return {
    startBytes: upload.startBytes,
    write: slowWrite(lane, waits, (bytes, positionBytes) => upload.write(bytes, positionBytes)),
    commit: ending((options) => upload.commit(options)),
    keep: ending(() => upload.keep()),
    discard: ending(() => upload.discard()),
  };
}

interface Lanes {
  readonly up: Lane | undefined;
  readonly down: Lane | undefined;
}

function slowFile(file: OpenFile, { up, down }: Lanes, waits: Waits): OpenFile {
  const read: Read = (into, positionBytes) => file.read(into, positionBytes);
  const write: Write = (bytes, positionBytes) => file.write(bytes, positionBytes);
  const close = (): Promise<void> => {
    waits.end();
    return file.close();
  };
  return {
    stat: () => file.stat(),
    read: down === undefined ? read : slowRead(down, waits, { read }),
    write: up === undefined ? write : slowWrite(up, waits, write),
    setAttributes: (attributes) => file.setAttributes(attributes),
    sync: () => file.sync(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Bounds how fast contents are read and written, all transfers through this wrapper together; each gets its turn. Pieces
 * are a tenth of a second's worth and never under 4 KiB, so a rate of a few bytes a second comes in gulps.
 * Throws a `RangeError` for a rate that is not a positive number. Without rates it is the file system itself.
 */
export function throttled(
  files: FileSystem,
  { uploadBytesPerSecond, downloadBytesPerSecond }: Rates,
  clock: Clock,
): FileSystem {
  const laneOf = (rate: number | undefined): Lane | undefined =>
    rate === undefined ? undefined : new Lane(rate, clock);
  const lanes = { up: laneOf(uploadBytesPerSecond), down: laneOf(downloadBytesPerSecond) };
  const { up, down } = lanes;
  if (up === undefined && down === undefined) return files;
  const { openAt } = files;
  return {
    ...files,
    ...(down === undefined
      ? {}
      : {
          openReader: async (path, options = {}) =>
            slowReader(await files.openReader(path, options), down, new Waits(path, options)),
        }),
    ...(up === undefined
      ? {}
      : {
          openUpload: async (path, options = {}) =>
            slowUpload(await files.openUpload(path, options), up, new Waits(path, options)),
        }),
    ...(openAt === undefined
      ? {}
      : { openAt: async (path, options) => slowFile(await openAt(path, options), lanes, new Waits(path, options)) }),
  };
}
