/**
 * Splits the line of an `exec` request into words, as a POSIX shell would (XCU §2.2), without ever being one: what a shell
 * would act on (`;`, `|`, `$(…)`) makes the whole line refused, and patterns are handed on to be opened by us.
 */

/** One word of a command line. */
export interface Word {
  /** What it says when every quote is taken off. */
  readonly text: string;
  /** The same as a pattern: what was quoted has a backslash before it where it would mean more than itself. */
  readonly pattern: string;
  /** What the client calls it, where a server has another name for the place: by that it is sent and complained of. */
  readonly typed?: string;
}

export type SplitWords =
  | { readonly outcome: 'split'; readonly words: readonly Word[] }
  /** `why` is a clause for the one who typed it. */
  | { readonly outcome: 'refused'; readonly why: string };

/** The longest line, in UTF-16 units, and most words in it. */
const MAX_LINE_LENGTH = 64 * 1024;
const MAX_WORDS = 1024;

const BLANK = /[ \t]/;
/** What a shell would act on where it stands free, and where it stands between double quotes. */
const ACTS_FREE = /[;|&<>$`\n\r]/;
const ACTS_QUOTED = /[$`]/;
/** What means more than itself in a pattern, or at the beginning of a path. */
const MEANS_MORE = /[*?[\]{},\\~]/;
/** Before these, a backslash between double quotes is taken off (XCU §2.2.3). */
const ESCAPED_IN_QUOTES = /[$`"\\\n]/;

const QUOTE_IT = 'put it into single quotes';

class Refused extends Error {
  override readonly name = 'Refused';
}

class Splitter {
  readonly #line: string;
  readonly words: Word[] = [];
  #at = 0;
  #text = '';
  #pattern = '';
  #isInWord = false;

  constructor(line: string) {
    this.#line = line;
  }

  run(): void {
    while (this.#at < this.#line.length) this.#step(this.#take());
    this.#endWord();
  }

  #take(): string {
    const character = this.#line[this.#at] ?? '';
    this.#at += 1;
    return character;
  }

  #step(character: string): void {
    if (BLANK.test(character)) this.#endWord();
    else if (character === "'") this.#singleQuoted();
    else if (character === '"') this.#doubleQuoted();
    else if (character === '\\') this.#literal(this.#escaped());
    else if (ACTS_FREE.test(character)) throw new Refused(acts(character));
    else this.#free(character);
  }

  #free(character: string): void {
    this.#isInWord = true;
    this.#text += character;
    this.#pattern += character;
  }

  #literal(text: string): void {
    this.#isInWord = true;
    for (const character of text) {
      this.#text += character;
      this.#pattern += MEANS_MORE.test(character) ? `\\${character}` : character;
    }
  }

  #escaped(): string {
    if (this.#at >= this.#line.length) throw new Refused('the line ends with a backslash');
    const character = this.#take();
    if (character === '\n') throw new Refused('the line goes on behind its end');
    return character;
  }

  #singleQuoted(): void {
    const end = this.#line.indexOf("'", this.#at);
    if (end < 0) throw new Refused('a single quote is not closed');
    this.#literal(this.#line.slice(this.#at, end));
    this.#at = end + 1;
  }

  #doubleQuoted(): void {
    this.#isInWord = true;
    while (this.#at < this.#line.length) {
      const character = this.#take();
      if (character === '"') return;
      if (ACTS_QUOTED.test(character)) throw new Refused(acts(character));
      const next = this.#line[this.#at] ?? '';
      if (character === '\\' && ESCAPED_IN_QUOTES.test(next)) this.#literal(this.#take());
      else this.#literal(character);
    }
    throw new Refused('a double quote is not closed');
  }

  #endWord(): void {
    if (!this.#isInWord) return;
    if (this.words.length >= MAX_WORDS) throw new Refused(`there are more than ${MAX_WORDS} words`);
    this.words.push({ text: this.#text, pattern: this.#pattern });
    [this.#text, this.#pattern, this.#isInWord] = ['', '', false];
  }
}

const acts = (character: string): string =>
  /[\n\r]/.test(character)
    ? 'there is no shell here, and a command has one line'
    : `there is no shell here that would act on ${character}; if it is part of a name, ${QUOTE_IT}`;

/** The words of a line. Never throws. */
export function splitWords(line: string): SplitWords {
  if (line.length > MAX_LINE_LENGTH) return { outcome: 'refused', why: 'the command line is too long' };
  const splitter = new Splitter(line);
  try {
    splitter.run();
    return { outcome: 'split', words: splitter.words };
  } catch (error) {
    if (error instanceof Refused) return { outcome: 'refused', why: error.message };
    throw error;
  }
}

const NEEDS_NO_QUOTES = /^[A-Za-z0-9_./:@%+,=-]+$/;

/** The text as one word for a shell: as it is where that is safe, else between single quotes. */
export const quoted = (text: string): string =>
  NEEDS_NO_QUOTES.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A word that means just itself. */
export const literalWord = (text: string): Word => ({
  text,
  pattern: text.replace(/[*?[\]{},\\~]/g, (character) => `\\${character}`),
});
