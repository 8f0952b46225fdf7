/** A file system that may be looked at and not touched: everything that changes fails with `read-only`. */
import type { VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { FileSystem, Links, OpenAtOptions, OpenFile } from '../file-system.ts';

const refuse = (path: string): Promise<never> => Promise.reject(new FileError('read-only', path));

/** Also a file that is open for reading takes no new attributes. */
const readOnlyFile = (file: OpenFile, path: VirtualPath): OpenFile => ({
  stat: () => file.stat(),
  read: (into, positionBytes) => file.read(into, positionBytes),
  write: () => refuse(path),
  setAttributes: () => refuse(path),
  sync: () => file.sync(),
  close: () => file.close(),
  [Symbol.asyncDispose]: () => file.close(),
  ...(file.descriptor === undefined ? {} : { descriptor: file.descriptor }),
});

const changes = ({ access, create = 'never', truncate = false }: OpenAtOptions): boolean =>
  access !== 'read' || create !== 'never' || truncate;

const openForReading =
  (openAt: NonNullable<FileSystem['openAt']>): NonNullable<FileSystem['openAt']> =>
  async (path, options) =>
    changes(options) ? refuse(path) : readOnlyFile(await openAt(path, options), path);

const readLinks = (links: Links): Links => ({
  read: (path, options) => links.read(path, options),
  make: (_target, path) => refuse(path),
});

/** The powers to change attributes and to continue uploads are absent. */
export function readOnly(inner: FileSystem): FileSystem {
  const { openAt, links, freeSpace } = inner;
  return {
    name: inner.name,
    stat: (path, options) => inner.stat(path, options),
    list: (path, options) => inner.list(path, options),
    openReader: (path, options) => inner.openReader(path, options),
    openUpload: refuse,
    remove: refuse,
    removeDirectory: refuse,
    makeDirectory: refuse,
    rename: refuse,
    ...(openAt === undefined ? {} : { openAt: openForReading(openAt) }),
    ...(links === undefined ? {} : { links: readLinks(links) }),
    ...(freeSpace === undefined ? {} : { freeSpace }),
  };
}
