/** Goes through a tree of files, directory by directory, with bounds that a hostile server cannot make it leave. */
import { printable } from '../../base/escape.ts';
import { type VirtualPath, resolvePath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { CallOptions, Entry, FileSystem, ListingIssue } from '../file-system.ts';
import { isPartName } from '../part-name.ts';
import type { TreeOptions } from './copy.ts';

const MAX_DEPTH = 64;
const MAX_ENTRIES = 1_000_000;
/** So much of a line that is not understood is shown. */
const SHOWN_UNITS = 200;

export interface Visited {
  /** In the source. */
  readonly path: VirtualPath;
  /** Relative to the root of the walk, without a leading `/`. */
  readonly way: string;
  readonly entry: Entry;
}

/** One directory while it is walked. */
export interface DirectoryVisit {
  /** All its entries have been told, also those of the directories in it. */
  walked(): Promise<void>;
}

export interface Visitor<Visit extends DirectoryVisit> {
  /** Resolves when the file has been taken over, not when it has been copied. */
  file(visited: Visited, inside: Visit): Promise<void>;
  /** Begins a directory, or passes over it with `undefined`. The root is inside of nothing. */
  directory(visited: Visited, inside: Visit | undefined): Promise<Visit | undefined>;
  failed(path: VirtualPath, error: FileError): void;
  warn(sentence: string): void;
}

export interface Walk<Visit extends DirectoryVisit> extends CallOptions {
  readonly files: FileSystem;
  readonly visitor: Visitor<Visit>;
  readonly options: Pick<TreeOptions, 'filter' | 'links' | 'maxDepth' | 'maxEntries'>;
}

/** A name that would lead out of its directory, or stand for another. */
const isUnsafe = (name: string): boolean => name === '' || name === '.' || name === '..' || /[/\0]/.test(name);

class Walker<Visit extends DirectoryVisit> {
  readonly #walk: Walk<Visit>;
  readonly #call: CallOptions;
  readonly #maxDepth: number;
  #entriesLeft: number;

  constructor(walk: Walk<Visit>) {
    this.#walk = walk;
    this.#call = walk.signal === undefined ? {} : { signal: walk.signal };
    this.#maxDepth = walk.options.maxDepth ?? MAX_DEPTH;
    this.#entriesLeft = walk.options.maxEntries ?? MAX_ENTRIES;
  }

  /** Subdirectories are entered when the listing has ended: no two listings are open at once. */
  async directory(visited: Visited, inside: Visit | undefined, depth: number): Promise<void> {
    const { visitor } = this.#walk;
    const visit = await visitor.directory(visited, inside);
    if (visit === undefined) return;
    const below: Visited[] = [];
    try {
      await this.#list(visited, visit, below);
      for (const directory of below) await this.#enter(directory, visit, depth + 1);
    } catch (error) {
      if (!(error instanceof FileError) || this.#entriesLeft < 0) throw error;
      visitor.failed(visited.path, error);
    } finally {
      await visit.walked();
    }
  }

  async #enter(directory: Visited, visit: Visit, depth: number): Promise<void> {
    if (depth <= this.#maxDepth) return this.directory(directory, visit, depth);
    const detail = `lies more than ${this.#maxDepth} directories deep: is it a directory that holds itself?`;
    this.#walk.visitor.failed(directory.path, new FileError('limit', directory.path, { detail }));
  }

  async #list(visited: Visited, visit: Visit, below: Visited[]): Promise<void> {
    const { files, visitor } = this.#walk;
    // What the line stands for is not copied, and nobody knows what it is: that is a failure, not a remark.
    const onIssue = ({ line, why }: ListingIssue): void => {
      const shown = printable(line).slice(0, SHOWN_UNITS);
      const detail = `a line of its listing stands for nothing that can be copied (${why}): “${shown}”`;
      visitor.failed(visited.path, new FileError('protocol', visited.path, { detail }));
    };
    for await (const batch of files.list(visited.path, { ...this.#call, onIssue }))
      for (const entry of batch) {
        const found = await this.#look(visited, entry);
        if (found?.entry.type === 'directory') below.push(found);
        else if (found !== undefined) await visitor.file(found, visit);
      }
  }

  /** What is to be copied; `undefined` for what is passed over. */
  async #look(parent: Visited, entry: Entry): Promise<Visited | undefined> {
    this.#entriesLeft -= 1;
    if (this.#entriesLeft < 0)
      throw new FileError('limit', parent.path, { detail: 'the tree has more names than the limit allows' });
    const { name } = entry;
    if (isPartName(name)) return undefined;
    const path = isUnsafe(name) ? undefined : resolvePath(parent.path, name);
    if (path === undefined) {
      const detail = 'holds a name that would lead out of it or is too long';
      this.#walk.visitor.failed(parent.path, new FileError('unsafe', parent.path, { detail }));
      return undefined;
    }
    const way = parent.way === '' ? name : `${parent.way}/${name}`;
    return this.#select({ path, way, entry });
  }

  async #select(visited: Visited): Promise<Visited | undefined> {
    const { options, visitor } = this.#walk;
    const { entry, path } = visited;
    const isLink = entry.type === 'symlink';
    const isWanted = options.filter?.(visited.way, entry) ?? true;
    if (!isWanted) return undefined;
    const found = isLink && options.links === 'follow' ? await this.#follow(visited) : visited;
    if (found === undefined || found.entry.type === 'file' || found.entry.type === 'directory') return found;
    visitor.warn(isLink ? `The link ${path} was passed over.` : `${path} is not a file and was passed over.`);
    return undefined;
  }

  /** The place itself sees to it that a link leads nowhere outside; a circle ends at the bound of the depth. */
  async #follow({ path, way, entry }: Visited): Promise<Visited | undefined> {
    try {
      const { files } = this.#walk;
      return { path, way, entry: { ...(await files.stat(path, this.#call)), name: entry.name } };
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.#walk.visitor.failed(path, error);
      return undefined;
    }
  }
}

/**
 * Tells a visitor of everything below a directory; a directory always before what is in it. Failures of single
 * directories are told and passed over. Rejects with `limit` when there are too many names, with the signal's reason,
 * and with what the visitor throws.
 */
export const walkTree = <Visit extends DirectoryVisit>(walk: Walk<Visit>, root: Visited): Promise<void> =>
  new Walker(walk).directory(root, undefined, 0);
