/** `~/.netrc`: who one is on which machine, as FTP clients have read it since 4.2BSD. */

export interface NetrcEntry {
  readonly login: string | undefined;
  readonly password: string | undefined;
  readonly account: string | undefined;
}

/** Larger files are no lists of passwords. */
export const MAX_NETRC_BYTES = 1024 * 1024;

const TOKEN = /"((?:[^"\\]|\\.)*)"|\S+/gs;

/** Words, quoted or not, with the lines of macros and comments taken out. */
function tokensOf(text: string): string[] {
  const withoutMacros = text.replace(/^[ \t]*macdef\b[^\n]*\n(?:[^\n]+\n?)*/gm, '');
  const withoutComments = withoutMacros.replace(/(^|\s)#[^\n]*/g, '$1');
  return [...withoutComments.matchAll(TOKEN)].map(([word, quoted]) =>
    quoted === undefined ? word : quoted.replace(/\\(.)/gs, '$1'),
  );
}

type Block = { readonly host: string | undefined } & { -readonly [K in keyof NetrcEntry]: NetrcEntry[K] };

const isField = (word: string): word is keyof NetrcEntry =>
  word === 'login' || word === 'password' || word === 'account';

const opened = (host: string | undefined): Block => ({
  host,
  login: undefined,
  password: undefined,
  account: undefined,
});

/** `machine` and `default` with what follows them; a default has no host. */
function blocksOf(tokens: readonly string[]): Block[] {
  const blocks: Block[] = [];
  const words = tokens[Symbol.iterator]();
  for (const word of words) {
    const last = blocks.at(-1);
    if (word === 'default') blocks.push(opened(undefined));
    else if (word === 'machine') blocks.push(opened(next(words).toLowerCase()));
    else if (isField(word) && last !== undefined) last[word] = next(words);
  }
  return blocks;
}

/** The value behind a word; nothing at the end of the file. */
function next(words: Iterator<string, undefined>): string {
  return words.next().value ?? '';
}

/** The entry for a host, or the default; with a `user`, only an entry for that login or for any. */
export function findNetrcEntry(text: string, host: string, user?: string): NetrcEntry | undefined {
  const found = blocksOf(tokensOf(text)).find(
    (block) =>
      (block.host === undefined || block.host === host.toLowerCase()) &&
      (user === undefined || block.login === undefined || block.login === user),
  );
  return found === undefined ? undefined : { login: found.login, password: found.password, account: found.account };
}
