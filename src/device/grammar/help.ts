/** What `?` shows and what Tab completes. */
import type { Node } from './graph.ts';
import { keywordsFor, step, wordsOf } from './parse.ts';

export interface HelpEntry {
  /** A keyword, the form of an argument, or `<cr>`. */
  readonly shown: string;
  readonly meaning: string;
}

/** What a word means where it stands; the path is all that was typed before it: `show ip`. */
export type Glossary = (path: string, word: string) => string;

export type Help =
  /** Behind a blank: everything that may follow. */
  | { readonly kind: 'next'; readonly entries: readonly HelpEntry[] }
  /** At the end of a word: what it may become. */
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'unknown'; readonly column: number };

const byName = (one: string, other: string): number => {
  const [first, second] = [one.toLowerCase(), other.toLowerCase()];
  if (first === second) return 0;
  return first < second ? -1 : 1;
};

function entriesOf<Row>(node: Node<Row>, glossary: Glossary): readonly HelpEntry[] {
  const words = [...node.keywords.values()].map(({ word }) => ({ shown: word, meaning: glossary(node.path, word) }));
  const strict = node.arguments.flatMap(({ name, type }) => {
    if (type.offers === undefined) return [{ shown: type.shown, meaning: glossary(node.path, `<${name}>`) }];
    return type.offers.map((offer) => ({ shown: offer, meaning: glossary(node.path, offer) }));
  });
  const sorted = [...words, ...strict].toSorted((one, other) => byName(one.shown, other.shown));
  return node.row === undefined ? sorted : [...sorted, { shown: '<cr>', meaning: '' }];
}

/** The node behind the whole words of a line. */
function walk<Row>(root: Node<Row>, line: string): { node: Node<Row> } | { failure: Help } {
  const words = wordsOf(line);
  let node = root;
  for (let index = 0; index < words.length;) {
    const found = step(node, line, words.slice(index));
    if (found.kind === 'ambiguous') return { failure: { kind: 'ambiguous' } };
    if (found.kind === 'none')
      return { failure: { kind: 'unknown', column: (words[index]?.column ?? 0) + found.fits } };
    node = found.kind === 'keyword' ? found.node : found.edge.node;
    index += found.kind === 'keyword' ? 1 : found.wordCount;
  }
  return { node };
}

/** What `?` at the end of `line` has to tell. */
export function helpFor<Row>(root: Node<Row>, line: string, glossary: Glossary): Help {
  const isBehindBlank = line === '' || /\s$/.test(line);
  const [last] = isBehindBlank ? [] : wordsOf(line).slice(-1);
  const walked = walk(root, last === undefined ? line : line.slice(0, last.column));
  if ('failure' in walked) return walked.failure;
  if (last === undefined) return { kind: 'next', entries: entriesOf(walked.node, glossary) };
  const lower = last.text.toLowerCase();
  const words = [...walked.node.keywords.values()].map(({ word }) => word);
  const offers = walked.node.arguments.flatMap(({ type }) => type.offers ?? []);
  const fitting = [...words, ...offers].filter((word) => word.toLowerCase().startsWith(lower)).toSorted(byName);
  return fitting.length > 0 ? { kind: 'words', words: fitting } : { kind: 'unknown', column: last.column };
}

/** The line as Tab completes it; `undefined` where there is nothing to complete, or more than one way. */
export function completion<Row>(root: Node<Row>, line: string): string | undefined {
  const [last] = /\s$/.test(line) ? [] : wordsOf(line).slice(-1);
  if (last === undefined) return undefined;
  const walked = walk(root, line.slice(0, last.column));
  if ('failure' in walked) return undefined;
  const [keyword, ...more] = keywordsFor(walked.node, last.text);
  return keyword === undefined || more.length > 0 ? undefined : `${line.slice(0, last.column)}${keyword.word} `;
}
