/** A file system that fails when it is told to, so that tests can see what happens then. */
import type { FileReader, FileSystem, Upload } from '../file-system.ts';

/** Where a fault can be put: the calls of the file system, and those of its readers and uploads. */
export type FaultPoint =
  | 'stat'
  | 'list'
  | 'openReader'
  | 'openUpload'
  | 'remove'
  | 'removeDirectory'
  | 'makeDirectory'
  | 'rename'
  | 'setAttributes'
  | 'openAt'
  | 'read'
  | 'write'
  | 'commit'
  | 'keep'
  | 'discard';

export interface Fault {
  readonly at: FaultPoint;
  /** Which call fails, counted from 1 over the life of the wrapper. */
  readonly call: number;
  readonly error: Error;
}

class Faults {
  readonly #faults: readonly Fault[];
  readonly #calls = new Map<FaultPoint, number>();

  constructor(faults: readonly Fault[]) {
    this.#faults = faults;
  }

  check(at: FaultPoint): void {
    const call = (this.#calls.get(at) ?? 0) + 1;
    this.#calls.set(at, call);
    const fault = this.#faults.find((candidate) => candidate.at === at && candidate.call === call);
    if (fault !== undefined) throw fault.error;
  }

  /** The same call, which fails when its turn has come. */
  on<Arguments extends unknown[], Result>(
    at: FaultPoint,
    call: (...given: Arguments) => Promise<Result>,
  ): (...given: Arguments) => Promise<Result> {
    return async (...given) => {
      this.check(at);
      return call(...given);
    };
  }
}

function faultyReader(reader: FileReader, faults: Faults): FileReader {
  const { readNow } = reader;
  const checkedReadNow = (into: Uint8Array, positionBytes: number): number => {
    faults.check('read');
    return readNow?.call(reader, into, positionBytes) ?? 0;
  };
  return {
    entry: reader.entry,
    read: faults.on('read', (into: Uint8Array, positionBytes: number) => reader.read(into, positionBytes)),
    close: () => reader.close(),
    [Symbol.asyncDispose]: () => reader.close(),
    ...(readNow === undefined ? {} : { readNow: checkedReadNow }),
  };
}

function faultyUpload(upload: Upload, faults: Faults): Upload {
  const canRead = upload.read !== undefined;
  return {
    startBytes: upload.startBytes,
    write: faults.on('write', (bytes: Uint8Array, positionBytes: number) => upload.write(bytes, positionBytes)),
    commit: faults.on('commit', (options) => upload.commit(options)),
    keep: faults.on('keep', () => upload.keep()),
    discard: faults.on('discard', () => upload.discard()),
    ...(canRead
      ? { read: faults.on('read', async (into, positionBytes) => (await upload.read?.(into, positionBytes)) ?? 0) }
      : {}),
  };
}

/** Descriptors are not lent: a data path that used them would pass the faults by. */
export function chaos(inner: FileSystem, planned: readonly Fault[]): FileSystem {
  const faults = new Faults(planned);
  const { setAttributes, openAt } = inner;
  return {
    ...inner,
    name: `chaos(${inner.name})`,
    stat: faults.on('stat', (path, options) => inner.stat(path, options)),
    async *list(path, options) {
      faults.check('list');
      yield* inner.list(path, options);
    },
    openReader: faults.on('openReader', async (path, options) =>
      faultyReader(await inner.openReader(path, options), faults),
    ),
    openUpload: faults.on('openUpload', async (path, options) =>
      faultyUpload(await inner.openUpload(path, options), faults),
    ),
    remove: faults.on('remove', (path, options) => inner.remove(path, options)),
    removeDirectory: faults.on('removeDirectory', (path, options) => inner.removeDirectory(path, options)),
    makeDirectory: faults.on('makeDirectory', (path, options) => inner.makeDirectory(path, options)),
    rename: faults.on('rename', (from, to, options) => inner.rename(from, to, options)),
    ...(setAttributes === undefined ? {} : { setAttributes: faults.on('setAttributes', setAttributes) }),
    ...(openAt === undefined ? {} : { openAt: faults.on('openAt', openAt) }),
  };
}
