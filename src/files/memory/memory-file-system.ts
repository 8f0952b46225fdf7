/** A file system that lives in memory: for tests, for made-up trees, and for whatever need not outlive the process. */
import { type Clock, systemClock } from '../../base/clock.ts';
import { ROOT, type VirtualPath, baseName, isWithin } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type {
  Attributes,
  CallOptions,
  Entry,
  FileSystem,
  Guard,
  Links,
  OpenAtOptions,
  OpenFile,
  StatOptions,
  Touch,
} from '../file-system.ts';
import type { Budget } from './content.ts';
import { MemoryOpenFile, changeFile, memoryReader } from './handles.ts';
import { type FileNode, type Node, changeFacts, entryOf } from './node.ts';
import { type Place, Tree } from './tree.ts';
import { openMemoryUpload, partKeyOf } from './uploads.ts';

export interface MemoryOptions {
  /** Most bytes that all files together may have; no bound unless told. */
  readonly limitBytes?: number;
  readonly clock?: Pick<Clock, 'now'>;
}

export interface MemoryFileSystem extends FileSystem {
  readonly setAttributes: NonNullable<FileSystem['setAttributes']>;
  readonly openAt: NonNullable<FileSystem['openAt']>;
  readonly links: NonNullable<FileSystem['links']>;
  readonly interruptedSize: NonNullable<FileSystem['interruptedSize']>;
  readonly freeSpace: NonNullable<FileSystem['freeSpace']>;
}

const BATCH = 512;

class BoundedBudget implements Budget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get free(): number {
    return this.#limit - this.#used;
  }

  take(bytes: number): void {
    if (bytes > this.free) throw new FileError('full', '');
    this.#used += bytes;
  }
}

function fileAt(tree: Tree, path: VirtualPath, guard?: Guard): FileNode {
  const node = tree.existing(path, { links: 'follow', guard, touch: 'use' });
  if (node.kind === 'directory') throw new FileError('is-directory', path);
  // A followed link never ends at a link.
  if (node.kind === 'symlink') throw new FileError('not-regular', path);
  return node;
}

