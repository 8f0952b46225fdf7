/** A file system that may hold so much and no more. */
import type { Clock } from '../../base/clock.ts';
import { type VirtualPath, resolvePath, ROOT } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type {
  Attributes,
  CallOptions,
  FileSystem,
  OpenAtOptions,
  OpenFile,
  Upload,
  WriteOptions,
} from '../file-system.ts';
import { measureTree } from './measure-tree.ts';
import { QuotaLedger, type QuotaLimits } from './quota-ledger.ts';
import { QuotaUpload, fileBytes, keptKeyOf, standing } from './quota-upload.ts';
import { Turns } from './turns.ts';

class QuotaTree {
  readonly files: FileSystem;
  readonly ledger: QuotaLedger;
  readonly #turns = new Turns();

  constructor(files: FileSystem, limits: QuotaLimits, clock: Pick<Clock, 'monotonic'>) {
    this.files = files;
    this.ledger = new QuotaLedger(limits, clock, async () => {
      await this.#lookAfterKept();
      return measureTree(files);
    });
  }

  /** What a call takes more is reserved before it, and settled behind it. */
  async growing<T>(
    path: VirtualPath,
    by: { readonly bytes?: number; readonly files?: number },
    act: () => Promise<T>,
  ): Promise<T> {
    await this.ledger.reserve(path, by);
    try {
      const result = await act();
      this.ledger.changed(by);
      return result;
    } finally {
      this.ledger.release(by);
    }
  }

  /** The inner file system is asked first: who may not write here is not told of quotas. */
  async openUpload(path: VirtualPath, options: WriteOptions = {}): Promise<Upload> {
    const { start = { from: 'nothing' }, owner } = options;
    const continues = start.from === 'end' || start.from === 'offset';
    const replaced = await standing(this.files, path);
    const part = continues ? await this.#partSize(path, owner) : undefined;
    const upload = await this.files.openUpload(path, options);
    if (part !== undefined) this.ledger.keep(keptKeyOf(path, owner ?? ''), 0);
    const baseBytes = continues ? Math.max(upload.startBytes, part ?? fileBytes(replaced)) : 0;
    const { files, ledger } = this;
    const counted = new QuotaUpload(upload, { files, ledger, turns: this.#turns, path, owner, replaced, baseBytes });
    try {
      await counted.begin();
      return counted;
    } catch (error) {
      // What was interrupted goes back to where it was.
      await (part === undefined ? counted.discard() : counted.keep());
      throw error;
    }
  }

  remove(path: VirtualPath, options?: CallOptions): Promise<void> {
    return this.#turns.take([path], async () => {
      const before = await standing(this.files, path, 'stay');
      await this.files.remove(path, options);
      this.ledger.changed({ bytes: -fileBytes(before), files: -1 });
    });
  }

  async removeDirectory(path: VirtualPath, options?: CallOptions): Promise<void> {
    await this.files.removeDirectory(path, options);
    this.ledger.changed({ files: -1 });
    // What was interrupted in it went with it.
    for (const key of this.ledger.keptKeys()) if (key.startsWith(`${path}/`)) this.ledger.keep(key, 0);
  }

