/** `portcall bookmark add`: gives a place a short name. */
import { resolve } from 'node:path';
import { readUrl } from '../../app/connect.ts';
import { withoutPassword } from '../../app/places/place-url.ts';
import { type Bookmark, bookmarksFile, readBookmarks, writeBookmark } from '../../config/bookmarks.ts';
import { BOOKMARK_NAME } from '../../config/schema/bookmarks.ts';
import { CONNECT_OPTIONS, connectOptions } from '../client/connect-options.ts';
import type { Options } from '../client/flag-values.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';

const FILES: ReadonlySet<string> = new Set(['ca', 'cert', 'key', 'password-file']);
const NUMBERS: ReadonlySet<string> = new Set(['connections', 'connect-timeout', 'timeout', 'retries']);

const camelCase = (flag: string): string => flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** What is worth to be remembered of the flags; paths become absolute, so that they mean the same everywhere. */
function settingsOf(options: Options, cwd: string): Omit<Bookmark, 'url'> {
  const names = CONNECT_OPTIONS.map(({ flags }) => /^--([\w-]+)/.exec(flags)?.[1] ?? '').filter(
    (name) => name !== 'trace',
  );
  const settings = names.flatMap((name): [string, unknown][] => {
    const value = options[camelCase(name)];
    if (value === undefined) return [];
    if (typeof value !== 'string') return [[name, value]];
    return [[name, FILES.has(name) ? resolve(cwd, value) : NUMBERS.has(name) ? Number(value) : value]];
  });
  // The rows of the flags are the keys of a bookmark; the file is checked before it is written.
  return Object.fromEntries(settings);
}

export const bookmarkAddCommand: CommandRow = {
  name: 'bookmark add',
  summary: 'give a place a short name, with what connecting there needs',
  examples: [
    ['portcall bookmark add lab ftps://ann@ftp.example.net/images --ca lab.pem', 'a name for it'],
    ['portcall ls lab:', 'the place itself'],
    ['portcall get lab:c2911.bin', 'a file in it; lab:/etc begins at the root of the server'],
  ],
  arguments: [
    { syntax: '<name>', summary: 'letters, digits, dots, dashes and underscores' },
    { syntax: '<url>', summary: 'the place, without a password: ~/.netrc is for those' },
  ],
  options: [
    { flags: '--replace', summary: 'put it in the place of one that has this name' },
    ...CONNECT_OPTIONS.filter(({ flags }) => flags !== '--trace'),
  ],
  async run(options, world, [name = '', text = '']) {
    world.setTitle('portcall bookmark add');
    if (!BOOKMARK_NAME.test(name))
      throw new CommandError(EXIT.wrongUsage, `${name} is no name for a bookmark: 2 to 63 letters, digits, . - _`);
    if (readUrl(text).password !== undefined)
      throw new CommandError(EXIT.wrongUsage, 'a bookmark holds no password: leave it out, and keep it in ~/.netrc');
    // Flags that make no sense are found now, and not when the bookmark is used.
    await connectOptions(options, world);
    const file = bookmarksFile();
    if ((await readBookmarks(file)).named.has(name) && options['replace'] !== true)
      throw new CommandError(EXIT.failed, `there is a bookmark ${name} already; --replace replaces it`);
    await writeBookmark(file, name, { url: withoutPassword(text), ...settingsOf(options, world.cwd) });
    return EXIT.done;
  },
};
