/**
 * What a line typed in the shell says: commands, parted by `;`, each a list of words, some of them patterns.
 *
 * Words are parted by spaces. 'Single quotes' keep everything as it is; "double quotes" keep spaces; a backslash stands
 * for what `printable` shows with it: what a listing prints can be typed back, also a name with a newline (`\n`) or with
 * a byte that is no text (`\xe9`). Before any other character it takes away that character's meaning.
 */

export interface Word {
  readonly text: string;
  /** The word as a pattern, with what was quoted escaped by a backslash; absent when nothing in it is meant as one. */
  readonly pattern?: string;
}

export interface ParsedCommand {
  readonly words: readonly Word[];
  /** Ends with `&`. */
  readonly background: 'yes' | 'no';
  /** Everything as it was typed, without spaces around it. */
  readonly source: string;
}

export type ParsedLine =
  | { readonly kind: 'commands'; readonly commands: readonly ParsedCommand[] }
  | { readonly kind: 'problem'; readonly sentence: string };

const PATTERN = /[*?[\]{}]/;
const SPACE = /\s/;

/** The first character of an escape and what the whole of it looks like. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
const BYTE = /^x([0-9a-fA-F]{2})/;
const CODE_POINT = /^u\{([0-9a-fA-F]{1,6})\}/;

/** A byte from 0x80 on stands for itself in a name (see `base/name.ts`). */
const ofByte = (byte: number): string => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte);

/** What the escape behind a backslash stands for, and how many characters it has; a lone backslash stands for itself. */
function unescapeAt(text: string, index: number): { readonly value: string; readonly length: number } {
  const rest = text.slice(index, index + 12);
  const [byte, hex = ''] = BYTE.exec(rest) ?? [];
  if (byte !== undefined) return { value: ofByte(parseInt(hex, 16)), length: byte.length };
  const [point, digits = ''] = CODE_POINT.exec(rest) ?? [];
  if (point !== undefined && parseInt(digits, 16) <= 0x10ffff)
    return { value: String.fromCodePoint(parseInt(digits, 16)), length: point.length };
  const character = rest[0] ?? '\\';
  return { value: NAMED.get(character) ?? character, length: 1 };
}

/** Where one reads in a line. */
interface Reading {
  readonly line: string;
  index: number;
  quote: '"' | "'" | undefined;
}

/** A word as it grows. */
class Growing {
  text = '';
  pattern = '';
  isPattern = false;

  plain(value: string): void {
    this.text += value;
    if (PATTERN.test(value)) this.isPattern = true;
    this.pattern += value;
  }

  quoted(value: string): void {
    this.text += value;
    this.pattern += value.replaceAll(/[*?[\]{},\\]/g, String.raw`\$&`);
  }

  get word(): Word {
    return this.isPattern ? { text: this.text, pattern: this.pattern } : { text: this.text };
  }
}

/** Takes one character that belongs to a word, with its escape or quote. */
function takeCharacter(reading: Reading, word: Growing): void {
  const { line, quote } = reading;
  const character = line[reading.index] ?? '';
  reading.index += 1;
  if (character === quote) reading.quote = undefined;
  else if (quote === undefined && (character === '"' || character === "'")) reading.quote = character;
  else if (character === '\\' && quote !== "'") {
    const { value, length } = unescapeAt(line, reading.index);
    reading.index += length;
    word.quoted(value);
  } else if (quote === undefined) word.plain(character);
  else word.quoted(character);
}

const endsWord = ({ line, index, quote }: Reading): boolean =>
  quote === undefined && (SPACE.test(line[index] ?? ' ') || line[index] === ';' || line[index] === '&');

/** The word that begins here. */
function takeWord(reading: Reading): Word {
  const word = new Growing();
  while (reading.index < reading.line.length && !endsWord(reading)) takeCharacter(reading, word);
  return word.word;
}

function skipSpace(reading: Reading): void {
  while (reading.index < reading.line.length && SPACE.test(reading.line[reading.index] ?? '')) reading.index += 1;
}

/** The command that begins here, up to behind its `;` or `&`. */
function takeCommand(reading: Reading): ParsedCommand {
  const start = reading.index;
  const words: Word[] = [];
  for (;;) {
    skipSpace(reading);
    const next = reading.line[reading.index];
    // A remark begins where a word would.
    if (next === '#') reading.index = reading.line.length;
    if (next === undefined || next === '#' || next === ';' || next === '&') {
      const source = reading.line.slice(start, reading.index).trim();
      reading.index += 1;
      return { words, background: next === '&' ? 'yes' : 'no', source };
    }
    words.push(takeWord(reading));
  }
}

/** Parts a line. A quote that is not closed is a problem. */
export function parseLine(line: string): ParsedLine {
  const reading: Reading = { line, index: 0, quote: undefined };
  const commands: ParsedCommand[] = [];
  while (reading.index < line.length) {
    const command = takeCommand(reading);
    if (command.words.length > 0) commands.push(command);
  }
  if (reading.quote !== undefined)
    return { kind: 'problem', sentence: `a quote (${reading.quote}) is opened and not closed` };
  return { kind: 'commands', commands };
}

/** The last word of a line that is still being typed. */
export interface LastWord {
  /** The words before it, of the same command. */
  readonly before: readonly Word[];
  /** Where it begins in the line. */
  readonly start: number;
  readonly text: string;
  /** How it was opened and not closed. */
  readonly quote: '"' | "'" | undefined;
}

/** Finds what the cursor at the end of a line stands behind: an empty word behind a space. */
export function lastWordOf(line: string): LastWord {
  const reading: Reading = { line, index: 0, quote: undefined };
  let before: Word[] = [];
  for (;;) {
    skipSpace(reading);
    const next = line[reading.index];
    if (next === undefined) return { before, start: line.length, text: '', quote: undefined };
    if (next === ';' || next === '&') {
      before = [];
      reading.index += 1;
      continue;
    }
    const start = reading.index;
    const word = takeWord(reading);
    if (reading.index >= line.length) return { before, start, text: word.text, quote: reading.quote };
    before.push(word);
  }
}

const NEEDS_ESCAPE = /\\(?:u\{[0-9a-f]+\}|[^])|[\s'";&#*?[\]{}]/g;

/** A name that has gone through `printable`, as it is typed outside of quotes: its escapes stay what they are. */
export const escapeShown = (shown: string): string =>
  shown.replace(NEEDS_ESCAPE, (found) => (found.startsWith('\\') ? found : `\\${found}`));
