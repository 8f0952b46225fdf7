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

/** The entry for a host, or the default; with a `user`, only an entry for that login or for any. */
export function findNetrcEntry(text: string, host: string, user?: string): NetrcEntry | undefined {
  const tokens = tokensOf(text);
  let current: { login?: string; password?: string; account?: string } | undefined;
  let found: NetrcEntry | undefined;
  const offer = (): void => {
    const { login, password, account } = current ?? {};
    if (current !== undefined && (user === undefined || login === undefined || login === user))
      found ??= { login, password, account };
  };
  for (let index = 0; index < tokens.length && found === undefined; index += 1) {
    const word = tokens[index];
    if (word === 'machine' || word === 'default') {
      offer();
      if (word === 'machine') index += 1;
      current = word === 'default' || tokens[index]?.toLowerCase() === host.toLowerCase() ? {} : undefined;
    } else if (word === 'login' || word === 'password' || word === 'account') {
      index += 1;
      const value = tokens[index];
      if (current !== undefined && value !== undefined) current[word] = value;
    }
  }
  offer();
  return found;
}
