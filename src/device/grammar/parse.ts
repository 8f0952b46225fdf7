/** Reads a line as IOS does: keywords may be cut short, and what does not fit is shown to the very character. */
import { type ArgumentType, sharedLength } from './argument-type.ts';
import type { ArgumentEdge, Node } from './graph.ts';

/** A word of a line, and the column (from 0) at which it begins. */
export interface Word {
  readonly text: string;
  readonly column: number;
}

/** What a line said, by the names in the row's syntax. */
export interface Arguments {
  /** The argument of that name, `undefined` where the line had none. */
  text(name: string): string | undefined;
  /** Whether the line had the keyword. */
  has(keyword: string): boolean;
}

export type Parsed<Row> =
  | { readonly outcome: 'empty' }
  | {
      readonly outcome: 'command';
      readonly row: Row;
      readonly args: Arguments;
      /** The line in full, keywords spelled out. */
      readonly words: readonly string[];
    }
  /** `column`: of the first character that fits nothing. */
  | { readonly outcome: 'invalid'; readonly column: number; readonly wordIndex: number }
  /** `typed`: up to the end of the word that could be several. */
  | { readonly outcome: 'ambiguous'; readonly typed: string }
  | { readonly outcome: 'incomplete'; readonly wordCount: number };

export function wordsOf(line: string): readonly Word[] {
  return Array.from(line.matchAll(/\S+/g), ({ 0: text, index }) => ({ text, column: index }));
}

/** Where a word leads to. */
export type Step<Row> =
  | { readonly kind: 'keyword'; readonly node: Node<Row>; readonly word: string }
  | { readonly kind: 'argument'; readonly edge: ArgumentEdge<Row>; readonly value: string; readonly wordCount: number }
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'none'; readonly fits: number };

/** Keywords that a word may stand for; an exact one is the only one. */
export function keywordsFor<Row>(node: Node<Row>, text: string): readonly { word: string; node: Node<Row> }[] {
  const lower = text.toLowerCase();
  const exact = node.keywords.get(lower);
  if (exact !== undefined) return [exact];
  return [...node.keywords]
    .filter(([keyword, { leastLetters }]) => keyword.startsWith(lower) && lower.length >= leastLetters)
    .map(([, edge]) => edge);
}

interface Candidate {
  readonly value: string;
  readonly wordCount: number;
}

/** The value that an argument would have here. */
function valueFor(type: ArgumentType, line: string, words: readonly Word[]): Candidate | undefined {
  const [word, next] = words;
  if (word === undefined) return undefined;
  if (type.takes === 'line') return { value: line.slice(word.column).trimEnd(), wordCount: words.length };
  if (type.takes === 'pair' && next !== undefined && /^\d/.test(next.text)) {
    const pair = `${word.text} ${next.text}`;
    if (type.fit(pair).outcome === 'whole') return { value: type.canonical?.(pair) ?? pair, wordCount: 2 };
  }
  if (type.fit(word.text).outcome !== 'whole') return undefined;
  return { value: type.canonical?.(word.text) ?? word.text, wordCount: 1 };
}

function fitOf<Row>(node: Node<Row>, text: string): number {
  const lower = text.toLowerCase();
  const ofKeywords = [...node.keywords.keys()].map((keyword) => sharedLength(lower, keyword));
  const ofArguments = node.arguments.map(({ type }) => {
    const fit = type.fit(text);
    return fit.outcome === 'whole' ? text.length : fit.fits;
  });
  return Math.max(0, ...ofKeywords, ...ofArguments);
}

/** Takes the first of `words` as far as it leads. */
export function step<Row>(node: Node<Row>, line: string, words: readonly Word[]): Step<Row> {
  const [word] = words;
  if (word === undefined) return { kind: 'none', fits: 0 };
  const keywords = keywordsFor(node, word.text);
  const [keyword] = keywords;
  if (keyword !== undefined && keywords.length === 1) return { kind: 'keyword', ...keyword };
  for (const edge of node.arguments) {
    if (keywords.length > 1 && edge.type.isLoose === true) break;
    const found = valueFor(edge.type, line, words);
    if (found !== undefined) return { kind: 'argument', edge, ...found };
  }
  return keywords.length > 1 ? { kind: 'ambiguous' } : { kind: 'none', fits: fitOf(node, word.text) };
}

class Said implements Arguments {
  readonly #values = new Map<string, string>();
  readonly #keywords = new Set<string>();

  take<Row>(found: Extract<Step<Row>, { kind: 'keyword' | 'argument' }>): string {
    if (found.kind === 'keyword') this.#keywords.add(found.word.toLowerCase());
    else this.#values.set(found.edge.name, found.value);
    return found.kind === 'keyword' ? found.word : found.value;
  }

  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  has(keyword: string): boolean {
    return this.#keywords.has(keyword);
  }
}

export interface ParseOptions {
  /** `no` and `default` take a command without the arguments at its end. */
  readonly tail?: 'needed' | 'optional';
}

/** Every row below a node; more than one is told as two. */
function rowsBelow<Row>(node: Node<Row>, found = new Set<Row>()): ReadonlySet<Row> {
  if (node.row !== undefined) found.add(node.row);
  for (const { node: next } of [...node.keywords.values(), ...node.arguments])
    if (found.size < 2) rowsBelow(next, found);
  return found;
}

function endAt<Row>(node: Node<Row>, tail: 'needed' | 'optional'): Row | undefined {
  if (node.row !== undefined || tail === 'needed') return node.row;
  const [only, ...more] = rowsBelow(node);
  return more.length === 0 ? only : undefined;
}

/** Reads a line from `root` on. Never throws. */
export function parseLine<Row>(root: Node<Row>, line: string, { tail = 'needed' }: ParseOptions = {}): Parsed<Row> {
  const words = wordsOf(line);
  if (words.length === 0) return { outcome: 'empty' };
  const said = new Said();
  const canonical: string[] = [];
  let node = root;
  for (let index = 0; index < words.length;) {
    const word = words[index];
    if (word === undefined) break;
    const found = step(node, line, words.slice(index));
    if (found.kind === 'none') return { outcome: 'invalid', column: word.column + found.fits, wordIndex: index };
    if (found.kind === 'ambiguous')
      return { outcome: 'ambiguous', typed: line.slice(0, word.column + word.text.length) };
    canonical.push(said.take(found));
    node = found.kind === 'keyword' ? found.node : found.edge.node;
    index += found.kind === 'keyword' ? 1 : found.wordCount;
  }
  const row = endAt(node, tail);
  if (row === undefined) return { outcome: 'incomplete', wordCount: words.length };
  return { outcome: 'command', row, args: said, words: canonical };
}