  rename(from: VirtualPath, to: VirtualPath, options?: CallOptions): Promise<void> {
    return this.#turns.take([...new Set([from, to])].sort(), async () => {
      const [moved, replaced] = [await standing(this.files, from, 'stay'), await standing(this.files, to, 'stay')];
      await this.files.rename(from, to, options);
      const isSame = from === to || (moved?.uniqueId !== undefined && moved.uniqueId === replaced?.uniqueId);
      if (replaced !== undefined && !isSame) this.ledger.changed({ bytes: -fileBytes(replaced), files: -1 });
    });
  }

  /** Only a change of size counts. */
  resizing(path: VirtualPath, attributes: Attributes, act: () => Promise<void>): Promise<void> {
    const { sizeBytes } = attributes;
    if (sizeBytes === undefined) return act();
    return this.#turns.take([path], async () => {
      const bytes = sizeBytes - fileBytes(await standing(this.files, path));
      if (bytes > 0 && Number.isSafeInteger(bytes)) return this.growing(path, { bytes }, act);
      await act();
      this.ledger.changed({ bytes });
    });
  }

  openAt(openAt: NonNullable<FileSystem['openAt']>, path: VirtualPath, options: OpenAtOptions): Promise<OpenFile> {
    if (options.access === 'read' && (options.create ?? 'never') === 'never') return openAt(path, options);
    return this.#turns.take([path], async () => {
      const before = await standing(this.files, path);
      const isNew = before === undefined && (options.create ?? 'never') !== 'never';
      const open = (): Promise<OpenFile> => openAt(path, options);
      const file = isNew ? await this.growing(path, { files: 1 }, open) : await open();
      const after = await file.stat();
      this.ledger.changed({ bytes: after.sizeBytes - fileBytes(before) });
      return this.#openFile(file, path);
    });
  }

  async freeSpace(inner: FileSystem['freeSpace'], path: VirtualPath, options?: CallOptions): Promise<number> {
    const onDisk = await inner?.(path, options);
    return Math.min(onDisk ?? Number.MAX_SAFE_INTEGER, await this.ledger.freeBytes());
  }

  /** No descriptor is lent: it could be written past the books. */
  #openFile(file: OpenFile, path: VirtualPath): OpenFile {
    const grownTo = async (sizeBytes: number): Promise<number> => sizeBytes - (await file.stat()).sizeBytes;
    const growing = async (bytes: number, act: () => Promise<void>): Promise<void> =>
      bytes > 0 && Number.isSafeInteger(bytes) ? this.growing(path, { bytes }, act) : act();
    return {
      stat: () => file.stat(),
      read: (into, positionBytes) => file.read(into, positionBytes),
      write: async (bytes, positionBytes) =>
        growing(await grownTo(positionBytes + bytes.length), () => file.write(bytes, positionBytes)),
      setAttributes: async (attributes) => {
        const by = attributes.sizeBytes === undefined ? 0 : await grownTo(attributes.sizeBytes);
        await growing(by, () => file.setAttributes(attributes));
        if (by < 0) this.ledger.changed({ bytes: by });
      },
      sync: () => file.sync(),
      close: () => file.close(),
      [Symbol.asyncDispose]: () => file.close(),
    };
  }

  async #partSize(path: VirtualPath, owner: string | undefined): Promise<number | undefined> {
    return owner === undefined ? undefined : this.files.interruptedSize?.(path, owner).catch(noSize);
  }

  /** Interrupted uploads may have been swept away, or grown old in a directory that has another name now. */
  async #lookAfterKept(): Promise<void> {
    for (const key of this.ledger.keptKeys()) {
      const end = key.indexOf('\0');
      const path = resolvePath(ROOT, key.slice(0, end)) ?? ROOT;
      this.ledger.keep(key, (await this.#partSize(path, key.slice(end + 1))) ?? 0);
    }
  }
}

const noSize = (error: unknown): undefined => {
  if (!(error instanceof FileError)) throw error;
};

function powersOf(tree: QuotaTree, limits: QuotaLimits): Partial<FileSystem> {
  const { setAttributes, openAt, links, freeSpace } = tree.files;
  return {
    ...(setAttributes === undefined
      ? {}
      : {
          setAttributes: (path, wanted, options) =>
            tree.resizing(path, wanted, () => setAttributes(path, wanted, options)),
        }),
    ...(openAt === undefined ? {} : { openAt: (path, options) => tree.openAt(openAt, path, options) }),
    ...(links === undefined
      ? {}
      : {
          links: {
            read: (path, options) => links.read(path, options),
            make: (target, path, options) => tree.growing(path, { files: 1 }, () => links.make(target, path, options)),
          },
        }),
    ...(freeSpace === undefined && limits.bytes === undefined
      ? {}
      : { freeSpace: (path, options) => tree.freeSpace(freeSpace, path, options) }),
  };
}

/**
 * Bounds what the tree may hold: bytes of files, and files, directories and links together. What would exceed it fails
 * with `quota`, before it is written; uploads that race cannot exceed it together. The tree is walked at the first need,
 * and again after ten minutes or when somebody would be refused on an old walk. Without bounds it is the file system itself.
 */
export function quota(files: FileSystem, limits: QuotaLimits, clock: Pick<Clock, 'monotonic'>): FileSystem {
  if (limits.bytes === undefined && limits.files === undefined) return files;
  const tree = new QuotaTree(files, limits, clock);
  return {
    ...files,
    openUpload: (path, options) => tree.openUpload(path, options),
    remove: (path, options) => tree.remove(path, options),
    removeDirectory: (path, options) => tree.removeDirectory(path, options),
    makeDirectory: (path, options) => tree.growing(path, { files: 1 }, () => files.makeDirectory(path, options)),
    rename: (from, to, options) => tree.rename(from, to, options),
    ...powersOf(tree, limits),
  };
}
