/**
 * A file that lines are added to: a log of its own, beside the one on standard error.
 *
 * Nobody waits for it. Lines wait in a bounded queue; a disk that is full or gone costs lines, which are counted and
 * told of once, and the file goes on when there is room again.
 */
import { closeSync, constants, fstatSync, openSync, readSync, write } from 'node:fs';
import type { Observer } from '../observe/event.ts';
import type { LineDestination } from '../observe/line-sink.ts';

const { O_WRONLY, O_RDONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
/** A FIFO without a reader must not hold up the whole program. (Where there is no O_NONBLOCK, it counts as 0.) */
const FLAGS = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK;
const PRIVATE_MODE = 0o600;
const DEFAULT_QUEUE_BYTES = 1_048_576;
/** Bytes handed to the system at once. */
const BATCH_BYTES = 262_144;

export interface AppendFileOptions {
  readonly path: string;
  /** Is told when lines are lost, and how many when it is over. */
  readonly observe: Observer;
  /** Bytes that may wait for the disk; 1 MiB unless told. */
  readonly maxQueuedBytes?: number;
}

/** An open file for lines. `write` takes one line with its end, and never throws. */
export interface AppendFile extends LineDestination, AsyncDisposable {
  readonly path: string;
  /** Lines that could not be written since it was opened. */
  readonly lostLines: number;
  /** Opens the path anew, for when the file was renamed away; keeps the old one, and says so, when that fails. */
  reopen(): Promise<void>;
  /** Writes what waits, and closes. */
  close(): Promise<void>;
}

/** Opens or makes the file, for its owner only. Throws the system's error when that is not possible. */
export const openAppendFile = (options: AppendFileOptions): AppendFile => new LineFile(options);

/** The end of a file as text, at most `maxBytes` of it; empty when there is no such file. */
export function readTail(path: string, maxBytes: number): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, O_RDONLY | O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
  try {
    const { size } = fstatSync(descriptor);
    const into = Buffer.alloc(Math.min(size, maxBytes));
    const count = into.length === 0 ? 0 : readSync(descriptor, into, 0, into.length, size - into.length);
    return into.toString('utf8', 0, count);
  } finally {
    closeSync(descriptor);
  }
}

/** Whether a line was broken off at the end of the file: by a crash, or a full disk. */
const isTorn = (path: string): boolean => !['', '\n'].includes(readTail(path, 1));

class LineFile implements AppendFile {
  readonly path: string;
  readonly #observe: Observer;
  readonly #maxQueuedBytes: number;
  #descriptor: number;
  #lines: Buffer[] = [];
  #queuedBytes = 0;
  #lost = 0;
  /** Lines lost since it was last said how many. */
  #untold = 0;
  #torn: boolean;
  #working: Promise<void> | undefined;
  #wantsReopen = false;
  #closed = false;

  constructor({ path, observe, maxQueuedBytes = DEFAULT_QUEUE_BYTES }: AppendFileOptions) {
    this.path = path;
    this.#observe = observe;
    this.#maxQueuedBytes = maxQueuedBytes;
    this.#descriptor = openSync(path, FLAGS, PRIVATE_MODE);
    this.#torn = this.#looksTorn();
  }

  get writableLength(): number {
    return this.#queuedBytes;
  }

  get lostLines(): number {
    return this.#lost;
  }

  write(text: string): void {
    const line = Buffer.from(text);
    if (this.#closed || this.#queuedBytes + line.length > this.#maxQueuedBytes) {
      this.#lose(1, new Error('the disk is slower than what there is to write'));
      return;
    }
    this.#lines.push(line);
    this.#queuedBytes += line.length;
    this.#working ??= this.#work();
  }

  reopen(): Promise<void> {
    this.#wantsReopen = true;
    this.#working ??= this.#work();
    return this.#working;
  }

  #reopenNow(): void {
    this.#wantsReopen = false;
    try {
      const next = openSync(this.path, FLAGS, PRIVATE_MODE);
      closeSync(this.#descriptor);
      this.#descriptor = next;
      this.#torn = this.#looksTorn();
    } catch (cause) {
      this.#observe({ kind: 'fault', where: `opening ${this.path} anew; the old file is written on`, cause });
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#working;
    closeSync(this.#descriptor);
    this.#tellLost();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #work(): Promise<void> {
    // What is written in the same turn goes to the disk together.
    await Promise.resolve();
    while (this.#lines.length > 0 || this.#wantsReopen) {
      if (this.#wantsReopen) this.#reopenNow();
      else await this.#writeBatch(this.#takeBatch());
    }
    this.#working = undefined;
  }

  #takeBatch(): Buffer[] {
    let bytes = 0;
    const end = this.#lines.findIndex((line) => (bytes += line.length) > BATCH_BYTES);
    return this.#lines.splice(0, end < 0 ? this.#lines.length : Math.max(1, end));
  }

  async #writeBatch(lines: readonly Buffer[]): Promise<void> {
    const start = this.#torn ? '\n' : '';
    const all = Buffer.concat([Buffer.from(start), ...lines]);
    let done = 0;
    try {
      while (done < all.length) done += await this.#writeSome(all.subarray(done));
      this.#torn = false;
      this.#tellLost();
    } catch (cause) {
      const whole = wholeLines(lines, done - start.length);
      if (done > 0) this.#torn = whole.endBytes !== done - start.length;
      this.#lose(lines.length - whole.count, cause);
    } finally {
      for (const line of lines) this.#queuedBytes -= line.length;
    }
  }

  #writeSome(bytes: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      write(this.#descriptor, bytes, 0, bytes.length, null, (error, count) =>
        error === null ? resolve(count) : reject(error),
      );
    });
  }

  #lose(lines: number, cause: unknown): void {
    const isFirst = this.#untold === 0;
    this.#untold += lines;
    this.#lost += lines;
    if (isFirst) this.#observe({ kind: 'fault', where: `writing ${this.path}; its lines are lost`, cause });
  }

  #tellLost(): void {
    if (this.#untold === 0) return;
    this.#observe({ kind: 'note', text: `${this.#untold} lines are missing in ${this.path}` });
    this.#untold = 0;
  }

  #looksTorn(): boolean {
    try {
      return isTorn(this.path);
    } catch {
      // A pipe or a device has no end to look at.
      return false;
    }
  }
}

/** How many of the lines lie whole within the first `bytes` bytes, and where the last of them ends. */
function wholeLines(lines: readonly Buffer[], bytes: number): { readonly count: number; readonly endBytes: number } {
  let count = 0;
  let endBytes = 0;
  for (const line of lines) {
    if (endBytes + line.length > bytes) break;
    endBytes += line.length;
    count += 1;
  }
  return { count, endBytes };
}
