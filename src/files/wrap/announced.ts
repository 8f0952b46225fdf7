/**
 * A file system whose uploads are announced: a hook may be asked before one is published, and is told of it afterwards.
 *
 * Every protocol has it by this, because every upload ends in `commit`. What arrived is read back there, so that its
 * hash is that of the file, however many pieces and sessions it came in.
 */
import type { Completeness } from '../../base/completeness.ts';
import type { Protocol } from '../../base/protocol.ts';
import type { VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { CommitOptions, Entry, FileSystem, Upload, Uploader, WriteOptions } from '../file-system.ts';

/** What is told of an upload. */
export interface UploadNotice {
  /** Grows with every notice of this run; numbers of uploads that were not published in the end are missing. */
  readonly sequence: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** These four are empty where nobody said who uploads. */
  readonly account: string;
  readonly protocol: Protocol | '';
  readonly session: string;
  readonly peer: string;
  /** As the account sees it. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Of the whole file, in hexadecimal. */
  readonly sha256: string;
  readonly evidence: Completeness;
}

/** A SHA-256 in the making. */
export interface Digest {
  update(bytes: Uint8Array): void;
  /** In hexadecimal. */
  end(): string;
}

export interface UploadHook {
  /** Asked before an upload is published; it is only when this resolves to true. A rejection is a refusal. */
  readonly decides?: (notice: UploadNotice) => Promise<boolean>;
  /** Told once it is published. Must not throw, and is not waited for. */
  readonly told?: (notice: UploadNotice) => void;
  /** The number and the time of the next notice. */
  readonly stamp: () => Pick<UploadNotice, 'sequence' | 'time'>;
  readonly digest: () => Digest;
}

/** Read at once, then everybody else has a turn. */
const PIECE_BYTES = 1024 * 1024;
/** Uploads of one file system that are read back at once; others wait for their turn and its memory. */
const MOST_READERS = 4;

/** Reads uploads back, a bounded number at once, each with a buffer that the next one uses again. */
class ReadBack {
  readonly #spare: Uint8Array[] = [];
  readonly #waiting: ((buffer: Uint8Array) => void)[] = [];
  #buffers = 0;

  async measure(read: NonNullable<Upload['read']>, digest: Digest): Promise<{ sizeBytes: number; sha256: string }> {
    const buffer = await this.#take();
    try {
      let sizeBytes = 0;
      for (;;) {
        const count = await read(buffer, sizeBytes);
        if (count === 0) return { sizeBytes, sha256: digest.end() };
        digest.update(buffer.subarray(0, count));
        sizeBytes += count;
      }
    } finally {
      this.#give(buffer);
    }
  }

  async #take(): Promise<Uint8Array> {
    const spare = this.#spare.pop();
    if (spare !== undefined) return spare;
    if (this.#buffers >= MOST_READERS) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#buffers += 1;
    return new Uint8Array(PIECE_BYTES);
  }

  #give(buffer: Uint8Array): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#spare.push(buffer);
    else next(buffer);
  }
}

const NOBODY = { account: '', protocol: '', session: '', peer: '' } as const;

type ReadableUpload = Upload & Required<Pick<Upload, 'read'>>;

interface Announcing {
  readonly path: VirtualPath;
  readonly by: Uploader | undefined;
  readonly hook: UploadHook;
  readonly readBack: ReadBack;
}

/** Whoever cannot be asked has not agreed. */
async function ask(notice: UploadNotice, { hook, path }: Announcing): Promise<void> {
  let agreed: boolean | undefined;
  try {
    agreed = await hook.decides?.(notice);
  } catch (cause) {
    throw new FileError('rejected', path, { cause });
  }
  if (agreed === false) throw new FileError('rejected', path);
}

async function commit(upload: ReadableUpload, announcing: Announcing, options: CommitOptions = {}): Promise<Entry> {
  const { hook, path, by, readBack } = announcing;
  // A client that is gone already: the file system below keeps what there is, and nobody needs to be asked.
  if (options.stillWanted?.() === false) return upload.commit(options);
  const read = (into: Uint8Array, positionBytes: number): Promise<number> => upload.read(into, positionBytes);
  const measured = await readBack.measure(read, hook.digest());
  const { account, protocol, session, peer } = by ?? NOBODY;
  const evidence = options.evidence ?? 'unknown';
  const notice: UploadNotice = { ...hook.stamp(), account, protocol, session, peer, path, ...measured, evidence };
  await ask(notice, announcing);
  const entry = await upload.commit(options);
  hook.told?.(notice);
  return entry;
}

/** Descriptors are passed on: the hash is made from the file and not from what passes here. */
const announcedUpload = (upload: ReadableUpload, announcing: Announcing): Upload => ({
  startBytes: upload.startBytes,
  ...(upload.descriptor === undefined ? {} : { descriptor: upload.descriptor }),
  write: (bytes, positionBytes) => upload.write(bytes, positionBytes),
  read: (into, positionBytes) => upload.read(into, positionBytes),
  commit: (options) => commit(upload, announcing, options),
  keep: () => upload.keep(),
  discard: () => upload.discard(),
});

const canBeRead = (upload: Upload): upload is ReadableUpload => upload.read !== undefined;

/**
 * Announces the uploads of a file system. Where the hook does not agree, `commit` fails with `rejected`, and whoever
 * owns the upload discards it. A place whose uploads cannot be read back refuses them with `unsupported`.
 *
 * What is written in place (`openAt`) is seen at once and is no upload: nobody is told of it, and where the hook decides,
 * that power is absent.
 */
export function announced(inner: FileSystem, hook: UploadHook): FileSystem {
  const readBack = new ReadBack();
  const { setAttributes, openAt, links, interruptedSize, freeSpace } = inner;
  const openUpload = async (path: VirtualPath, options: WriteOptions = {}): Promise<Upload> => {
    const upload = await inner.openUpload(path, options);
    if (canBeRead(upload)) return announcedUpload(upload, { path, by: options.by, hook, readBack });
    await upload.discard();
    throw new FileError('unsupported', path);
  };
  return {
    name: inner.name,
    stat: (path, options) => inner.stat(path, options),
    list: (path, options) => inner.list(path, options),
    openReader: (path, options) => inner.openReader(path, options),
    openUpload,
    remove: (path, options) => inner.remove(path, options),
    removeDirectory: (path, options) => inner.removeDirectory(path, options),
    makeDirectory: (path, options) => inner.makeDirectory(path, options),
    rename: (from, to, options) => inner.rename(from, to, options),
    ...(setAttributes === undefined ? {} : { setAttributes }),
    ...(openAt === undefined || hook.decides !== undefined ? {} : { openAt }),
    ...(links === undefined ? {} : { links }),
    ...(interruptedSize === undefined ? {} : { interruptedSize }),
    ...(freeSpace === undefined ? {} : { freeSpace }),
  };
}
