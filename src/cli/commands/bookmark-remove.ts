/** `portcall bookmark remove`: forgets a short name. */
import { bookmarksFile, readBookmarks, writeBookmark } from '../../config/bookmarks.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';

export const bookmarkRemoveCommand: CommandRow = {
  name: 'bookmark remove',
  summary: 'forget a bookmark',
  examples: [['portcall bookmark remove lab', 'nothing at the place itself is touched']],
  arguments: [{ syntax: '<name>', summary: 'the bookmark' }],
  options: [],
  async run(_options, _world, [name = '']) {
    const file = bookmarksFile();
    if (!(await readBookmarks(file)).named.has(name))
      throw new CommandError(EXIT.notFound, `there is no bookmark ${name}; portcall bookmark list shows them`);
    await writeBookmark(file, name, undefined);
    return EXIT.done;
  },
};
