/** Lines of ssh_config cut into a keyword and its words, quotes and all, as OpenSSH does (ssh_config(5)). */

export interface ConfigPlace {
  readonly file: string;
  /** The first line is 1. */
  readonly line: number;
}

export interface ConfigLine extends ConfigPlace {
  /** In small letters. */
  readonly keyword: string;
  readonly words: readonly string[];
  /** All behind the keyword as it was written, for what is handed to others. */
  readonly rest: string;
}

/** A line that makes no sense; `what` is the end of a sentence that begins with its place. */
export interface ConfigProblem extends ConfigPlace {
  readonly what: string;
}

const KEYWORD = /^(?:"([^"]*)"|([^\s="]+))[ \t]*=?[ \t]*(.*)$/s;

/** The lines that say something, and those that cannot be read. Never throws. */
export function* configLines(text: string, file: string): Generator<ConfigLine | ConfigProblem> {
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    yield { file, line: index + 1, ...readConfigLine(line) };
  }
}

function readConfigLine(line: string): Pick<ConfigLine, 'keyword' | 'words' | 'rest'> | Pick<ConfigProblem, 'what'> {
  if (line.includes('\0')) return { what: 'holds a byte that is zero' };
  const [whole, quoted, plain, rest = ''] = KEYWORD.exec(line) ?? [];
  const keyword = (quoted ?? plain ?? '').toLowerCase();
  if (whole === undefined || keyword === '') return { what: 'has no keyword' };
  if (rest === '') return { what: `has nothing behind ${keyword}` };
  const words = splitWords(rest);
  return words === undefined ? { what: 'has a quotation mark that nothing closes' } : { keyword, words, rest };
}

/** Blanks between words; then what a word may be made of: a letter behind a backslash, a quotation, a letter as it stands. */
const PIECE =
  /(?<gap>[ \t]+)|\\(?<mark>["'\\ ])|(?<quote>["'])(?<quoted>(?:\\["'\\]|(?!\k<quote>)[^])*)\k<quote>|(?<open>["'])|(?<letter>[^])/gy;

const unescaped = (text: string): string => text.replace(/\\(["'\\])/g, '$1');

/** Words parted by blanks; a `#` at the beginning of one ends the line. `undefined` for a quotation without an end. */
export function splitWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let isBetween = true;
  for (const { groups = {} } of text.matchAll(PIECE)) {
    const { gap, mark, quoted, open, letter } = groups;
    if (open !== undefined) return undefined;
    if (letter === '#' && isBetween) return words;
    if (gap === undefined) {
      if (isBetween) words.push('');
      words.push(`${words.pop() ?? ''}${mark ?? letter ?? unescaped(quoted ?? '')}`);
    }
    isBetween = gap !== undefined;
  }
  return words;
}
