/** How many columns text takes on a terminal, as far as lines that must not wrap need to know. */

/** East Asian wide and full-width letters, and pictures (Unicode Standard Annex 11, in large ranges). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const COMBINING = /\p{M}/u;

const columnsOf = (character: string): number => (COMBINING.test(character) ? 0 : WIDE.test(character) ? 2 : 1);

export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** The text in exactly so many columns: filled with spaces, or cut and ended with `…`. */
export function fitted(text: string, columns: number): string {
  const width = widthOf(text);
  if (width <= columns) return text + ' '.repeat(columns - width);
  let [shown, used] = ['', 0];
  for (const character of text) {
    const next = columnsOf(character);
    if (used + next > columns - 1) break;
    shown += character;
    used += next;
  }
  return `${shown}…${' '.repeat(columns - 1 - used)}`;
}
