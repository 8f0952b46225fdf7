/** What stands for something else in values of ssh_config: `~`, `%h` and its kin, `${NAME}` (ssh_config(5), TOKENS). */

export interface Expansion {
  /** By their letter: `h` is the host. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly home: string;
  /** A variable of the environment. */
  readonly variable: (name: string) => string | undefined;
}

/** `%h` and `%%`; `undefined` when a token is not known. */
export const expandTokens = (text: string, tokens: Expansion['tokens']): string | undefined =>
  replaced(text, /%(?<letter>.?)/gs, ({ letter = '' }) => tokenOf(letter, tokens));

/** The name of a file; `undefined` when something in it is not known, or another user's home is meant. */
export function expandFile(text: string, { tokens, home, variable }: Expansion): string | undefined {
  if (/^~[^/\\]/.test(text)) return undefined;
  // In one go: what a variable or a token holds is not looked at again.
  return replaced(text, /^~|%(?<letter>.?)|\$\{(?<name>[^}]*)\}/gs, ({ letter, name }) => {
    if (name !== undefined) return variable(name);
    return letter === undefined ? home : tokenOf(letter, tokens);
  });
}

const tokenOf = (letter: string, tokens: Expansion['tokens']): string | undefined =>
  letter === '%' ? '%' : tokens.get(letter);

type Groups = Readonly<Partial<Record<'letter' | 'name', string>>>;

/** The text with every match replaced; `undefined` when there is nothing for one of them. */
function replaced(text: string, pattern: RegExp, by: (groups: Groups) => string | undefined): string | undefined {
  let done = '';
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const value = by(match.groups ?? {});
    if (value === undefined) return undefined;
    done += text.slice(end, match.index) + value;
    end = match.index + match[0].length;
  }
  return done + text.slice(end);
}
