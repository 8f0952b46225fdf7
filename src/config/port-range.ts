/** A range of ports as it is written: `50000-50100`. */

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** `undefined` for anything but two ports of which the first is not above the last. */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text.trim());
  const [first, last] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  return first >= 1 && first <= last && last <= 65_535 ? { first, last } : undefined;
}
