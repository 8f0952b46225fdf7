/** What was measured so far, by row and contestant. */
import type { Row, Sample } from './measurement.ts';

export class Results {
  /** In the order in which the rows first appeared. */
  readonly #rows = new Map<string, Row>();
  readonly #values = new Map<string, number[]>();
  readonly #failures = new Map<string, string>();

  add(contestant: string, samples: readonly Sample[]): void {
    for (const { row, value } of samples) {
      this.#rows.set(row.label, this.#rows.get(row.label) ?? row);
      const key = keyOf(row, contestant);
      this.#values.set(key, [...(this.#values.get(key) ?? []), value]);
    }
  }

  fail(contestant: string, sentence: string): void {
    this.#failures.set(`${contestant}: ${sentence}`, contestant);
  }

  /** Each sentence once, with the contestant that it speaks of. */
  get failures(): ReadonlyMap<string, string> {
    return this.#failures;
  }

  get rows(): readonly Row[] {
    return [...this.#rows.values()];
  }

  values(row: Row, contestant: string): readonly number[] {
    return this.#values.get(keyOf(row, contestant)) ?? [];
  }

  /** Undefined where nothing was measured. */
  median(row: Row, contestant: string): number | undefined {
    return median(this.values(row, contestant));
  }
}

export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** How many times better `mine` is than `theirs`: above 1 is ahead, whichever way the row counts. */
export function advantage(row: Row, mine: number, theirs: number): number {
  return row.better === 'more' ? mine / theirs : theirs / mine;
}

function keyOf(row: Row, contestant: string): string {
  return `${row.label}\n${contestant}`;
}
