/** What subnegotiations tell of a terminal: its size (RFC 1073) and its type (RFC 1091). */

export interface WindowSize {
  /** `undefined` where the peer does not say: it sends 0 (RFC 1073). */
  readonly columns: number | undefined;
  readonly rows: number | undefined;
}

const SIZE_BYTES = 4;
const MOST_CELLS = 65_535;
/** RFC 1091 §6: as the names of RFC 1010 are. */
const MOST_TYPE_LENGTH = 40;
const [IS, SEND] = [0, 1];
const [SPACE, DELETE] = [0x20, 0x7f];

/** `undefined` for what is no size. */
export function parseWindowSize(payload: Uint8Array): WindowSize | undefined {
  if (payload.length !== SIZE_BYTES) return undefined;
  const [highColumns = 0, lowColumns = 0, highRows = 0, lowRows = 0] = payload;
  const [columns, rows] = [highColumns * 256 + lowColumns, highRows * 256 + lowRows];
  return { columns: columns === 0 ? undefined : columns, rows: rows === 0 ? undefined : rows };
}

/** Numbers beyond what the option can say are cut to its range. */
export function formatWindowSize({ columns = 0, rows = 0 }: WindowSize): Uint8Array {
  return Uint8Array.from([columns, rows].map(inRange).flatMap((cells) => [cells >> 8, cells & 0xff]));
}

const inRange = (cells: number): number => (cells > 0 ? Math.min(MOST_CELLS, Math.floor(cells)) : 0);

export const ASK_TERMINAL_TYPE: Uint8Array = Uint8Array.of(SEND);
export const asksTerminalType = (payload: Uint8Array): boolean => payload.length === 1 && payload[0] === SEND;

/** A name as the peer spells it, but only its printable ASCII and no more than 40; `undefined` for what tells none. */
export function parseTerminalType(payload: Uint8Array): string | undefined {
  if (payload[0] !== IS) return undefined;
  const printable = [...payload.subarray(1)].filter((byte) => byte > SPACE && byte < DELETE);
  return printable.length === 0 ? undefined : String.fromCharCode(...printable.slice(0, MOST_TYPE_LENGTH));
}

/** The name is cut as {@link parseTerminalType} would. */
export function formatTerminalType(name: string): Uint8Array {
  const codes = Array.from(name, (character) => character.charCodeAt(0));
  return Uint8Array.of(IS, ...codes.filter((code) => code > SPACE && code < DELETE).slice(0, MOST_TYPE_LENGTH));
}
