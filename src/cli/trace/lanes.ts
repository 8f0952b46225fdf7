/** Upright lines of a picture in text: one for each connection that is open, the lowest free place for each new one. */

/** What a row does to one of the lines; the others pass through it. */
export type Mark =
  | { readonly kind: 'none' }
  /** A line begins or ends here, and its text stands at the right. */
  | { readonly kind: 'opens' | 'closes'; readonly lane: number }
  /** The number of who speaks stands in place of the line. */
  | { readonly kind: 'speaks'; readonly lane: number; readonly number: number }
  /** A dotted line leaves to the right. */
  | { readonly kind: 'leaves'; readonly lane: number }
  /** A dotted line comes from the left and becomes a line here. */
  | { readonly kind: 'enters'; readonly lane: number };

export interface Lanes {
  /** The lane of a connection, taken for it when it has none. */
  of(id: number): number;
  /** Gives the lane free. */
  end(id: number): void;
  /** The row's lines, with room to the text at their right. */
  draw(mark: Mark): string;
  /** The same, dotted or ruled on to the right where the mark asks for it, up to `width`. */
  drawTo(width: number, mark: Mark): string;
}

const CELL = 3;

/** How far to the right of its lane a mark reaches, and with what. */
const RULES: Readonly<Record<Mark['kind'], { readonly head: string; readonly rule: string; readonly cross: string }>> =
  {
    none: { head: '│', rule: ' ', cross: '│' },
    speaks: { head: '│', rule: ' ', cross: '│' },
    opens: { head: '┌', rule: '─', cross: '┼' },
    closes: { head: '└', rule: '─', cross: '┼' },
    leaves: { head: '├', rule: '╌', cross: '┼' },
    enters: { head: '┬', rule: '─', cross: '┼' },
  };

const laneOf = (mark: Mark): number => (mark.kind === 'none' ? -1 : mark.lane);

/** Those beyond `most` share the last lane. */
export function createLanes(most: number): Lanes {
  const holders: (number | undefined)[] = [];
  const of = (id: number): number => {
    const known = holders.indexOf(id);
    if (known >= 0) return known;
    const free = holders.indexOf(undefined);
    const lane = Math.min(free >= 0 ? free : holders.length, most - 1);
    holders[lane] = id;
    return lane;
  };
  const cell = (holder: number | undefined, index: number, mark: Mark): string => {
    const { head, rule, cross } = RULES[mark.kind];
    const lane = laneOf(mark);
    if (mark.kind === 'speaks' && index === lane) return String(mark.number).padEnd(CELL);
    if (index === lane) return head.padEnd(CELL, rule);
    if (index > lane) return (holder === undefined ? rule : cross).padEnd(CELL, rule);
    if (mark.kind === 'enters') return (holder === undefined ? '╌' : '┼').padEnd(CELL, '╌');
    return (holder === undefined ? ' ' : '│').padEnd(CELL);
  };
  const draw = (mark: Mark): string => holders.map((holder, index) => cell(holder, index, mark)).join('');
  return {
    of,
    end(id) {
      const lane = holders.indexOf(id);
      if (lane < 0) return;
      holders[lane] = undefined;
      while (holders.length > 0 && holders.at(-1) === undefined) holders.pop();
    },
    draw: (mark) => (RULES[mark.kind].rule === '─' ? draw(mark).replace(/─$/, ' ') : draw(mark)),
    drawTo: (width, mark) => draw(mark).padEnd(width, RULES[mark.kind].rule),
  };
}