async function* list(
  tree: Tree,
  path: VirtualPath,
  { signal, guard }: CallOptions = {},
): AsyncGenerator<readonly Entry[], void, undefined> {
  signal?.throwIfAborted();
  const node = tree.existing(path, { links: 'follow', guard, touch: 'use' });
  if (node.kind !== 'directory') throw new FileError('not-directory', path);
  let batch: Entry[] = [];
  for (const [name, child] of node.children) {
    batch.push(entryOf(name, child));
    if (batch.length < BATCH) continue;
    yield batch;
    signal?.throwIfAborted();
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Puts a node under a free name. */
function add(tree: Tree, { directory, name, node }: Place, make: () => Node, path: VirtualPath): void {
  if (node !== undefined) throw new FileError('exists', path);
  directory.children.set(name, make());
  directory.modifiedMs = tree.now();
}

interface MakeOptions extends CallOptions {
  readonly mode?: number;
}

function makeDirectory(tree: Tree, path: VirtualPath, { guard, mode = 0o755 }: MakeOptions): void {
  add(tree, tree.find(path, { links: 'stay', guard, touch: 'make' }), () => tree.newDirectory(mode), path);
}

function take(tree: Tree, { directory, name, node }: Place): void {
  directory.children.delete(name);
  directory.modifiedMs = tree.now();
  if (node?.kind === 'file') node.content.disown();
}

function remove(tree: Tree, path: VirtualPath, { guard }: CallOptions = {}): void {
  const place = tree.find(path, { links: 'stay', guard, touch: 'use' });
  if (place.node === undefined) throw new FileError('not-found', path);
  if (place.node.kind === 'directory') throw new FileError('is-directory', path);
  take(tree, place);
}

function removeDirectory(tree: Tree, path: VirtualPath, { guard }: CallOptions = {}): void {
  const place = tree.find(path, { links: 'stay', guard, touch: 'use' });
  if (place.node === undefined) throw new FileError('not-found', path);
  if (place.node.kind !== 'directory') throw new FileError('not-directory', path);
  if (path === ROOT) throw new FileError('denied', path);
  if (place.node.children.size > 0) throw new FileError('not-empty', path);
  for (const part of place.node.parts.values()) part.content.disown();
  take(tree, place);
}

function confirmMovable(source: Place, target: Place, to: VirtualPath): void {
  if (source.node?.kind === 'directory' && target.way.includes(source.node)) throw new FileError('bad-name', to);
  const replaced = target.node;
  if (replaced !== undefined && (replaced.kind === 'directory' || source.node?.kind === 'directory'))
    throw new FileError('exists', to);
}

const taking = (standing: Node | undefined): Touch => (standing?.kind === 'directory' ? 'tree' : 'use');

interface Renaming extends CallOptions {
  readonly from: VirtualPath;
  readonly to: VirtualPath;
}

function rename(tree: Tree, { from, to, guard }: Renaming): void {
  if (from === ROOT) throw new FileError('denied', from);
  if (to === ROOT) throw new FileError('exists', to);
  if (from !== to && isWithin(from, to)) throw new FileError('bad-name', to);
  const source = tree.find(from, { links: 'stay', guard, touch: taking });
  if (source.node === undefined) throw new FileError('not-found', from);
  const putting = (standing: Node | undefined): Touch =>
    standing === undefined || standing === source.node ? 'make' : 'replace';
  const target = tree.find(to, { links: 'stay', guard, touch: putting });
  if (target.node === source.node) return;
  confirmMovable(source, target, to);
  if (target.node !== undefined) take(tree, target);
  source.directory.children.delete(source.name);
  target.directory.children.set(target.name, source.node);
  source.directory.modifiedMs = target.directory.modifiedMs = tree.now();
}

interface Changing extends StatOptions {
  readonly wanted: Attributes;
}

function setAttributes(tree: Tree, path: VirtualPath, { wanted, links = 'follow', guard }: Changing): void {
  const node = tree.existing(path, { links, guard, touch: 'use' });
  if (node.kind === 'file') {
    changeFile(node, wanted, path);
    return;
  }
  if (wanted.sizeBytes !== undefined)
    throw new FileError(node.kind === 'directory' ? 'is-directory' : 'unsupported', path);
  if (wanted.mode !== undefined && node.kind === 'symlink') throw new FileError('unsupported', path);
  changeFacts(node, wanted);
}

function openAt(tree: Tree, path: VirtualPath, options: OpenAtOptions): OpenFile {
  const create = options.create ?? 'never';
  const useOrMake = (standing: Node | undefined): Touch => (standing === undefined ? 'make' : 'use');
  const errand = {
    'must-be-new': { links: 'stay', touch: 'make' },
    'if-missing': { links: 'follow', touch: useOrMake },
    never: { links: 'follow', touch: 'use' },
  } as const;
  const place = tree.find(path, { ...errand[create], guard: options.guard });
  if (create === 'must-be-new' && place.node !== undefined) throw new FileError('exists', path);
  if (place.node === undefined && create !== 'never') add(tree, place, () => tree.newFile(options.mode ?? 0o644), path);
  const node = fileAt(tree, path);
  if (options.truncate === true && options.access !== 'read') node.content.resize(0);
  return new MemoryOpenFile(node, { path, name: baseName(path), access: options.access, now: () => tree.now() });
}

function confirmInside(target: string, depth: number, path: VirtualPath): void {
  if (target === '' || target.includes('\0') || target.length > 4096) throw new FileError('bad-name', path);
  let level = target.startsWith('/') ? 0 : depth;
  for (const component of target.split('/')) {
    if (component === '..') level -= 1;
    else if (component !== '' && component !== '.') level += 1;
    if (level < 0) throw new FileError('denied', path);
  }
}

function readLink(tree: Tree, path: VirtualPath, { guard }: CallOptions = {}): string {
  const node = tree.existing(path, { links: 'stay', guard, touch: 'use' });
  if (node.kind !== 'symlink') throw new FileError('bad-name', path);
  return node.target;
}

interface Linking extends CallOptions {
  readonly target: string;
}

function makeLink(tree: Tree, path: VirtualPath, { target, guard }: Linking): void {
  const place = tree.find(path, { links: 'stay', guard, touch: 'make' });
  confirmInside(target, place.way.length - 1, path);
  add(tree, place, () => tree.newLink(target), path);
}

interface OwnerOptions extends CallOptions {
  readonly owner: string;
}

function interruptedSize(tree: Tree, path: VirtualPath, { owner, guard }: OwnerOptions): number | undefined {
  const { directory, name } = tree.find(path, { links: 'follow', guard, touch: 'use' });
  return directory.parts.get(partKeyOf(owner, name))?.content.size;
}

/** Does it at once, as a promise; an aborted call does nothing. */

async function soon<T>(options: CallOptions | undefined, act: () => T): Promise<T> {
  options?.signal?.throwIfAborted();
  return act();
}

const linksOf = (tree: Tree): Links => ({
  read: (path, call) => soon(call, () => readLink(tree, path, call)),
  make: (target, path, call) => soon(call, () => makeLink(tree, path, { ...call, target })),
});

/** Makes an empty file system in memory. */
export function memoryFileSystem(options: MemoryOptions = {}): MemoryFileSystem {
  const budget = new BoundedBudget(options.limitBytes ?? Infinity);
  const tree = new Tree(options.clock ?? systemClock, budget);
  return {
    name: 'memory',
    stat: (path, call = {}) =>
      soon(call, () => entryOf(baseName(path), tree.existing(path, { links: 'follow', ...call, touch: 'use' }))),
    list: (path, call) => list(tree, path, call),
    openReader: (path, call) => soon(call, () => memoryReader(fileAt(tree, path, call?.guard), baseName(path))),
    openUpload: (path, call) => soon(call, () => openMemoryUpload(tree, path, call)),
    remove: (path, call) => soon(call, () => remove(tree, path, call)),
    removeDirectory: (path, call) => soon(call, () => removeDirectory(tree, path, call)),
    makeDirectory: (path, call = {}) => soon(call, () => makeDirectory(tree, path, call)),
    rename: (from, to, call) => soon(call, () => rename(tree, { ...call, from, to })),
    setAttributes: (path, wanted, call) => soon(call, () => setAttributes(tree, path, { ...call, wanted })),
    openAt: (path, call) => soon(call, () => openAt(tree, path, call)),
    links: linksOf(tree),
    interruptedSize: (path, owner, call) =>
      soon(call, () => interruptedSize(tree, path, { ...call, owner })).catch((error: unknown) => {
        if (error instanceof FileError && error.kind === 'not-found') return undefined;
        throw error;
      }),
    freeSpace: (path, call) =>
      soon(call, () => {
        tree.find(path, { links: 'stay', guard: call?.guard, touch: 'use' });
        return Number.isFinite(budget.free) ? budget.free : Number.MAX_SAFE_INTEGER;
      }),
  };
}
