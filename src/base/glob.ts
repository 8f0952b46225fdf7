/**
 * Patterns for names: `*`, `?`, `[a-z]`, `[!x]`, `{a,b}` and a backslash before what is meant as it stands.
 *
 * A peer may send a pattern, or a name to be matched by one, so that nothing here may take long: braces are opened to a bounded number of
 * patterns, and each is matched with one way back (to its last star), at most pattern times name steps. That is the
 * cure for `a*a*a*a*b` and for brace bombs (CVE-2011-0418, CVE-2011-0762, CERT CA-2001-07).
 */

/** Longest pattern, in UTF-16 units, and most patterns that its braces may open to. */
export const MAX_PATTERN_LENGTH = 1024;
export const MAX_ALTERNATIVES = 64;

/** Whether one component of a path matches. */
export type GlobMatcher = (name: string) => boolean;

export interface GlobOptions {
  /** `when-named` (the default): a name that begins with a dot is found only by a pattern that does, too. */
  readonly hidden?: 'when-named' | 'always';
  /** `matters` unless told. */
  readonly letterCase?: 'matters' | 'ignored';
}

type Token = 'any' | 'star' | { readonly literal: string } | CharacterSet;

interface CharacterSet {
  readonly negated: boolean;
  readonly ranges: readonly (readonly [from: string, to: string])[];
}

/** Whether a component means more than its letters. A file of that very name should be looked for first. */
export function hasGlob(text: string): boolean {
  return /[*?[{]/.test(text.replace(/\\[^]/g, ''));
}

/** A matcher for one component, `undefined` when the pattern is too long or opens to too many. Never throws. */
export function compileGlob(
  pattern: string,
  { hidden = 'when-named', letterCase = 'matters' }: GlobOptions = {},
): GlobMatcher | undefined {
  if (pattern.length > MAX_PATTERN_LENGTH) return undefined;
  const cased = (text: string): string => (letterCase === 'ignored' ? text.toLowerCase() : text);
  const alternatives = openBraces(cased(pattern))?.map(tokensOf);
  if (alternatives === undefined) return undefined;
  return (name) => {
    const characters = Array.from(cased(name));
    return alternatives.some(
      (tokens) => (hidden === 'always' || mayShow(tokens, characters)) && matches(tokens, characters),
    );
  };
}

/** A name that begins with a dot is found only by a pattern that does, too (POSIX.1 §2.13.3). */
function mayShow([first]: readonly Token[], characters: readonly string[]): boolean {
  return characters[0] !== '.' || (typeof first === 'object' && 'literal' in first && first.literal === '.');
}

function matches(tokens: readonly Token[], characters: readonly string[]): boolean {
  let token = 0;
  let character = 0;
  let lastStar = -1;
  let starEnd = 0;
  while (character < characters.length) {
    const wanted = tokens[token];
    if (wanted === 'star') {
      lastStar = token++;
      starEnd = character;
    } else if (wanted !== undefined && accepts(wanted, characters[character] ?? '')) {
      token += 1;
      character += 1;
    } else if (lastStar >= 0) {
      // The last star takes one more; what stands before it has matched and need not be tried again.
      token = lastStar + 1;
      character = ++starEnd;
    } else return false;
  }
  while (tokens[token] === 'star') token += 1;
  return token === tokens.length;
}

function accepts(token: Token, character: string): boolean {
  if (typeof token === 'string') return true;
  if ('literal' in token) return token.literal === character;
  const isListed = token.ranges.some(
    ([from, to]) => pointOf(from) <= pointOf(character) && pointOf(character) <= pointOf(to),
  );
  return isListed !== token.negated;
}

const pointOf = (character: string): number => character.codePointAt(0) ?? 0;

function tokensOf(pattern: string): readonly Token[] {
  const characters = Array.from(pattern);
  const tokens: Token[] = [];
  for (let index = 0; index < characters.length;) {
    const [token, length] = tokenAt(characters, index);
    // Two stars are one.
    if (token !== 'star' || tokens.at(-1) !== 'star') tokens.push(token);
    index += length;
  }
  return tokens;
}

function tokenAt(characters: readonly string[], index: number): readonly [Token, number] {
  const character = characters[index] ?? '';
  const next = characters[index + 1];
  if (character === '*') return ['star', 1];
  if (character === '?') return ['any', 1];
  if (character === '[') return setAt(characters, index) ?? [{ literal: '[' }, 1];
  return character === '\\' && next !== undefined ? [{ literal: next }, 2] : [{ literal: character }, 1];
}

/** `[a-z]`; `undefined` when no bracket closes it. A `]` directly behind the opening is one of the set. */
function setAt(characters: readonly string[], start: number): readonly [CharacterSet, number] | undefined {
  const negated = characters[start + 1] === '!' || characters[start + 1] === '^';
  const first = start + (negated ? 2 : 1);
  const ranges: (readonly [string, string])[] = [];
  for (let index = first; index < characters.length;) {
    if (characters[index] === ']' && index > first) return [{ negated, ranges }, index + 1 - start];
    const [from, fromLength] = memberAt(characters, index);
    index += fromLength;
    const isRange = characters[index] === '-' && characters[index + 1] !== undefined && characters[index + 1] !== ']';
    const [to, toLength] = isRange ? memberAt(characters, index + 1) : [from, -1];
    index += toLength + 1;
    ranges.push([from, to]);
  }
  return undefined;
}

function memberAt(characters: readonly string[], index: number): readonly [string, number] {
  const character = characters[index] ?? '';
  const next = characters[index + 1];
  return character === '\\' && next !== undefined ? [next, 2] : [character, 1];
}

/**
 * `a{b,c{d,e}}` to `ab`, `acd`, `ace`; braces without a comma, or that nothing closes, stay as they are. `undefined` when
 * there would be more than {@link MAX_ALTERNATIVES}. The pattern must not be longer than {@link MAX_PATTERN_LENGTH}.
 */
export function openBraces(pattern: string): readonly string[] | undefined {
  const opened: string[] = [];
  const waiting = [pattern];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const alternatives = openFirstBrace(next);
    if (alternatives === undefined) opened.push(next);
    else waiting.push(...alternatives);
    if (opened.length + waiting.length > MAX_ALTERNATIVES) return undefined;
  }
  return opened;
}

function openFirstBrace(pattern: string): readonly string[] | undefined {
  for (let start = nextBrace(pattern, 0); start >= 0; start = nextBrace(pattern, start + 1)) {
    const marks = marksOf(pattern, start);
    if (marks.length > 2)
      return marks
        .slice(1)
        .map(
          (mark, index) =>
            pattern.slice(0, start) +
            pattern.slice((marks[index] ?? 0) + 1, mark) +
            pattern.slice((marks.at(-1) ?? 0) + 1),
        );
  }
  return undefined;
}

function nextBrace(pattern: string, from: number): number {
  for (let index = from; index < pattern.length; index += pattern[index] === '\\' ? 2 : 1)
    if (pattern[index] === '{') return index;
  return -1;
}

/** Where a brace opens, its own commas stand, and it closes; nothing when it never does. */
function marksOf(pattern: string, start: number): readonly number[] {
  const marks = [start];
  let depth = 0;
  for (let index = start; index < pattern.length; index += pattern[index] === '\\' ? 2 : 1) {
    const letter = pattern[index];
    if (letter === '{') depth += 1;
    if (letter === '}') depth -= 1;
    if ((letter === ',' && depth === 1) || depth === 0) marks.push(index);
    if (depth === 0) return marks;
  }
  return [];
}
