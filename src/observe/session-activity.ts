/** What a session that can do several things at once is doing: for deadlines, and for operators who look. */
import type { Clock } from '../base/clock.ts';
import { rateOf } from './quantities.ts';
import type { TransferInfo } from './session-info.ts';

export interface TransferStart {
  readonly verb: string;
  readonly path: string;
  /** Of the whole, where it is known. */
  readonly totalBytes?: number;
}

/** A transfer that runs. */
export interface RunningTransfer extends TransferStart {
  readonly startedMs: number;
  readonly bytes: number;
  /** Bytes have moved. */
  moved(bytes: number): void;
  /** It has ended, however it did. */
  end(): void;
}

/** Times are monotonic milliseconds. */
export class SessionActivity {
  readonly #clock: Clock;
  readonly #running = new Set<RunningTransfer>();
  #activeMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#activeMs = clock.monotonic();
  }

  /** The last request, or the last byte of a transfer. */
  get activeMs(): number {
    return this.#activeMs;
  }

  get transfers(): number {
    return this.#running.size;
  }

  /** A request has come, or was answered. */
  touch(): void {
    this.#activeMs = this.#clock.monotonic();
  }

  begin(start: TransferStart): RunningTransfer {
    this.touch();
    let bytes = 0;
    const running: RunningTransfer = {
      ...start,
      startedMs: this.#activeMs,
      get bytes() {
        return bytes;
      },
      moved: (count) => {
        bytes += count;
        this.touch();
      },
      end: () => {
        this.#running.delete(running);
        this.touch();
      },
    };
    this.#running.add(running);
    return running;
  }

  /** The transfer that began first of those that run. */
  info(): TransferInfo | undefined {
    const [running] = this.#running;
    if (running === undefined) return undefined;
    const { verb, path, bytes, startedMs, totalBytes } = running;
    const rateBytesPerSecond = rateOf(bytes, this.#clock.monotonic() - startedMs);
    return { verb, path, bytes, rateBytesPerSecond, ...(totalBytes !== undefined && { totalBytes }) };
  }
}
