/** The books of a quota: what the tree holds, what is reserved for what is being written, and what is left. */
import type { Clock } from '../../base/clock.ts';
import type { VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { Usage } from './measure-tree.ts';

export interface QuotaLimits {
  readonly bytes?: number;
  readonly files?: number;
}

const NOTHING: Usage = { bytes: 0, files: 0 };
/** The tree may be changed by others: after so long it is measured again. */
const STALE_MS = 600_000;
/** Nobody is refused on a measurement older than this. */
const OLD_MS = 30_000;
/** The same where the tree changed while it was walked; a walk for each refusal would be an attack on the disk. */
const SHAKY_MS = 5_000;
/** Interrupted uploads that are remembered; beyond that none is kept. */
const MAX_KEPT = 1000;

export class QuotaLedger {
  readonly #limits: Required<QuotaLimits>;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #measure: () => Promise<Usage>;
  #used: Usage = NOTHING;
  #reserved: Usage = NOTHING;
  #measuredAtMs = -Infinity;
  #isShaky = false;
  #measuring: Promise<void> | undefined;
  /** What was added while a walk is under way, which may or may not have seen it. */
  #addedMeanwhile: Usage = NOTHING;
  readonly #kept = new Map<string, number>();
  #keptBytes = 0;

  constructor(limits: QuotaLimits, clock: Pick<Clock, 'monotonic'>, measure: () => Promise<Usage>) {
    this.#limits = { bytes: limits.bytes ?? Infinity, files: limits.files ?? Infinity };
    this.#clock = clock;
    this.#measure = measure;
  }

  /** Takes room that nobody else can take then. Throws `quota` when there is not enough. */
  async reserve(path: VirtualPath, wanted: Partial<Usage>): Promise<void> {
    if (this.#ageMs >= STALE_MS) await this.#measureAgain();
    if (this.#take(wanted)) return;
    if (this.#isOld) {
      await this.#measureAgain();
      if (this.#take(wanted)) return;
    }
    throw new FileError('quota', path);
  }

  /** The same at once; false when there is not enough, or when that cannot be said without a walk. */
  tryReserve(wanted: Partial<Usage>): boolean {
    return this.#ageMs < STALE_MS && this.#take(wanted);
  }

  #take({ bytes = 0, files = 0 }: Partial<Usage>): boolean {
    // Nothing more is wanted: also a tree that is too full already lets that be.
    if ((bytes > 0 && bytes > this.#freeBytesNow) || (files > 0 && files > this.#freeFiles)) return false;
    this.#reserved = sum(this.#reserved, { bytes, files });
    return true;
  }

  release({ bytes = 0, files = 0 }: Partial<Usage>): void {
    this.#reserved = sum(this.#reserved, { bytes: -bytes, files: -files });
  }

  /** The tree has changed by so much. */
  changed(by: Partial<Usage>): void {
    const change = { ...NOTHING, ...by };
    this.#used = atLeastNothing(sum(this.#used, change));
    if (this.#measuring === undefined) return;
    const added = { bytes: Math.max(0, change.bytes), files: Math.max(0, change.files) };
    this.#addedMeanwhile = sum(this.#addedMeanwhile, added);
    this.#isShaky = true;
  }

  /** Remembers what an interrupted upload holds, which no listing shows; 0 forgets it. */
  keep(key: string, bytes: number): void {
    this.#keptBytes += bytes - (this.#kept.get(key) ?? 0);
    if (bytes === 0) this.#kept.delete(key);
    else this.#kept.set(key, bytes);
  }

  get mayKeep(): boolean {
    return this.#kept.size < MAX_KEPT;
  }

  keptKeys(): readonly string[] {
    return [...this.#kept.keys()];
  }

  /** Bytes that are left; `Infinity` without a bound. */
  async freeBytes(): Promise<number> {
    if (this.#ageMs >= STALE_MS) await this.#measureAgain();
    return Math.max(0, this.#freeBytesNow);
  }

  get #freeBytesNow(): number {
    return this.#limits.bytes - this.#used.bytes - this.#reserved.bytes - this.#keptBytes;
  }

  get #freeFiles(): number {
    return this.#limits.files - this.#used.files - this.#reserved.files;
  }

  get #ageMs(): number {
    return this.#clock.monotonic() - this.#measuredAtMs;
  }

  get #isOld(): boolean {
    return this.#ageMs >= (this.#isShaky ? SHAKY_MS : OLD_MS);
  }

  /** One walk for all who need it. */
  #measureAgain(): Promise<void> {
    this.#measuring ??= this.#walk().finally(() => (this.#measuring = undefined));
    return this.#measuring;
  }

  async #walk(): Promise<void> {
    this.#addedMeanwhile = NOTHING;
    this.#isShaky = false;
    const found = await this.#measure();
    this.#used = sum(found, this.#addedMeanwhile);
    this.#measuredAtMs = this.#clock.monotonic();
  }
}

const sum = (one: Usage, other: Usage): Usage => ({ bytes: one.bytes + other.bytes, files: one.files + other.files });

const atLeastNothing = ({ bytes, files }: Usage): Usage => ({ bytes: Math.max(0, bytes), files: Math.max(0, files) });
