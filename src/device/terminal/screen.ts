/** What a line's terminal shows: page by page, as wide as it is, with CR LF at the end of each line. */

/** From here on a width means that nothing is to be wrapped: programs ask for 511 or 512. */
const WIDE = 511;

export const MORE = ' --More-- ';
/** Takes the marker away again. */
export const WIPE_MORE = `${'\b'.repeat(MORE.length - 1)}${' '.repeat(MORE.length - 2)}${'\b'.repeat(MORE.length - 1)}`;

/** Screen rows that a line of text takes. */
export function rowsOf(line: string, columns: number): number {
  if (columns === 0 || columns >= WIDE) return 1;
  return Math.max(1, Math.ceil(line.length / columns));
}

/** Line ends as terminals want them; lone CRs stay. */
export const forTerminal = (text: string): string => text.replace(/\r?\n/g, '\r\n');
