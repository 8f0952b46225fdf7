/** `| include REGEX` and the others: what of a command's output is shown, line by line. */
import { RE2JS } from 're2js';

export type FilterKind = 'include' | 'exclude' | 'begin' | 'section' | 'count' | 'redirect' | 'append' | 'tee';

export interface PipeClause {
  readonly kind: FilterKind;
  /** A regular expression as typed, or the URL of a file. */
  readonly text: string;
}

/** A command line and what stands behind its pipe. */
export interface Piped {
  readonly command: string;
  readonly pipe: PipeClause | undefined;
}

export type PipeReading = Piped | { readonly column: number } | { readonly incomplete: true };

const KINDS: readonly FilterKind[] = ['append', 'begin', 'count', 'exclude', 'include', 'redirect', 'section', 'tee'];

/** Splits a line at its pipe; a pipe needs a blank before it. A `column` is that of the first character that fits nothing. */
export function readPipe(line: string): PipeReading {
  const at = line.search(/\s\|/);
  if (at < 0) return { command: line, pipe: undefined };
  const behind = line.slice(at + 2);
  const [, blanks = '', word = '', text = ''] = /^(\s*)(\S*)\s*(.*?)\s*$/s.exec(behind) ?? [];
  if (word === '') return { incomplete: true };
  const kind = KINDS.find((one) => one.startsWith(word.toLowerCase()));
  if (kind === undefined) return { column: at + 2 + blanks.length };
  // `count` alone counts all lines; the others need something to look for.
  if (text === '' && kind !== 'count') return { incomplete: true };
  return { command: line.slice(0, at), pipe: { kind, text } };
}

export interface LineFilter {
  /** The lines to show for this one: none, it, or some that were held back. */
  take(line: string): readonly string[];
  /** What is left to say at the end. */
  end(): readonly string[];
}

const NOTHING: readonly string[] = [];

/** What an expression of whoever types is: something that a line fits or not, in a time that its length bounds. */
interface Pattern {
  test(line: string): boolean;
}

/** IOS writes `_` for any border of a word in its expressions. Read by RE2: no expression takes for ever. */
function expression(text: string): Pattern | undefined {
  try {
    const compiled = RE2JS.compile(text.replaceAll('_', '(?:^|$|[\\s,{}()])'));
    return { test: (line) => compiled.matcher(line).find() };
  } catch {
    return undefined;
  }
}

/** A line with its indented block: what `section` shows when any line of the block fits. */
class Sections implements LineFilter {
  readonly #pattern: Pattern;
  #isShowing = false;
  #indent = 0;

  constructor(pattern: Pattern) {
    this.#pattern = pattern;
  }

  take(line: string): readonly string[] {
    const indent = /^ */.exec(line)?.[0].length ?? 0;
    if (this.#isShowing && line !== '' && indent > this.#indent) return [line];
    this.#isShowing = this.#pattern.test(line);
    this.#indent = indent;
    return this.#isShowing ? [line] : NOTHING;
  }

  end(): readonly string[] {
    return NOTHING;
  }
}

const passing = (passes: (line: string) => boolean): LineFilter => ({
  take: (line) => (passes(line) ? [line] : NOTHING),
  end: () => NOTHING,
});

function beginning(pattern: Pattern): LineFilter {
  let begun = false;
  return passing((line) => (begun ||= pattern.test(line)));
}

function counting(pattern: Pattern): LineFilter {
  let count = 0;
  return {
    take(line) {
      if (pattern.test(line)) count += 1;
      return NOTHING;
    },
    end: () => [`Number of lines which match regexp = ${count}`],
  };
}

type TextFilter = Exclude<FilterKind, 'redirect' | 'append' | 'tee'>;

const FILTERS: Readonly<Record<TextFilter, (pattern: Pattern) => LineFilter>> = {
  include: (pattern) => passing((line) => pattern.test(line)),
  exclude: (pattern) => passing((line) => !pattern.test(line)),
  begin: beginning,
  section: (pattern) => new Sections(pattern),
  count: counting,
};

/** The filter of a clause; `undefined` for an expression that is none. */
export function lineFilter(kind: TextFilter, text: string): LineFilter | undefined {
  const pattern = expression(text);
  return pattern === undefined ? undefined : FILTERS[kind](pattern);
}
