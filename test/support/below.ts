/** A directory of a file system as a file system of its own, for servers whose root nobody may write in. */
import { ROOT, type VirtualPath, resolvePath } from '../../src/base/virtual-path.ts';
import type { CallOptions, FileSystem, Guard } from '../../src/files/file-system.ts';

/** Paths that go in get the prefix; what guards are told loses it. Places outside are told to nobody. */
export function below(files: FileSystem, prefix: VirtualPath): FileSystem {
  const into = (path: VirtualPath): VirtualPath => inside(prefix, path);
  const out = (path: VirtualPath): VirtualPath | undefined => {
    if (path === prefix) return ROOT;
    return path.startsWith(`${prefix}/`) ? resolvePath(ROOT, path.slice(prefix.length)) : undefined;
  };
  const guardOf = (guard: Guard | undefined): Guard | undefined =>
    guard &&
    ((real, touch) => {
      const shown = out(real);
      if (shown !== undefined && !(shown === ROOT && touch === 'pass')) guard(shown, touch);
    });
  const judged = <T extends CallOptions>(options: T | undefined): T =>
    // The same options but for the guard, which is optional in all of them.
    ({ ...options, guard: guardOf(options?.guard) }) as T;
  const { setAttributes, interruptedSize, freeSpace, hashing, copyWithin } = files;
  return {
    name: files.name,
    async stat(path, options) {
      const entry = await files.stat(into(path), judged(options));
      return path === ROOT ? { ...entry, name: '' } : entry;
    },
    list: (path, options) => files.list(into(path), judged(options)),
    openReader: (path, options) => files.openReader(into(path), judged(options)),
    openUpload: (path, options) => files.openUpload(into(path), judged(options)),
    remove: (path, options) => files.remove(into(path), judged(options)),
    removeDirectory: (path, options) => files.removeDirectory(into(path), judged(options)),
    makeDirectory: (path, options) => files.makeDirectory(into(path), judged(options)),
    rename: (from, to, options) => files.rename(into(from), into(to), judged(options)),
    ...(setAttributes && {
      setAttributes: (path, wanted, options) => setAttributes(into(path), wanted, judged(options)),
    }),
    ...(interruptedSize && {
      interruptedSize: (path, owner, options) => interruptedSize(into(path), owner, judged(options)),
    }),
    ...(freeSpace && { freeSpace: (path, options) => freeSpace(into(path), judged(options)) }),
    ...(hashing && {
      hashing: {
        algorithms: hashing.algorithms,
        of: (path, algorithm, options) => hashing.of(into(path), algorithm, judged(options)),
      },
    }),
    ...(copyWithin && { copyWithin: (from, to, options) => copyWithin(into(from), into(to), judged(options)) }),
  };
}

function inside(prefix: VirtualPath, path: VirtualPath): VirtualPath {
  const found = resolvePath(prefix, path === ROOT ? '.' : `.${path}`);
  if (found === undefined) throw new Error(`${path} cannot lie below ${prefix}`);
  return found;
}
