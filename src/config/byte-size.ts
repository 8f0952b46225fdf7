/** Sizes as people write them: `10 MiB`, `1G`, `2 GB`, `4096`. */

/** A letter alone means powers of 1,024, as in `ls -h`; with `B` behind it powers of 1,000, as on the label of a disk. */
const FACTORS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ...['k', 'm', 'g', 't'].flatMap((letter, index): [string, number][] => [
    [letter, 1024 ** (index + 1)],
    [`${letter}ib`, 1024 ** (index + 1)],
    [`${letter}b`, 1000 ** (index + 1)],
  ]),
]);

/** The bytes, rounded down; `undefined` for what is no size, is negative, or is too large to be counted exactly. */
export function parseByteSize(text: string | number): number | undefined {
  const match = /^(\d{1,16}(?:\.\d{1,6})?) ?([a-z]{0,3})$/i.exec(String(text).trim());
  const factor = FACTORS.get((match?.[2] ?? '').toLowerCase());
  if (match === null || factor === undefined) return undefined;
  const bytes = Math.floor(Number(match[1]) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
