/**
 * Lets a guard judge for places that cannot ask it while they act: servers at the other end of a network. The way is looked
 * at first and the call made then, so what changes in between is not seen; a guard within the server is the safer one.
 */
import { componentsOf, parentOf, resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { CallOptions, Entry, FileSystem, Guard, ListOptions, Touch } from '../file-system.ts';

interface Look extends CallOptions {
  readonly touch: (standing: Entry | undefined) => Touch;
}

const isFailure = (error: unknown, kind: string): boolean => error instanceof FileError && error.kind === kind;

async function entryAt(files: FileSystem, path: VirtualPath, options: CallOptions): Promise<Entry | undefined> {
  try {
    return await files.stat(path, options);
  } catch (error) {
    if (isFailure(error, 'not-found')) return undefined;
    throw error;
  }
}

/** The directories on the way. */
function ancestorsOf(path: VirtualPath): VirtualPath[] {
  const ancestors: VirtualPath[] = [];
  let place: VirtualPath = ROOT;
  for (const component of componentsOf(parentOf(path))) {
    place = resolvePath(place, component) ?? place;
    ancestors.push(place);
  }
  return ancestors;
}

async function judge(files: FileSystem, path: VirtualPath, guard: Guard, { touch, ...options }: Look): Promise<void> {
  for (const ancestor of ancestorsOf(path)) {
    guard(ancestor, 'pass');
    const entry = await entryAt(files, ancestor, options);
    if (entry === undefined) throw new FileError('not-found', path);
    if (entry.type !== 'directory') throw new FileError('not-directory', path);
  }
  guard(path, touch(await entryAt(files, path, options)));
}

const use = (): Touch => 'use';
const make = (): Touch => 'make';
const replaceOrMake = (standing: Entry | undefined): Touch => (standing === undefined ? 'make' : 'replace');
const treeOrUse = (standing: Entry | undefined): Touch => (standing?.type === 'directory' ? 'tree' : 'use');

type Call<T, O extends CallOptions> = (options: O) => Promise<T>;

/** Judges, then calls without the guard. */
async function guarded<T, O extends CallOptions>(
  files: FileSystem,
  path: VirtualPath,
  options: O | undefined,
  [touch, call]: readonly [Look['touch'], Call<T, O | Record<string, never>>],
): Promise<T> {
  if (options?.guard === undefined) return await call(options ?? {});
  const { guard, ...rest } = options;
  await judge(files, path, guard, { touch, ...(rest.signal === undefined ? {} : { signal: rest.signal }) });
  return await call({ ...options, guard: undefined });
}

async function* guardedList(
  files: FileSystem,
  path: VirtualPath,
  options?: ListOptions,
): AsyncGenerator<readonly Entry[]> {
  await guarded(files, path, options, [use, () => Promise.resolve()]);
  yield* files.list(path, options === undefined ? {} : { ...options, guard: undefined });
}

type Powers = Pick<FileSystem, 'setAttributes' | 'interruptedSize' | 'freeSpace' | 'hashing' | 'copyWithin'>;

/** The same for what only some places can do. */
function judgedPowers(files: FileSystem): Powers {
  const { setAttributes, interruptedSize, freeSpace, hashing, copyWithin } = files;
  const powers: { -readonly [K in keyof Powers]: Powers[K] } = {};
  if (setAttributes !== undefined)
    powers.setAttributes = (path, wanted, options) =>
      guarded(files, path, options, [use, (call) => setAttributes(path, wanted, call)]);
  if (interruptedSize !== undefined)
    powers.interruptedSize = (path, owner, options) =>
      guarded(files, path, options, [use, (call) => interruptedSize(path, owner, call)]);
  if (freeSpace !== undefined)
    powers.freeSpace = (path, options) => guarded(files, path, options, [use, (call) => freeSpace(path, call)]);
  if (hashing !== undefined)
    powers.hashing = {
      algorithms: hashing.algorithms,
      of: (path, algorithm, options) =>
        guarded(files, path, options, [use, (call) => hashing.of(path, algorithm, call)]),
    };
  if (copyWithin !== undefined)
    powers.copyWithin = (from, to, options) =>
      guarded(files, from, options, [
        use,
        () => guarded(files, to, options, [replaceOrMake, (call) => copyWithin(from, to, call)]),
      ]);
  return powers;
}

/** The file system, with its guard judging what the calls of every file system name. Links are places like others. */
export function judged<F extends FileSystem>(files: F): F {
  return {
    ...files,
    stat: (path, options) => guarded(files, path, options, [use, (call) => files.stat(path, call)]),
    list: (path, options) => guardedList(files, path, options),
    openReader: (path, options) => guarded(files, path, options, [use, (call) => files.openReader(path, call)]),
    openUpload: (path, options) =>
      guarded(files, path, options, [replaceOrMake, (call) => files.openUpload(path, call)]),
    remove: (path, options) => guarded(files, path, options, [use, (call) => files.remove(path, call)]),
    removeDirectory: (path, options) =>
      guarded(files, path, options, [use, (call) => files.removeDirectory(path, call)]),
    makeDirectory: (path, options) => guarded(files, path, options, [make, (call) => files.makeDirectory(path, call)]),
    rename: (from, to, options) =>
      guarded(files, from, options, [
        treeOrUse,
        () => guarded(files, to, options, [replaceOrMake, (call) => files.rename(from, to, call)]),
      ]),
    ...judgedPowers(files),
  };
}
