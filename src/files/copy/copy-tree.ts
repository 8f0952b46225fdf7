/** Copies a directory with all that is in it: several files at once, and one that fails does not stop the rest. */
import { systemClock } from '../../base/clock.ts';
import { ROOT, type VirtualPath, isWithin, parentOf, resolvePath } from '../../base/virtual-path.ts';
import { FileError, type FileErrorKind } from '../error.ts';
import type { CallOptions, Entry, FileSystem } from '../file-system.ts';
import { copyFile } from './copy-file.ts';
import type { CopyOptions, Place, TreeOptions, TreeReport } from './copy.ts';
import { keepAttributes } from './keep-attributes.ts';
import { createPace } from './pace.ts';
import { TreeTally } from './tree-tally.ts';
import { type DirectoryVisit, type Visited, type Visitor, walkTree } from './walk-tree.ts';
import { WorkQueue } from './work-queue.ts';

const PARALLEL = 4;
const PERMISSIONS = 0o777;
/** What fails so is not the file but the place: ten thousand other files would fail the same way, one after another. */
const GONE: ReadonlySet<FileErrorKind> = new Set<FileErrorKind>(['unreachable', 'login-refused', 'not-trusted']);

/** What became of a directory that is to be there. */
type Made = 'made' | 'stood-there';

/** Its times are set when everything in it has its place: each new name would change them again. */
class DirectoryCopy implements DirectoryVisit {
  /** `made`: nothing was in it. */
  readonly how: Made;
  readonly #parent: DirectoryCopy | undefined;
  readonly #finish: () => Promise<void>;
  /** The walk through it, and what is in it and not yet done. */
  #open = 1;

  constructor(how: Made, parent: DirectoryCopy | undefined, finish: () => Promise<void>) {
    this.how = how;
    this.#parent = parent;
    this.#finish = finish;
    parent?.begin();
  }

  begin(): void {
    this.#open += 1;
  }

  walked(): Promise<void> {
    return this.end();
  }

  async end(): Promise<void> {
    this.#open -= 1;
    if (this.#open > 0) return;
    await this.#finish();
    await this.#parent?.end();
  }
}

interface TreeRun {
  readonly from: Place;
  readonly to: Place;
  readonly options: CopyOptions;
  readonly queue: WorkQueue;
  readonly tally: TreeTally;
}

class TreeCopy implements Visitor<DirectoryCopy> {
  readonly #run: TreeRun;
  readonly #call: CallOptions;
  /** So that a copy into the source itself is noticed where the two are known by different names. */
  #rootId: string | undefined;

  constructor(run: TreeRun) {
    this.#run = run;
    this.#call = callOf(run.options);
  }

  warn(sentence: string): void {
    this.#run.tally.warn(sentence);
  }

  failed(path: VirtualPath, error: FileError): void {
    this.#run.tally.failed(path, error);
  }

