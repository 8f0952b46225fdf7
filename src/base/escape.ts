/** Makes text from a peer harmless to read: nothing in it can end a line, move the cursor, colour or reorder what is shown. */

/**
 * C0 and C1 controls, DEL, marks that change the reading direction, invisible and separating characters, tags, lone
 * surrogates, and the backslash, so that what was escaped can be told from what was sent.
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\\\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\p{Cs}\u{e0000}-\u{e007f}]/gu;

const SHORT: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

function escapeCharacter(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  // A byte that is not UTF-8 travels as U+DC80 to U+DCFF (see name.ts) and is shown as the byte that it was.
  if (point >= 0xdc80 && point <= 0xdcff) return `\\x${hex(point - 0xdc00, 2)}`;
  return SHORT.get(character) ?? (point < 0x80 ? `\\x${hex(point, 2)}` : `\\u{${hex(point, 4)}}`);
}

/** The text with everything unsafe made visible: `a\nb` becomes `a\\nb`, ESC becomes `\x1b`. One line, always well-formed. */
export const printable = (text: string): string => text.replace(UNSAFE, escapeCharacter);

// A line of JSON has its C0 controls, quotes and lone surrogates escaped already; its end and its backslashes must stay.
const UNSAFE_IN_JSON =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\p{Cs}\u{e0000}-\u{e007f}]/gu;

const escapeUnits = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => `\\u${hex(character.charCodeAt(index), 4)}`).join('');

/** The same for a line of JSON: what a terminal would act on becomes `\uXXXX`, so that the line means what it meant. */
export const printableJson = (line: string): string => line.replace(UNSAFE_IN_JSON, escapeUnits);
