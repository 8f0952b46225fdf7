/** The user's bookmarks: `bookmarks.yaml` in the folder of settings, which only the user can read. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { parseDocument } from 'yaml';
import { configFromEnvironment } from './environment.ts';
import { ConfigurationError } from './problem.ts';
import { type Bookmark, bookmarksSchema } from './schema/bookmarks.ts';
import { readYaml } from './yaml-file.ts';

export type { Bookmark } from './schema/bookmarks.ts';

/** The bookmarks by their names, and where each stands, for messages. */
export interface Bookmarks {
  readonly named: ReadonlyMap<string, Bookmark>;
  /** `bookmarks.yaml:3: lab.url` */
  readonly placeOf: (name: string, key: string) => string;
}

const NAME = 'bookmarks.yaml';

/** Where the bookmarks are. */
export function bookmarksFile(): string {
  const { xdgConfigHome, appData } = configFromEnvironment();
  const folder = [xdgConfigHome, appData].find((path) => path !== undefined && isAbsolute(path));
  return join(folder ?? join(homedir(), '.config'), 'portcall', NAME);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR') return '';
    throw new ConfigurationError([{ where: file, what: `cannot be read (${code}); check its rights` }]);
  }
}

function understand(text: string, file: string): Bookmarks {
  const { contents, placeOf } = readYaml(text, file, bookmarksSchema);
  return { named: new Map(Object.entries(contents)), placeOf };
}

/** Reads them; without a file there are none. Throws a {@link ConfigurationError} with all that is wrong. */
export async function readBookmarks(file: string): Promise<Bookmarks> {
  return understand(await readText(file), file);
}

/**
 * Puts a bookmark under a name, or takes it away with `undefined`; the rest of the file stays as it was written. The file
 * is replaced as a whole, so that nobody meets half of it.
 */
export async function writeBookmark(file: string, name: string, bookmark: Bookmark | undefined): Promise<void> {
  const text = await readText(file);
  understand(text, file);
  const document = parseDocument(text, { version: '1.2' });
  if (bookmark === undefined) document.delete(name);
  else document.set(name, document.createNode(bookmark));
  const isEmpty = understand(document.toString(), file).named.size === 0;
  const draft = `${file}.${process.pid}.new`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(draft, isEmpty ? '' : document.toString(), { mode: 0o600 });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
