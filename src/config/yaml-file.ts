/** Reads a YAML file of ours so that everything wrong with it is told at once, each with its key and line. */
import type { z } from 'zod';
import { isMap, isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { keyText, problemsOf, type Key } from './issues.ts';
import { ConfigurationError } from './problem.ts';

/** Longer files are refused unread, in characters. */
const MAX_FILE_LENGTH = 1_048_576;
/** How often aliases may repeat what an anchor holds: a few lines must not become gigabytes. */
const MAX_ALIASES = 100;

/** A file whose contents fit; `placeOf` names a key's place in it. */
export interface YamlFile<Contents> {
  readonly contents: Contents;
  /** `portcall.yaml:12: accounts[1].root` */
  readonly placeOf: (...keys: readonly Key[]) => string;
}

class Places {
  readonly #name: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(name: string, document: Document, lines: LineCounter) {
    this.#name = name;
    this.#document = document;
    this.#lines = lines;
  }

  of(keys: readonly Key[]): string {
    const line = this.#lines.linePos(this.#offsetOf(keys)).line;
    const text = keyText(keys);
    return `${this.atLine(line)}${text === '' ? '' : `: ${text}`}`;
  }

  atOffset(offset: number): string {
    return this.atLine(this.#lines.linePos(offset).line);
  }

  atLine(line: number): string {
    return `${this.#name}:${Math.max(1, line)}`;
  }

  /** The key's own place, or that of what should hold it. */
  #offsetOf(keys: readonly Key[]): number {
    if (keys.length === 0) return this.#startOf(this.#document.contents);
    const parent = this.#document.getIn(keys.slice(0, -1), true);
    const last = keys.at(-1);
    const pair = isMap(parent) ? parent.items.find(({ key }) => isNode(key) && key.toJSON() === last) : undefined;
    const found = pair?.key ?? this.#document.getIn(keys, true);
    return isNode(found) ? this.#startOf(found) : this.#offsetOf(keys.slice(0, -1));
  }

  #startOf(node: unknown): number {
    return isNode(node) ? (node.range?.[0] ?? 0) : 0;
  }
}

function toPlain(document: Document, places: Places): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : 'cannot be read';
    throw new ConfigurationError([{ where: places.atLine(1), what }]);
  }
}

/** Reads the text of a file called `name`; an empty one counts as an empty map. Throws a {@link ConfigurationError} with everything that is wrong. */
export function readYaml<Contents>(text: string, name: string, schema: z.ZodType<Contents>): YamlFile<Contents> {
  if (text.length > MAX_FILE_LENGTH) {
    throw new ConfigurationError([{ where: name, what: `is longer than ${MAX_FILE_LENGTH} characters` }]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const places = new Places(name, document, lines);
  const flaws = [...document.errors, ...document.warnings];
  if (flaws.length > 0) {
    throw new ConfigurationError(flaws.map(({ pos, message }) => ({ where: places.atOffset(pos[0]), what: message })));
  }
  const parsed = schema.safeParse(toPlain(document, places) ?? {});
  if (parsed.success) return { contents: parsed.data, placeOf: (...keys) => places.of(keys) };
  throw new ConfigurationError(problemsOf(parsed.error.issues, (keys) => places.of(keys)));
}
