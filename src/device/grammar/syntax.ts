/**
 * How a command is written down in a row: `ip address <address:ip> <mask:ip> [secondary]`.
 *
 * A bare word is a keyword (of `bootv'ar` no less than `bootv` may be typed), `<name:type>` an argument, `[…]` may be left out, and `(a|b)` is one of several. What comes
 * out is every way through it, each a plain sequence, because a parser that walks a tree needs nothing cleverer.
 */

/** One word of a command: a keyword as it is spelled, or an argument with its name and the name of its type. */
export type Element =
  | { readonly kind: 'keyword'; readonly word: string; readonly leastLetters: number }
  | { readonly kind: 'argument'; readonly name: string; readonly type: string };

export type Way = readonly Element[];

/** More ways than this are a mistake in a row: optional parts multiply. */
const MOST_WAYS = 512;

const TOKEN = /<[^<>]+>|[[\]()|]|[^\s[\]()|<>]+/g;

class SyntaxReader {
  readonly #tokens: readonly string[];
  readonly #text: string;
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = text.match(TOKEN) ?? [];
  }

  read(): readonly Way[] {
    const ways = this.#choices();
    if (this.#next < this.#tokens.length) throw this.#wrong(`'${this.#tokens[this.#next] ?? ''}' closes nothing`);
    return ways;
  }

  #wrong(why: string): RangeError {
    return new RangeError(`the syntax "${this.#text}" is malformed: ${why}`);
  }

  #choices(): readonly Way[] {
    const ways: Way[] = [...this.#sequence()];
    while (this.#tokens[this.#next] === '|') {
      this.#next += 1;
      ways.push(...this.#sequence());
    }
    return ways;
  }

  #sequence(): readonly Way[] {
    let ways: readonly Way[] = [[]];
    for (let token = this.#tokens[this.#next]; token !== undefined; token = this.#tokens[this.#next]) {
      if (token === '|' || token === ']' || token === ')') break;
      this.#next += 1;
      const parts = this.#part(token);
      ways = ways.flatMap((way) => parts.map((part) => [...way, ...part]));
      if (ways.length > MOST_WAYS) throw this.#wrong('there are too many ways through it');
    }
    return ways;
  }

  #part(token: string): readonly Way[] {
    if (token === '[') return [...this.#inside(']'), []];
    if (token === '(') return this.#inside(')');
    return [[elementOf(token)]];
  }

  #inside(close: ']' | ')'): readonly Way[] {
    const ways = this.#choices();
    if (this.#tokens[this.#next] !== close) throw this.#wrong(`a '${close}' is missing`);
    this.#next += 1;
    return ways;
  }
}

function keywordOf(token: string): Element {
  const [needed = ''] = token.split("'", 1);
  return { kind: 'keyword', word: token.replace("'", ''), leastLetters: needed === token ? 1 : needed.length };
}

function elementOf(token: string): Element {
  if (!token.startsWith('<')) return keywordOf(token);
  const [name = '', type = name] = token.slice(1, -1).split(':', 2);
  return { kind: 'argument', name, type };
}

/** Every way through a syntax. Throws a RangeError for one that is malformed: rows are ours, and tests read them all. */
export const waysThrough = (text: string): readonly Way[] => new SyntaxReader(text).read();
