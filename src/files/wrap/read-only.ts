/** A file system of which nothing can be changed. Powers that only change are absent; the rest is handed through. */
import type { VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { FileSystem } from '../file-system.ts';

const refuse = async (path: VirtualPath): Promise<never> => {
  throw new FileError('read-only', path);
};

/** Everything that would change something fails with `read-only`. */
export function readOnly(files: FileSystem): FileSystem {
  const { openAt, links, freeSpace } = files;
  return {
    name: `${files.name}, read-only`,
    stat: (path, options) => files.stat(path, options),
    list: (path, options) => files.list(path, options),
    openReader: (path, options) => files.openReader(path, options),
    openUpload: refuse,
    remove: refuse,
    removeDirectory: refuse,
    makeDirectory: refuse,
    rename: refuse,
    ...(openAt === undefined
      ? {}
      : {
          openAt: (path, options) =>
            options.access === 'read' && options.truncate !== true && (options.create ?? 'never') === 'never'
              ? openAt.call(files, path, options)
              : refuse(path),
        }),
    ...(links === undefined
      ? {}
      : { links: { read: (path, options) => links.read(path, options), make: (_target, path) => refuse(path) } }),
    ...(freeSpace === undefined ? {} : { freeSpace: (path) => freeSpace.call(files, path) }),
  };
}
