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

/** `machine` and `default` with what follows them; a default has no host. */
function blocksOf(tokens: readonly string[]): Block[] {
  const blocks: Block[] = [];
  for (let index = 0; index < tokens.length; index += 1) {
    const word = tokens[index] ?? '';
    const opens = word === 'machine' || word === 'default';
    if (!opens && !isField(word)) continue;
    if (word !== 'default') index += 1;
    const value = word === 'default' ? undefined : tokens[index];
    const last = blocks.at(-1);
    if (opens) blocks.push({ host: value?.toLowerCase(), login: undefined, password: undefined, account: undefined });
    else if (isField(word) && last !== undefined) last[word] = value;
  }
  return blocks;
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
