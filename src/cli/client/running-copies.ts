/** The copies that run and what has been copied, as lines for a terminal of some width. */
import { printable } from '../../base/escape.ts';
import { durationText, sizeText } from '../../observe/quantities.ts';
import { fitted, widthOf } from './text-width.ts';

const BAR_WIDTH = 20;
/** Below this there is room for a name and a number, and no more. */
const NARROW_COLUMNS = 60;
const MAX_NAME_WIDTH = 32;
/** Copies that are shown at once. */
const MOST_LINES = 8;
/** The rate of all is that of so long. */
const WINDOW_MS = 3_000;

/** How much there is to copy, where that is known before. */
export interface Expected {
  readonly files: number;
  readonly sizeBytes: number;
}

export interface RunningCopy {
  readonly to: string;
  readonly bytes: number;
  readonly sizeBytes: number;
  readonly bytesPerSecond: number;
}

export interface Screen {
  readonly columns: number;
  readonly rows: number;
}

const nameOf = (label: string): string => printable(label.slice(label.lastIndexOf('/') + 1));

const shareOf = (bytes: number, sizeBytes: number): number =>
  sizeBytes > 0 ? Math.min(1, Math.max(0, bytes / sizeBytes)) : 0;

const bar = (share: number): string => {
  const filled = Math.round(share * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
};

/** `[####....]  45 %  12.3 MiB  4.5 MiB/s  3.2 s left`; without a size only what is known. */
function factsOf({ bytes, sizeBytes, bytesPerSecond }: Omit<RunningCopy, 'to'>, columns: number): string {
  const share = shareOf(bytes, sizeBytes);
  const left = bytesPerSecond > 0 && sizeBytes > bytes ? ((sizeBytes - bytes) / bytesPerSecond) * 1000 : undefined;
  const parts = [
    ...(sizeBytes > 0 && columns >= NARROW_COLUMNS ? [bar(share)] : []),
    ...(sizeBytes > 0 ? [`${String(Math.floor(share * 100)).padStart(3)} %`] : []),
    sizeText(bytes).padStart(10),
    ...(columns >= NARROW_COLUMNS ? [`${sizeText(bytesPerSecond)}/s`.padStart(12)] : []),
    ...(left !== undefined && columns >= NARROW_COLUMNS ? [`${durationText(left)} left`] : []),
  ];
  return parts.join('  ');
}

export class RunningCopies {
  readonly #running = new Map<string, RunningCopy>();
  readonly #expected: Expected | undefined;
  readonly #samples: { readonly atMs: number; readonly bytes: number }[] = [];
  #files = 0;
  #doneBytes = 0;

  constructor(expected?: Expected) {
    this.#expected = expected;
  }

  progress(copy: RunningCopy): void {
    this.#running.set(copy.to, copy);
  }

  /** A copy is over; `sizeBytes` is what it has brought, 0 when it failed. */
  ended(to: string, sizeBytes: number): void {
    this.#running.delete(to);
    this.#doneBytes += sizeBytes;
    this.#files += 1;
  }

  /** A line for each that runs, and one for all when there are several. Nothing is wider than the screen. */
  lines(atMs: number, { columns, rows }: Screen): string[] {
    const width = Math.max(10, columns - 1);
    const all = [...this.#running.values()];
    const rowsOfCopies = all.slice(0, Math.max(1, Math.min(MOST_LINES, rows - 2))).map((copy) => ({
      name: nameOf(copy.to),
      facts: factsOf(copy, columns),
    }));
    const isMany = all.length > 1 || this.#files > 1 || (this.#expected?.files ?? 1) > 1;
    const shown = isMany ? [...rowsOfCopies, this.#total(atMs, columns)] : rowsOfCopies;
    const nameWidth = Math.min(MAX_NAME_WIDTH, Math.max(0, ...shown.map(({ name }) => widthOf(name))));
    return shown.map(({ name, facts }) => fitted(`${fitted(name, nameWidth)}  ${facts}`, width).trimEnd());
  }

  #total(atMs: number, columns: number): { readonly name: string; readonly facts: string } {
    const running = [...this.#running.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    const bytes = this.#doneBytes + running;
    const { files, sizeBytes = 0 } = this.#expected ?? {};
    return {
      name: files === undefined ? `${this.#files} files` : `${this.#files} of ${files} files`,
      facts: factsOf({ bytes, sizeBytes, bytesPerSecond: this.#rate(atMs, bytes) }, columns),
    };
  }

  #rate(atMs: number, bytes: number): number {
    this.#samples.push({ atMs, bytes });
    while (this.#samples.length > 2 && atMs - (this.#samples[0]?.atMs ?? atMs) > WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0] ?? { atMs, bytes };
    return atMs > first.atMs ? Math.max(0, Math.round(((bytes - first.bytes) * 1000) / (atMs - first.atMs))) : 0;
  }
}
