/**
 * Notices on their way to a hook that is told of uploads: a bounded queue, tried again and again, that nobody waits for.
 *
 * At least once within the life of the process: a notice is gone only when it was taken, refused for good, tried too
 * often, or when the queue was full. The log is told how many were dropped.
 */
import type { Clock } from '../../base/clock.ts';
import { pause } from '../../base/wait.ts';
import type { UploadNotice } from '../../files/wrap/announced.ts';
import type { Observer } from '../../observe/event.ts';

/** How one attempt ended. */
export type Delivery =
  | { readonly outcome: 'taken' }
  /** It will never be taken: there is no use in trying again. */
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'failed'; readonly cause: unknown };

export interface ToldQueueOptions {
  /** For the log: `the upload hook https://example.net/`. */
  readonly name: string;
  readonly send: (notice: UploadNotice, signal: AbortSignal) => Promise<Delivery>;
  readonly clock: Clock;
  readonly observe: Observer;
  /** Notices under way at once; 1 keeps their order. */
  readonly atOnce: number;
  /** Notices that may wait; 1,000 unless told. */
  readonly limit?: number;
  /** Attempts for one notice before it is dropped; 20 unless told, which is about a quarter of an hour. */
  readonly tries?: number;
}

const DEFAULT_LIMIT = 1_000;
const DEFAULT_TRIES = 20;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** How long to wait after so many failures: 1 s, 2 s, 4 s, … at most a minute. */
export const pauseAfter = (failures: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 16));

export class ToldQueue {
  readonly #options: ToldQueueOptions;
  readonly #waiting: UploadNotice[] = [];
  readonly #stop = new AbortController();
  readonly #workers = new Set<Promise<void>>();
  #dropped = 0;
  /** Dropped since it was last said. */
  #untold = 0;
  #inTrouble = false;
  #closed = false;

  constructor(options: ToldQueueOptions) {
    this.#options = options;
  }

  /** Notices that were never taken. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Never throws and never waits. */
  add(notice: UploadNotice): void {
    const { limit = DEFAULT_LIMIT, atOnce } = this.#options;
    if (this.#closed) {
      this.#drop('the server is stopping');
      return;
    }
    if (this.#waiting.length >= limit) {
      this.#drop(`${limit} notices wait already`);
      return;
    }
    this.#waiting.push(notice);
    if (this.#workers.size >= atOnce) return;
    const worker = this.#work().finally(() => this.#workers.delete(worker));
    this.#workers.add(worker);
  }

  /** Sends what waits for at most `graceMs`, then gives the rest up and says how many those were. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    const cancel = this.#options.clock.after(graceMs, () => this.#stop.abort());
    await Promise.all(this.#workers);
    cancel();
    const left = this.#waiting.splice(0).length;
    this.#dropped += left;
    this.#untold += left;
    this.#tellDropped();
  }

  async #work(): Promise<void> {
    for (let notice = this.#waiting.shift(); notice !== undefined; notice = this.#waiting.shift()) {
      if (this.#stop.signal.aborted) return void this.#waiting.unshift(notice);
      await this.#deliver(notice);
    }
  }

  async #deliver(notice: UploadNotice): Promise<void> {
    const { tries = DEFAULT_TRIES, clock } = this.#options;
    const { signal } = this.#stop;
    for (let failures = 0; failures < tries;) {
      const delivery = await this.#attempt(notice);
      if (delivery.outcome === 'taken') {
        this.#recovered();
        return;
      }
      if (delivery.outcome === 'refused') {
        this.#drop(`it refused number ${notice.sequence}: ${delivery.reason}`);
        return;
      }
      failures += 1;
      this.#tellTrouble(delivery.cause);
      await pause(clock, pauseAfter(failures), signal).catch(() => undefined);
      if (signal.aborted) return void this.#waiting.unshift(notice);
    }
    this.#drop(`it did not take number ${notice.sequence} in ${tries} attempts`);
  }

  async #attempt(notice: UploadNotice): Promise<Delivery> {
    try {
      return await this.#options.send(notice, this.#stop.signal);
    } catch (cause) {
      return { outcome: 'failed', cause };
    }
  }

  /** Said once, however long the trouble lasts. */
  #tellTrouble(cause: unknown): void {
    if (this.#inTrouble) return;
    this.#inTrouble = true;
    this.#options.observe({ kind: 'fault', where: `${this.#options.name}; notices wait and are sent again`, cause });
  }

  #recovered(): void {
    if (this.#inTrouble) this.#options.observe({ kind: 'note', text: `${this.#options.name} takes notices again` });
    this.#inTrouble = false;
    this.#tellDropped();
  }

  #drop(why: string): void {
    if (this.#untold === 0)
      this.#options.observe({ kind: 'fault', where: this.#options.name, cause: `an upload was not told of: ${why}` });
    this.#dropped += 1;
    this.#untold += 1;
  }

  #tellDropped(): void {
    if (this.#untold > 0)
      this.#options.observe({ kind: 'note', text: `${this.#options.name} was not told of ${this.#untold} uploads` });
    this.#untold = 0;
  }
}
