/** Received bytes that wait for their reader, within a bound. */
import type { ByteSink, SinkListener } from '../channel/byte-sink.ts';

/** Holds at least a few windows, so that the sender need not wait for each read. */
const CAPACITY_BYTES = 1024 * 1024;

export class ReadingSink implements ByteSink {
  readonly #ring = Buffer.allocUnsafe(CAPACITY_BYTES);
  #listener: SinkListener | undefined;
  #start = 0;
  #length = 0;
  #isFinished = false;
  #isOver = false;
  #wantedBytes = 1;
  readonly #drained = Promise.withResolvers<undefined>();
  #wake: () => void = () => undefined;

  attach(listener: SinkListener): void {
    this.#listener = listener;
  }

  get roomBytes(): number {
    return CAPACITY_BYTES - this.#length;
  }

  take(bytes: Uint8Array): void {
    const at = (this.#start + this.#length) % CAPACITY_BYTES;
    const first = Math.min(bytes.length, CAPACITY_BYTES - at);
    this.#ring.set(bytes.subarray(0, first), at);
    this.#ring.set(bytes.subarray(first), 0);
    this.#length += bytes.length;
    if (this.#length >= this.#wantedBytes) this.#wake();
  }

  /** The last ACK waits until all has been read: whoever reads may still find that the disk is full. */
  finish(): Promise<void> {
    this.#isFinished = true;
    if (this.#length === 0) this.#drained.resolve(undefined);
    this.#wake();
    return this.#drained.promise;
  }

  /** As many bytes as are there and fit; 0 when none is. */
  read(into: Uint8Array): number {
    const count = Math.min(into.length, this.#length);
    const first = Math.min(count, CAPACITY_BYTES - this.#start);
    into.set(this.#ring.subarray(this.#start, this.#start + first));
    into.set(this.#ring.subarray(0, count - first), first);
    this.#start = (this.#start + count) % CAPACITY_BYTES;
    this.#length -= count;
    if (this.#isFinished && this.#length === 0) this.#drained.resolve(undefined);
    else if (count > 0) this.#listener?.onRoom();
    return count;
  }

  /** All has come and been read. */
  get isAtEnd(): boolean {
    return this.#isFinished && this.#length === 0;
  }

  /**
   * Resolves when so many bytes are there, or no more will come: whoever was woken for each block would spend more time on
   * waking than on reading. At most half of what it holds may be waited for, or the sender would wait too.
   */
  async news(wantedBytes: number): Promise<void> {
    if (this.#length >= wantedBytes || this.#isFinished || this.#isOver) return;
    this.#wantedBytes = wantedBytes;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Nothing more comes: the transfer has ended, well or not. */
  stop(): void {
    this.#isOver = true;
    this.#wake();
  }
}
