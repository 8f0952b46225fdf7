/** What came of a tree: exact counts, and lists with a bound. */
import type { VirtualPath } from '../../base/virtual-path.ts';
import type { CopyReport, TreeFailure, TreeReport } from './copy.ts';

const MOST_LISTED = 10_000;
const MOST_WARNINGS = 1_000;

export class TreeTally {
  readonly #reports: CopyReport[] = [];
  readonly #failures: TreeFailure[] = [];
  readonly #warnings: string[] = [];
  #files = 0;
  #directories = 0;
  #failed = 0;
  #sizeBytes = 0;

  copied(report: CopyReport): void {
    this.#files += 1;
    if (report.way !== 'skipped') this.#sizeBytes += report.sizeBytes;
    if (this.#reports.length < MOST_LISTED) this.#reports.push(report);
  }

  madeDirectory(): void {
    this.#directories += 1;
  }

  failed(path: VirtualPath, error: unknown): void {
    this.#failed += 1;
    if (this.#failures.length < MOST_LISTED) this.#failures.push({ path, error });
  }

  warn(sentence: string): void {
    if (this.#warnings.length < MOST_WARNINGS) this.#warnings.push(sentence);
  }

  report(durationMs: number): TreeReport {
    return {
      reports: this.#reports,
      failures: this.#failures,
      warnings: this.#warnings,
      files: this.#files,
      directories: this.#directories,
      failed: this.#failed,
      sizeBytes: this.#sizeBytes,
      durationMs,
    };
  }
}
