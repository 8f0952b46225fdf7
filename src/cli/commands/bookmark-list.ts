/** `portcall bookmark list`: the short names, and what they stand for. */
import { withoutPassword } from '../../app/places/place-url.ts';
import { printableJson } from '../../base/escape.ts';
import { bookmarksFile, readBookmarks } from '../../config/bookmarks.ts';
import type { CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { JSON_OPTION } from '../running-server.ts';
import { tableOf } from '../table.ts';

const settingText = ([key, value]: readonly [string, unknown]): string =>
  value === true ? `--${key}` : `--${key} ${String(value)}`;

export const bookmarkListCommand: CommandRow = {
  name: 'bookmark list',
  summary: 'show the bookmarks',
  examples: [
    ['portcall bookmark list', 'names, places, and the flags that go with them'],
    ['portcall bookmark list --json', 'the same for programs'],
  ],
  options: [JSON_OPTION],
  async run(options, world) {
    const { named } = await readBookmarks(bookmarksFile());
    const bookmarks = [...named].map(([name, { url, ...settings }]) => ({ name, url: withoutPassword(url), settings }));
    const rows = bookmarks.map(({ name, url, settings }) => [
      name,
      url,
      Object.entries(settings).map(settingText).join(' '),
    ]);
    if (options['json'] === true) world.stdout.write(`${printableJson(JSON.stringify(bookmarks))}\n`);
    else
      world.stdout.write(rows.length === 0 ? 'There are no bookmarks.\n' : tableOf(['NAME', 'PLACE', 'FLAGS'], rows));
    return EXIT.done;
  },
};