  async file(visited: Visited, inside: DirectoryCopy): Promise<void> {
    const target = this.#targetOf(visited);
    if (target === undefined) return;
    inside.begin();
    await this.#run.queue.add(async () => {
      await this.#copy(visited, target, inside);
      await inside.end();
    });
  }

  async directory(visited: Visited, inside: DirectoryCopy | undefined): Promise<DirectoryCopy | undefined> {
    const { entry, path } = visited;
    if (inside !== undefined && entry.uniqueId !== undefined && entry.uniqueId === this.#rootId) {
      this.failed(path, new FileError('exists', path, { detail: 'is the destination itself and was passed over' }));
      return undefined;
    }
    const target = this.#targetOf(visited);
    if (target === undefined) return undefined;
    try {
      const how = await this.#make(target, visited);
      return new DirectoryCopy(how, inside, () => this.#keep(target, entry));
    } catch (error) {
      if (inside === undefined || !(error instanceof FileError)) throw error;
      this.failed(path, error);
      return undefined;
    }
  }

  async #make({ files, path }: Place, { way, entry }: Visited): Promise<Made> {
    const { keep } = this.#run.options;
    const mode = keep === 'times-and-modes' && entry.mode !== undefined ? { mode: entry.mode & PERMISSIONS } : {};
    // The owner must be able to fill it.
    const withMode = mode.mode === undefined ? {} : { mode: mode.mode | 0o700 };
    const how = await (way === ''
      ? makeDirectories(files, path, this.#call)
      : makeDirectory(files, path, { ...this.#call, ...withMode }));
    this.#run.tally.madeDirectory();
    const isOnePlace =
      files === this.#run.from.files || (files.name === 'local' && this.#run.from.files.name === 'local');
    if (way !== '' || !isOnePlace) return how;
    this.#rootId = (await files.stat(path, this.#call)).uniqueId;
    if (this.#rootId !== undefined && this.#rootId === entry.uniqueId) throw isSource(path);
    return how;
  }

  #targetOf({ way, path }: Visited): Place | undefined {
    const { files, path: root, label } = this.#run.to;
    if (way === '') return this.#run.to;
    const target = resolvePath(ROOT, root === ROOT ? `/${way}` : `${root}/${way}`);
    if (target !== undefined) return { files, path: target, label: joined(label, way) };
    this.failed(path, new FileError('bad-name', path, { detail: 'would have too long a path at the destination' }));
    return undefined;
  }

  async #copy({ path, way, entry }: Visited, target: Place, { how }: DirectoryCopy): Promise<void> {
    const { from, options, tally } = this.#run;
    const source: Place = { files: from.files, path, label: joined(from.label, way) };
    try {
      const standing = how === 'made' ? ({ standing: 'nothing' } as const) : {};
      tally.copied(await copyFile(source, target, { ...options, ...standing, expected: entry }));
    } catch (error) {
      if (options.signal?.aborted === true || !(error instanceof FileError)) throw error;
      tally.failed(path, error);
      if (GONE.has(error.kind)) throw error;
    }
  }

  async #keep(target: Place, entry: Entry): Promise<void> {
    const warn = (sentence: string): void => this.warn(`${target.path}: ${sentence}`);
    await keepAttributes(target, entry, { ...this.#call, keep: this.#run.options.keep, warn });
  }
}

const callOf = ({ signal }: CallOptions): CallOptions => (signal === undefined ? {} : { signal });

const joined = (label: string, way: string): string => (label.endsWith('/') ? `${label}${way}` : `${label}/${way}`);

const isSource = (path: VirtualPath): FileError =>
  new FileError('exists', path, { detail: 'is the source itself: name another destination' });

/** A directory that stands there already is as good. */
async function makeDirectory(
  files: FileSystem,
  path: VirtualPath,
  options: CallOptions & { readonly mode?: number },
): Promise<Made> {
  try {
    await files.makeDirectory(path, options);
    return 'made';
  } catch (error) {
    if (!(error instanceof FileError) || error.kind !== 'exists') throw error;
    const standing = await files.stat(path, callOf(options));
    if (standing.type !== 'directory') throw new FileError('not-directory', path, { cause: error });
    return 'stood-there';
  }
}

/** With the directories that lead to it. */
async function makeDirectories(files: FileSystem, path: VirtualPath, call: CallOptions): Promise<Made> {
  try {
    const standing = await files.stat(path, call);
    if (standing.type === 'directory') return 'stood-there';
    throw new FileError('not-directory', path);
  } catch (error) {
    if (!(error instanceof FileError) || error.kind !== 'not-found') throw error;
  }
  if (path !== ROOT) await makeDirectories(files, parentOf(path), call);
  return await makeDirectory(files, path, call);
}

/** The rate is that of all files together. */
function withPace(options: TreeOptions): TreeOptions {
  const { rateBytesPerSecond, clock = systemClock, pace } = options;
  if (pace !== undefined || rateBytesPerSecond === undefined) return options;
  return { ...options, pace: createPace(rateBytesPerSecond, clock) };
}

async function walkAndCopy(run: TreeRun, options: TreeOptions, entry: Entry): Promise<void> {
  const { from, queue } = run;
  const visitor = new TreeCopy(run);
  const root: Visited = { path: from.path, way: '', entry };
  try {
    await walkTree({ ...callOf(options), files: from.files, visitor, options }, root);
  } catch (error) {
    if (!(error instanceof FileError) || error.kind !== 'limit') {
      queue.stop(error);
    } else run.tally.failed(from.path, error);
  }
  await queue.end();
}

/**
 * Copies a directory and everything below it under the destination's name; what stands there besides stays. A file is
 * copied as {@link copyFile} does. Failures that are `FileError`s are listed, and the rest goes on; it rejects when the
 * source or the destination cannot be looked at, when one is the other or lies in it (`exists`), when one
 * of them can be reached no more (`unreachable`, `login-refused`, `not-trusted`), and with the signal's reason.
 */
export async function copyTree(from: Place, to: Place, options: TreeOptions): Promise<TreeReport> {
  const { clock = systemClock, parallel = PARALLEL } = options;
  const startedMs = clock.monotonic();
  const tally = new TreeTally();
  const call = callOf(options);
  const entry = await from.files.stat(from.path, call);
  const each = withPace(options);
  if (entry.type !== 'directory') {
    tally.copied(await copyFile(from, to, each));
    return tally.report(clock.monotonic() - startedMs);
  }
  if (from.files === to.files && isWithin(from.path, to.path)) {
    if (from.path === to.path) throw isSource(to.path);
    throw new FileError('exists', to.path, { detail: 'lies in the source: name a destination outside of it' });
  }
  await walkAndCopy({ from, to, options: each, tally, queue: new WorkQueue(parallel) }, options, entry);
  return tally.report(clock.monotonic() - startedMs);
}
