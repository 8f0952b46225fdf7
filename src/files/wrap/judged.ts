/**
 * Lets a guard judge for places that cannot ask it while they act: servers at the other end of a network. The way is looked
 * at first, link by link, and the call is made with the real place. What changes in between is not seen, nor a link that the
 * place shows as what it leads to: a guard within the server is the safer one.
 */
import { baseName, componentsOf, resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type {
  CallOptions,
  Entry,
  FileSystem,
  Guard,
  ListOptions,
  OpenAtOptions,
  StatOptions,
  Touch,
} from '../file-system.ts';

const MAX_LINKS = 40;

/** What is looked for, and how its places are judged. */
interface Errand extends CallOptions {
  readonly guard: Guard;
  readonly touch: (standing: Entry | undefined) => Touch;
  /** Whether a link under the last name is followed. */
  readonly links: 'follow' | 'stay';
}

async function entryAt(files: FileSystem, path: VirtualPath, { signal }: CallOptions): Promise<Entry | undefined> {
  try {
    return await files.stat(path, { links: 'stay', ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (error instanceof FileError && error.kind === 'not-found') return undefined;
    throw error;
  }
}

/** The way from the root to a place: names that have been gone, and names that are still to be gone. */
class Way {
  readonly #asked: VirtualPath;
  readonly #gone: string[] = [];
  readonly #pending: string[];
  #followed = 0;

  constructor(path: VirtualPath) {
    this.#asked = path;
    this.#pending = [...componentsOf(path)].reverse();
  }

  get isLast(): boolean {
    return this.#pending.length === 0;
  }

  get place(): VirtualPath {
    return resolvePath(ROOT, this.#gone.join('/')) ?? ROOT;
  }

  /** Goes to the next name; `up` for `..`, which only a link brings. */
  step(): 'down' | 'up' | 'end' {
    const name = this.#pending.pop();
    if (name === undefined) return 'end';
    if (name === '..') {
      this.#gone.pop();
      return 'up';
    }
    this.#gone.push(name);
    return 'down';
  }

  /** Goes on where the link leads, from the directory that it stands in. */
  follow({ linkTarget }: Entry): void {
    this.#followed += 1;
    if (this.#followed > MAX_LINKS) throw new FileError('too-many-links', this.#asked);
    if (linkTarget === undefined)
      throw new FileError('denied', this.#asked, {
        detail: 'nobody tells where that link leads, so it is not followed',
      });
    if (linkTarget.startsWith('/')) this.#gone.length = 0;
    else this.#gone.pop();
    const names = linkTarget.split('/').filter((name) => name !== '' && name !== '.');
    this.#pending.push(...names.reverse());
  }
}

/** Judges every place of the way, and gives the real one at its end. */
async function judge(files: FileSystem, path: VirtualPath, errand: Errand): Promise<VirtualPath> {
  const { guard, touch, links } = errand;
  const way = new Way(path);
  for (let step = way.step(); step !== 'end'; step = way.step()) {
    if (step === 'up') continue;
    const { place } = way;
    const entry = await entryAt(files, place, errand);
    if (entry?.type === 'symlink' && !(way.isLast && links === 'stay')) {
      guard(place, 'pass');
      way.follow(entry);
    } else if (way.isLast) {
      guard(place, touch(entry));
      return place;
    } else {
      guard(place, 'pass');
      if (entry === undefined) throw new FileError('not-found', path);
      if (entry.type !== 'directory') throw new FileError('not-directory', path);
    }
  }
  // The root, or a directory that a link has gone up to.
  guard(way.place, touch(await entryAt(files, way.place, errand)));
  return way.place;
}

const use = (): Touch => 'use';
const make = (): Touch => 'make';
const replaceOrMake = (standing: Entry | undefined): Touch => (standing === undefined ? 'make' : 'replace');
const treeOrUse = (standing: Entry | undefined): Touch => (standing?.type === 'directory' ? 'tree' : 'use');

type Manner = Pick<Errand, 'touch' | 'links'>;
const USE: Manner = { touch: use, links: 'follow' };
const USE_ITSELF: Manner = { touch: use, links: 'stay' };
const MAKE: Manner = { touch: make, links: 'stay' };
const STORE: Manner = { touch: replaceOrMake, links: 'follow' };
const MOVE: Manner = { touch: treeOrUse, links: 'stay' };
const MOVE_TO: Manner = { touch: replaceOrMake, links: 'stay' };

const useOrMake = (standing: Entry | undefined): Touch => (standing === undefined ? 'make' : 'use');
const OPEN: Manner = { touch: useOrMake, links: 'follow' };

const mannerOf = ({ create = 'never' }: OpenAtOptions): Manner =>
  create === 'never' ? USE : create === 'must-be-new' ? MAKE : OPEN;

/** The options without the guard, which has judged. */
const judgedOptions = <O extends CallOptions>(options: O | undefined): O | undefined =>
  options === undefined ? undefined : { ...options, guard: undefined };

/** Judges where there is a guard; gives the place that the call is to be made with. */
async function real(
  files: FileSystem,
  path: VirtualPath,
  options: CallOptions | undefined,
  manner: Manner,
): Promise<VirtualPath> {
  if (options?.guard === undefined) return path;
  return await judge(files, path, { ...options, guard: options.guard, ...manner });
}

async function guardedStat(files: FileSystem, path: VirtualPath, options?: StatOptions): Promise<Entry> {
  const place = await real(files, path, options, options?.links === 'stay' ? USE_ITSELF : USE);
  const entry = await files.stat(place, judgedOptions(options));
  return place === path ? entry : { ...entry, name: baseName(path) };
}

async function* guardedList(
  files: FileSystem,
  path: VirtualPath,
  options?: ListOptions,
): AsyncGenerator<readonly Entry[]> {
  const place = await real(files, path, options, USE);
  yield* files.list(place, judgedOptions(options));
}

type Powers = Pick<
  FileSystem,
  'setAttributes' | 'openAt' | 'links' | 'interruptedSize' | 'freeSpace' | 'hashing' | 'copyWithin'
>;

/** The same for what only some places can do. */
function judgedPowers(files: FileSystem): Powers {
  const { setAttributes, openAt, links, interruptedSize, freeSpace, hashing, copyWithin } = files;
  const powers: { -readonly [K in keyof Powers]: Powers[K] } = {};
  if (setAttributes !== undefined)
    powers.setAttributes = async (path, wanted, options) => {
      const place = await real(files, path, options, options?.links === 'stay' ? USE_ITSELF : USE);
      await setAttributes(place, wanted, judgedOptions(options));
    };
  if (openAt !== undefined)
    powers.openAt = async (path, options) =>
      await openAt(await real(files, path, options, mannerOf(options)), { ...options, guard: undefined });
  if (links !== undefined)
    powers.links = {
      read: async (path, options) =>
        await links.read(await real(files, path, options, USE_ITSELF), judgedOptions(options)),
      make: async (target, path, options) =>
        await links.make(target, await real(files, path, options, MAKE), judgedOptions(options)),
    };
  if (interruptedSize !== undefined)
    powers.interruptedSize = async (path, owner, options) =>
      await interruptedSize(await real(files, path, options, USE), owner, judgedOptions(options));
  if (freeSpace !== undefined)
    powers.freeSpace = async (path, options) =>
      await freeSpace(await real(files, path, options, USE_ITSELF), judgedOptions(options));
  if (hashing !== undefined)
    powers.hashing = {
      algorithms: hashing.algorithms,
      of: async (path, algorithm, options) =>
        await hashing.of(await real(files, path, options, USE), algorithm, judgedOptions(options)),
    };
  if (copyWithin !== undefined)
    powers.copyWithin = async (from, to, options) => {
      const source = await real(files, from, options, USE);
      await copyWithin(source, await real(files, to, options, STORE), judgedOptions(options));
    };
  return powers;
}

/** The file system, with its guard judging the real place of what the calls of every file system name. */
export function judged<F extends FileSystem>(files: F): F {
  return {
    ...files,
    stat: (path, options) => guardedStat(files, path, options),
    list: (path, options) => guardedList(files, path, options),
    openReader: async (path, options) =>
      await files.openReader(await real(files, path, options, USE), judgedOptions(options)),
    openUpload: async (path, options) =>
      await files.openUpload(await real(files, path, options, STORE), judgedOptions(options)),
    remove: async (path, options) =>
      await files.remove(await real(files, path, options, USE_ITSELF), judgedOptions(options)),
    removeDirectory: async (path, options) =>
      await files.removeDirectory(await real(files, path, options, USE_ITSELF), judgedOptions(options)),
    makeDirectory: async (path, options) =>
      await files.makeDirectory(await real(files, path, options, MAKE), judgedOptions(options)),
    rename: async (from, to, options) => {
      const source = await real(files, from, options, MOVE);
      await files.rename(source, await real(files, to, options, MOVE_TO), judgedOptions(options));
    },
    ...judgedPowers(files),
  };
}
