/** Block numbers count on in the program, and begin again behind 65535 on the wire: at 0, or at 1 where that was agreed on. */

export type Rollover = 0 | 1;

const CYCLE = 65_536;

/** The number on the wire of a block that is counted from 1; block 0 is that of the opening. */
export function wireBlock(block: number, rollover: Rollover): number {
  if (block < CYCLE) return block;
  return rollover === 0 ? block % CYCLE : ((block - 1) % (CYCLE - 1)) + 1;
}

/** The block of a range that bears a number on the wire; `undefined` when none does. The range is less than a cycle long. */
export function blockWithin(
  wire: number,
  { first, last }: { readonly first: number; readonly last: number },
  rollover: Rollover,
): number | undefined {
  if (first === 0 && wire === 0) return 0;
  const from = Math.max(first, rollover);
  if (rollover === 1 && wire === 0) return undefined;
  const cycle = CYCLE - rollover;
  const block = from + ((wire - wireBlock(from, rollover) + cycle) % cycle);
  return block <= last ? block : undefined;
}
