/** Moves the bytes of a copy, with a mark on the screen for every few packets. */
import { FileError, type FileReader, type Upload } from '../../files/index.ts';
import type { Call } from '../command.ts';
import type { Trouble } from '../faults.ts';

/** Ten packets make a mark. */
const PACKETS_PER_MARK = 10;
const CHUNK_BYTES = 64 * 1024;

export interface Marks {
  readonly mark: string;
  /** Bytes of one packet. */
  readonly packetBytes: number;
}

export interface Moved {
  readonly bytes: number;
  readonly milliseconds: number;
}

/** A reader over text that is in memory. */
export function textReader(text: string): Pick<FileReader, 'read'> & { readonly sizeBytes: number } {
  const bytes = Buffer.from(text);
  return {
    sizeBytes: bytes.length,
    read(into, positionBytes) {
      return Promise.resolve(bytes.copy(into, 0, positionBytes, positionBytes + into.length));
    },
  };
}

/** Bytes gathered in memory, as far as a configuration may be large. */
export class TextSink implements Pick<Upload, 'write'> {
  readonly #pieces: Buffer[] = [];
  #bytes = 0;

  write(bytes: Uint8Array): Promise<void> {
    this.#bytes += bytes.length;
    if (this.#bytes > 1024 * 1024)
      return Promise.reject(new FileError('limit', '/', { detail: 'no configuration is so large' }));
    this.#pieces.push(Buffer.from(bytes));
    return Promise.resolve();
  }

  get text(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }
}

/** Somebody who presses Ctrl-C is asked whether it was meant. */
class Interruptions {
  readonly #call: Call;
  readonly #release: () => void;
  #pressed = Promise.withResolvers<'pressed'>();

  constructor(call: Call) {
    this.#call = call;
    this.#release = call.session.onInterrupt(() => this.#pressed.resolve('pressed'));
  }

  /** Waits for `work`; a key that interrupts asks, and `interrupted` is thrown when it was meant. */
  async until<T>(work: Promise<T>): Promise<T> {
    for (;;) {
      const first = await Promise.race([work.then((value) => ({ value })), this.#pressed.promise]);
      if (first !== 'pressed') return first.value;
      this.#pressed = Promise.withResolvers();
      if (await this.#call.session.confirm('\nAbort Copy? [confirm]')) {
        work.catch(() => undefined);
        throw new FileError('interrupted', '/', { detail: 'somebody aborted the copy' });
      }
    }
  }

  [Symbol.dispose](): void {
    this.#release();
  }
}

export interface Moving {
  readonly from: Pick<FileReader, 'read'>;
  readonly to: Pick<Upload, 'write'>;
  readonly marks: Marks;
  readonly trouble?: Trouble | undefined;
}

/** Moves everything. Rejects with a `FileError` of either end, and with `interrupted` when somebody aborts it. */
export async function moveBytes(call: Call, { from, to, marks, trouble }: Moving): Promise<Moved> {
  using interruptions = new Interruptions(call);
  const { clock } = call.system.world;
  const began = clock.monotonic();
  const buffer = new Uint8Array(CHUNK_BYTES);
  const perMark = marks.packetBytes * PACKETS_PER_MARK;
  let [position, marked] = [0, 0];
  for (;;) {
    call.signal.throwIfAborted();
    const count = await interruptions.until(from.read(buffer, position));
    if (count === 0) break;
    const piece = buffer.subarray(0, count);
    await trouble?.(piece, position);
    await to.write(piece, position);
    position += count;
    const due = Math.floor(position / perMark);
    if (due > marked) await call.session.write(marks.mark.repeat(due - marked));
    marked = due;
  }
  if (position > marked * perMark) await call.session.write(marks.mark);
  return { bytes: position, milliseconds: clock.monotonic() - began };
}

/** `33591768 bytes copied in 5.419 secs (6198588 bytes/sec)`. */
export function copiedText({ bytes, milliseconds }: Moved): string {
  const seconds = Math.max(1, Math.round(milliseconds)) / 1000;
  return `${bytes} bytes copied in ${seconds.toFixed(3)} secs (${Math.floor(bytes / seconds)} bytes/sec)\n`;
}
