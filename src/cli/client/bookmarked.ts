/** What `name:path` stands for where a bookmark has that name. */
import type { Marked, ResolveMark } from '../../app/places/open-places.ts';
import type { PlaceUrl } from '../../app/places/place-url.ts';
import { readUrl } from '../../app/connect.ts';
import type { Bookmark } from '../../config/bookmarks.ts';
import { ConfigurationError } from '../../config/problem.ts';
import type { World } from '../world.ts';
import { connectOptions } from './connect-options.ts';
import type { Options } from './flag-values.ts';

/** At least two letters: `C:\x` is no bookmark. Nor is a URL. */
const MARK = /^([A-Za-z0-9][A-Za-z0-9_.-]{1,62}):(?!\/\/)(.*)$/s;

const camelCase = (flag: string): string => flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** A bookmark's settings as flags of the command line have them. Its address is none. */
const flagsOf = (bookmark: Bookmark): Options =>
  Object.fromEntries(
    Object.entries(bookmark)
      .filter(([key, value]) => key !== 'url' && value !== false)
      .map(([key, value]) => [camelCase(key), typeof value === 'number' ? String(value) : value]),
  );

/** A path behind the bookmark's own; one that begins with `/` begins at the server's root. */
function joined(base: string, path: string): string {
  if (path === '' || path.startsWith('/')) return path === '' ? base : path;
  return base === '' ? path : `${base.replace(/\/$/, '')}/${path}`;
}

/** The place that a bookmark names. Throws a `ConfigurationError` for a URL that is none. */
function urlOf(bookmark: Bookmark, path: string, where: string): PlaceUrl {
  try {
    const url = readUrl(bookmark.url);
    if (url.password !== undefined)
      throw new ConfigurationError([{ where, what: 'must hold no password; ~/.netrc is the place for it' }]);
    return { ...url, path: joined(url.path, path) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(error.problems.map(({ what }) => ({ where, what })));
  }
}

/** Reads the bookmarks when the first text looks like one. The flags of the command line overrule those of a bookmark. */
export function bookmarked(options: Options, world: World, signal: AbortSignal): ResolveMark {
  const connections = new Map<string, Marked['options']>();
  return async (text) => {
    const [, name, path = ''] = MARK.exec(text) ?? [];
    if (name === undefined) return undefined;
    // Loaded only where it is needed: it costs time at every start.
    const { bookmarksFile, readBookmarks } = await import('../../config/bookmarks.ts');
    const { named, placeOf } = await readBookmarks(bookmarksFile());
    const bookmark = named.get(name);
    if (bookmark === undefined) return undefined;
    if (/[\0\r\n]/.test(path))
      throw new ConfigurationError([{ where: name, what: 'holds a line end or a NUL, which cannot be sent' }]);
    const known = connections.get(name) ?? {
      ...(await connectOptions({ ...flagsOf(bookmark), ...options }, world)),
      signal,
    };
    connections.set(name, known);
    return { url: urlOf(bookmark, path, placeOf(name, 'url')), options: known };
  };
}
