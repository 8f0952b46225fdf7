/** One copy of one file while it runs: what was asked, what it tells, and what it found out. */
import { type Clock, systemClock } from '../../base/clock.ts';
import { FileError } from '../error.ts';
import type { CallOptions, Entry } from '../file-system.ts';
import type { CopyEvent, CopyOptions, CopyReport, Place, ResumeRecords } from './copy.ts';
import { memoryRecords } from './memory-records.ts';
import { type Pace, createPace } from './pace.ts';

/** An event without what all events of one copy share. */
type Told<Event> = Event extends { readonly from: string } ? Omit<Event, 'from' | 'to'> : never;

export class Run {
  readonly from: Place;
  readonly to: Place;
  readonly options: CopyOptions;
  readonly clock: Clock;
  readonly call: CallOptions;
  readonly pace: Pace | undefined;
  /** Of this run alone when nothing is to be continued later: a retry continues where it stopped. */
  readonly records: ResumeRecords;
  readonly warnings = new Set<string>();
  readonly #startedMs: number;
  #isStarted = false;
  retries = 0;
  resumedAtBytes: number | undefined;
  /** What became of it, once it stands under its name: a retry goes on behind that. */
  published: Published | undefined;

  constructor(from: Place, to: Place, options: CopyOptions) {
    const { clock = systemClock, signal, rateBytesPerSecond } = options;
    this.from = from;
    this.to = to;
    this.options = options;
    this.clock = clock;
    this.call = signal === undefined ? {} : { signal };
    this.pace = options.pace ?? (rateBytesPerSecond === undefined ? undefined : createPace(rateBytesPerSecond, clock));
    const kept = options.resume === 'if-possible' ? options.records : undefined;
    this.records = kept ?? memoryRecords();
    this.#startedMs = clock.monotonic();
  }

  get signal(): AbortSignal | undefined {
    return this.options.signal;
  }

  get durationMs(): number {
    return this.clock.monotonic() - this.#startedMs;
  }

  /** Whether what lies there from before is continued: also by a retry of a copy that keeps nothing for later. */
  get continues(): boolean {
    return this.options.resume === 'if-possible' || this.retries > 0;
  }

  /** Whether it is tried once more after this failure. */
  mayRetry(error: unknown): boolean {
    const attempts = this.options.retry?.attempts ?? 1;
    return error instanceof FileError && error.retryable && this.retries + 1 < attempts && !this.isAborted;
  }

  get isAborted(): boolean {
    return this.options.signal?.aborted === true;
  }

  tell(event: Told<CopyEvent>): void {
    const { onEvent } = this.options;
    onEvent?.({ from: this.from.label, to: this.to.label, ...event });
  }

  /** Told once, however often it is tried. */
  started(sizeBytes: number): void {
    if (!this.#isStarted) this.tell({ kind: 'started', sizeBytes });
    this.#isStarted = true;
  }

  warn(sentence: string): void {
    this.warnings.add(sentence);
  }

  beganAnew(reason: string): void {
    this.warn(`It began anew: ${reason}.`);
    this.tell({ kind: 'began-anew', reason });
  }

  report(found: Pick<CopyReport, 'sizeBytes' | 'verified' | 'way' | 'hash'>): CopyReport {
    return {
      from: this.from.label,
      to: this.to.label,
      resumedAtBytes: this.resumedAtBytes ?? 0,
      durationMs: this.durationMs,
      retries: this.retries,
      warnings: [...this.warnings],
      ...found,
    };
  }
}

export interface Published {
  readonly source: Entry;
  /** Bytes that were counted. */
  readonly sizeBytes: number;
  /** What the destination was seen to have when it took its name. */
  readonly seenBytes?: number | undefined;
  readonly way: CopyReport['way'];
  /** What the destination must have, where hashes are compared and it is not yet known to have it. */
  readonly expectedHash?: NonNullable<CopyReport['hash']>;
  /** What it was found to have before it was published. */
  readonly provenHash?: NonNullable<CopyReport['hash']>;
}
