/** Listings as streams of lines: `ls` for people with its options and patterns, facts for programs. */
import { hasGlob } from '../../../base/glob.ts';
import { encodeName } from '../../../base/name.ts';
import { oneLine, unbroken } from '../../../base/one-line.ts';
import { parentOf, resolvePath, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { Entry } from '../../../files/file-system.ts';
import { type MlsxContext, mlsxLine } from '../../listing/mlsx.ts';
import { unixLine } from '../../listing/unix.ts';
import type { ListOptions } from '../wire/list-options.ts';
import { matches } from './glob-walk.ts';
import { Turn } from './send.ts';
import type { Session } from './session.ts';

/** Lines are gathered into pieces of this size before they are sent. */
const PIECE_CHARACTERS = 32 * 1024;
/** A directory up to this size is sorted by name; a larger one streams in the disk's order, so that it begins at once. */
const SORTED_BY_DEFAULT = 1_000;
/** How deep `-R` goes. */
const MAX_DEPTH = 32;

/** How a listing is wanted: the client's options, and whether names alone are asked for. */
export type ListWish = ListOptions & { readonly names: boolean };

/** The lines of LIST, NLST or STAT for what the client typed. Throws a FileError before the first line. */
export async function* listedLines(session: Session, name: string, wish: ListWish): AsyncGenerator<string, undefined> {
  const path = resolvePath(session.workingDirectory, name);
  if (path === undefined) throw new FileError('bad-name', name);
  const entry = await lookUp(session, path, hasGlob(name));
  if (entry === 'pattern') yield* patternLines(session, name, wish);
  else if (entry.type !== 'directory' || wish.itself)
    yield print(session, { ...entry, name: name === '' ? '.' : name }, wish, '');
  else yield* directoryLines(session, { path, prefix: prefixOf(name), depth: 0 }, wish);
  return undefined;
}

/** A name that exists is that name, also when it looks like a pattern. */
async function lookUp(session: Session, path: VirtualPath, mayBePattern: boolean): Promise<Entry | 'pattern'> {
  try {
    return await session.files.stat(path);
  } catch (error) {
    if (mayBePattern && error instanceof FileError) return 'pattern';
    throw error;
  }
}

/** RFC 1123 §4.1.2.7: NLST gives names that can be used at once, so with the directory that was typed before them. */
function prefixOf(name: string): string {
  if (name === '' || name === '.') return '';
  return name.endsWith('/') ? name : `${name}/`;
}

/** The bound of what a pattern may look at is also the bound of what is held here to be put in order. */
async function* patternLines(session: Session, name: string, wish: ListWish): AsyncGenerator<string> {
  const matched: Entry[] = [];
  for await (const match of matches(session, name)) matched.push({ ...match.entry, name: match.name });
  for (const entry of matched.sort(orderOf(wish))) yield print(session, entry, wish, '');
}

interface Place {
  readonly path: VirtualPath;
  /** What stands before each name of NLST. */
  readonly prefix: string;
  readonly depth: number;
}

async function* directoryLines(session: Session, place: Place, wish: ListWish): AsyncGenerator<string> {
  const below: string[] = [];
  if (wish.showDots) yield* selfAndParent(session, place, wish);
  for await (const entry of ordered(session, place.path, wish)) {
    yield print(session, entry, wish, place.prefix);
    if (wish.recursive && entry.type === 'directory') below.push(entry.name);
  }
  if (place.depth < MAX_DEPTH) for (const name of below) yield* subdirectoryLines(session, place, name, wish);
}

async function* subdirectoryLines(
  session: Session,
  place: Place,
  name: string,
  wish: ListWish,
): AsyncGenerator<string> {
  const path = resolvePath(place.path, name);
  if (path === undefined) return;
  const prefix = `${place.prefix}${name}/`;
  if (!wish.names) yield* ['', `./${oneLine(prefix).slice(0, -1)}:`];
  try {
    yield* directoryLines(session, { path, prefix, depth: place.depth + 1 }, wish);
  } catch (error) {
    // It may have gone, or be closed to us, since it was listed: the others are still wanted.
    if (!(error instanceof FileError)) throw error;
  }
}

async function* selfAndParent(session: Session, { path }: Place, wish: ListWish): AsyncGenerator<string> {
  yield print(session, { ...(await session.files.stat(path)), name: '.' }, wish, '');
  yield print(session, { ...(await session.files.stat(parentOf(path))), name: '..' }, wish, '');
}

function print(session: Session, entry: Entry, wish: ListWish, prefix: string): string {
  const mark = wish.classify && entry.type === 'directory' ? '/' : '';
  if (wish.names) return unbroken(`${prefix}${entry.name}${mark}`);
  return unixLine(mark === '' ? entry : { ...entry, name: `${entry.name}${mark}` }, session.context.clock.now());
}

/** The entries in the order that is wanted, as long as they are few enough to be held. */
async function* ordered(session: Session, path: VirtualPath, wish: ListWish): AsyncGenerator<Entry> {
  const asked = wish.order !== 'name' || wish.reverse;
  const bound = asked ? session.context.limits.sortedEntries : SORTED_BY_DEFAULT;
  let held: Entry[] | undefined = [];
  for await (const listed of session.files.list(path, { signal: session.gone.signal })) {
    const batch =
      wish.followLinks && !wish.recursive
        ? await Promise.all(listed.map((entry) => resolved(session, path, entry)))
        : listed;
    held?.push(...batch);
    if (held === undefined) yield* batch;
    else if (held.length > bound) {
      yield* held;
      held = undefined;
    }
  }
  if (held !== undefined) yield* held.sort(orderOf(wish));
}

function orderOf(wish: ListWish): (a: Entry, b: Entry) => number {
  const byName = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const key =
    wish.order === 'time'
      ? (a: Entry, b: Entry): number => b.modifiedMs - a.modifiedMs || byName(a, b)
      : wish.order === 'size'
        ? (a: Entry, b: Entry): number => b.sizeBytes - a.sizeBytes || byName(a, b)
        : byName;
  return wish.reverse ? (a, b) => key(b, a) : key;
}

export const mlsxContext = (session: Session, path: VirtualPath): MlsxContext => ({
  permissions: session.account.permissions.at(path),
});

/** The lines of MLSD (RFC 3659 §7.2). A link shows what it leads to; one that leads nowhere shows itself. */
export async function* machineLines(session: Session, path: VirtualPath): AsyncGenerator<string, undefined> {
  for await (const batch of session.files.list(path, { signal: session.gone.signal }))
    for (const entry of batch) {
      const context = mlsxContext(session, resolvePath(path, entry.name) ?? path);
      yield mlsxLine(await resolved(session, path, entry), session.facts, context);
    }
  return undefined;
}

async function resolved(session: Session, directory: VirtualPath, entry: Entry): Promise<Entry> {
  const path = entry.type === 'symlink' ? resolvePath(directory, entry.name) : undefined;
  if (path === undefined) return entry;
  try {
    return { ...(await session.files.stat(path)), name: entry.name };
  } catch (error) {
    if (error instanceof FileError) return entry;
    throw error;
  }
}

/** Lines as bytes to send, in pieces; `first` has been taken already. */
export async function* piecesOf(
  first: IteratorResult<string, undefined>,
  rest: AsyncIterable<string>,
  clock: { monotonic(): number },
): AsyncGenerator<Uint8Array> {
  if (first.done === true) return;
  const turn = new Turn(clock);
  let piece = `${first.value}\r\n`;
  for await (const line of rest) {
    piece += `${line}\r\n`;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield encodeName(piece);
    piece = '';
    if (turn.over) await turn.yield();
  }
  yield encodeName(piece);
}
