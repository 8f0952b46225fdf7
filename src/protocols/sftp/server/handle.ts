/** What is open: files and directories, by handles that belong to one channel (draft-ietf-secsh-filexfer-02 §6.2). */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import type { Attributes, Entry } from '../../../files/file-system.ts';
import { STATUS } from '../wire/numbers.ts';
import { StatusError } from './status.ts';

export interface OpenedFile {
  readonly kind: 'file';
  readonly path: VirtualPath;
  /** Reads at an offset, at once where that is quick; 0 at the end. Left out where it was not opened for that. */
  readonly read?: (into: Uint8Array, positionBytes: number) => number | Promise<number>;
  readonly write?: (bytes: Uint8Array, positionBytes: number) => Promise<void>;
  stat(): Promise<Entry>;
  setAttributes(attributes: Attributes): Promise<void>;
  sync(): Promise<void>;
  /** As the client wants it: an upload is published now. */
  close(): Promise<void>;
  /** The client is gone. Never rejects. */
  abandon(reason: string): Promise<void>;
}

export interface OpenedDirectory {
  readonly kind: 'directory';
  readonly path: VirtualPath;
  /** The next names, never none; `undefined` at the end. */
  next(): Promise<readonly Entry[] | undefined>;
  /** So many bytes of the listing have gone to the client. */
  moved(bytes: number): void;
  close(): Promise<void>;
  abandon(reason: string): Promise<void>;
}

export type Opened = OpenedFile | OpenedDirectory;

/** One open thing, and what its requests must wait for: WRITEs go side by side, everything else waits for them. */
export interface Handle {
  readonly opened: Opened;
  /** Settles, never rejects, when the request that nothing may overtake is done; `undefined` when there is none. */
  alone: Promise<unknown> | undefined;
  readonly reads: Set<Promise<unknown>>;
  readonly writes: Set<Promise<unknown>>;
}

const HANDLE_BYTES = 4;

export class Handles {
  readonly #most: number;
  readonly #handles = new Map<number, Handle>();
  #last = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Throws a `StatusError` when no more may be open. */
  checkRoom(): void {
    if (this.#handles.size >= this.#most)
      throw new StatusError(STATUS.failure, `Too many open files (${this.#most}); close some first`);
  }

  add(opened: Opened): Uint8Array {
    this.#last = (this.#last + 1) >>> 0;
    while (this.#handles.has(this.#last)) this.#last = (this.#last + 1) >>> 0;
    this.#handles.set(this.#last, { opened, alone: undefined, reads: new Set(), writes: new Set() });
    const bytes = Buffer.alloc(HANDLE_BYTES);
    bytes.writeUInt32BE(this.#last);
    return bytes;
  }

  /** Throws a `StatusError` for what is no handle, was closed, or was never given. */
  get(bytes: Uint8Array): Handle {
    const handle = this.#handles.get(numberOf(bytes));
    if (handle === undefined) throw new StatusError(STATUS.failure, 'Invalid handle');
    return handle;
  }

  /** From now on nobody finds it. */
  forget(bytes: Uint8Array): void {
    this.#handles.delete(numberOf(bytes));
  }

  all(): readonly Handle[] {
    return [...this.#handles.values()];
  }
}

const numberOf = (bytes: Uint8Array): number =>
  bytes.length === HANDLE_BYTES ? Buffer.from(bytes.buffer, bytes.byteOffset, HANDLE_BYTES).readUInt32BE(0) : -1;

/** Throws a `StatusError` for a directory. */
export function fileOf({ opened }: Handle): OpenedFile {
  if (opened.kind !== 'file') throw new StatusError(STATUS.failure, 'That handle is of a directory');
  return opened;
}

/** Throws a `StatusError` for a file. */
export function directoryOf({ opened }: Handle): OpenedDirectory {
  if (opened.kind !== 'directory') throw new StatusError(STATUS.failure, 'That handle is of a file');
  return opened;
}
