/** Ranges of bytes, `[start, end)`: in order, apart, and none of them empty. Pure. */

export type Range = readonly [startBytes: number, endBytes: number];
export type Ranges = readonly Range[];

/** The ranges with one more; what touches becomes one. */
export function withRange(ranges: Ranges, [start, end]: Range): Ranges {
  if (end <= start) return ranges;
  const before = ranges.filter(([, theirEnd]) => theirEnd < start);
  const behind = ranges.filter(([theirStart]) => theirStart > end);
  const touching = ranges.filter(([theirStart, theirEnd]) => theirEnd >= start && theirStart <= end);
  const merged: Range = [
    Math.min(start, ...touching.map(([theirStart]) => theirStart)),
    Math.max(end, ...touching.map(([, theirEnd]) => theirEnd)),
  ];
  return [...before, merged, ...behind];
}

/** What is missing of a file of this size. */
export function missingOf(ranges: Ranges, sizeBytes: number): Ranges {
  const missing: Range[] = [];
  let at = 0;
  for (const [start, end] of ranges) {
    if (start > at) missing.push([at, Math.min(start, sizeBytes)]);
    at = Math.max(at, end);
  }
  if (at < sizeBytes) missing.push([at, sizeBytes]);
  return missing.filter(([start, end]) => end > start);
}

/** The ranges without what lies at or behind `limitBytes`. */
export const cutAt = (ranges: Ranges, limitBytes: number): Ranges =>
  ranges.filter(([start]) => start < limitBytes).map(([start, end]) => [start, Math.min(end, limitBytes)] as const);

export const totalOf = (ranges: Ranges): number => ranges.reduce((sum, [start, end]) => sum + end - start, 0);

/** False for what came from a file that somebody else wrote. */
export const areRanges = (value: unknown): value is Ranges => {
  if (!Array.isArray(value)) return false;
  let at = -1;
  for (const range of value as readonly unknown[]) {
    if (!Array.isArray(range) || range.length !== 2) return false;
    const [start, end] = range as readonly unknown[];
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end)) return false;
    // Both were just found to be numbers.
    if ((start as number) <= at || (end as number) <= (start as number)) return false;
    at = end as number;
  }
  return true;
};
