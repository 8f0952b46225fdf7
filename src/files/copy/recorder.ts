/** Keeps the record of what was written, now and then, so that a copy can be continued after the program has died. */
import type { Clock } from '../../base/clock.ts';
import type { Entry } from '../file-system.ts';
import type { ResumeRecord, ResumeRecords } from './copy.ts';
import { type Ranges, totalOf, withRange } from './ranges.ts';

const SAVE_EVERY_MS = 1_000;

export interface RecorderOptions {
  readonly records: ResumeRecords;
  readonly key: string;
  readonly clock: Clock;
  readonly source: Entry;
  readonly done: Ranges;
}

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #source: ResumeRecord['source'];
  #done: Ranges;
  #savedMs = 0;
  #saving: Promise<void> | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
    const { sizeBytes, modifiedMs, uniqueId } = options.source;
    this.#source = { sizeBytes, modifiedMs, ...(uniqueId === undefined ? {} : { uniqueId }) };
    this.#done = options.done;
  }

  get doneBytes(): number {
    return totalOf(this.#done);
  }

  /** To be called when the bytes were written, not before. */
  wrote(startBytes: number, endBytes: number): void {
    this.#done = withRange(this.#done, [startBytes, endBytes]);
    if (this.#saving !== undefined || this.#options.clock.monotonic() - this.#savedMs < SAVE_EVERY_MS) return;
    this.#saving = this.#save().finally(() => {
      this.#saving = undefined;
    });
  }

  /** Saves what is known by now. Never rejects: a record that is not kept costs time later, not the copy. */
  async save(): Promise<void> {
    await this.#saving;
    await this.#save();
  }

  async forget(): Promise<void> {
    await this.#saving;
    await this.#options.records.forget(this.#options.key).catch(() => undefined);
  }

  async #save(): Promise<void> {
    this.#savedMs = this.#options.clock.monotonic();
    const { records, key } = this.#options;
    await records.save(key, { source: this.#source, done: this.#done }).catch(() => undefined);
  }
}
