/** Open files and uploads of a file system in memory. */
import { FileError } from '../error.ts';
import type { Attributes, CommitOptions, Entry, FileReader, OpenAtOptions, OpenFile, Upload } from '../file-system.ts';
import { type DirectoryNode, type FileNode, type Node, changeFacts, entryOf } from './node.ts';

export const isOffset = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** The budget refuses without knowing for whom. */
function withPath(path: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    throw error instanceof FileError ? new FileError(error.kind, path, { cause: error }) : error;
  }
}

function writeInto(node: FileNode, bytes: Uint8Array, positionBytes: number, path: string): void {
  if (!isOffset(positionBytes) || !isOffset(positionBytes + bytes.length)) throw new FileError('bad-offset', path);
  withPath(path, () => node.content.write(bytes, positionBytes));
}

export function changeFile(node: FileNode, wanted: Attributes, path: string): void {
  if (wanted.sizeBytes !== undefined) {
    if (!isOffset(wanted.sizeBytes)) throw new FileError('bad-offset', path);
    const { sizeBytes } = wanted;
    withPath(path, () => node.content.resize(sizeBytes));
  }
  changeFacts(node, wanted);
}

/** A replaced file's content lives on for as long as its readers hold it. */
export function memoryReader(node: FileNode, name: string): FileReader {
  const close = (): Promise<void> => Promise.resolve();
  return {
    entry: entryOf(name, node),
    read: (into, positionBytes) => Promise.resolve(node.content.read(into, positionBytes)),
    readNow: (into, positionBytes) => node.content.read(into, positionBytes),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Opened {
  readonly path: string;
  readonly name: string;
  readonly access: OpenAtOptions['access'];
  readonly now: () => number;
}

export class MemoryOpenFile implements OpenFile {
  readonly #node: FileNode;
  readonly #opened: Opened;

  constructor(node: FileNode, opened: Opened) {
    this.#node = node;
    this.#opened = opened;
  }

  async stat(): Promise<Entry> {
    return entryOf(this.#opened.name, this.#node);
  }

  async read(into: Uint8Array, positionBytes: number): Promise<number> {
    this.#refuse('write');
    return this.#node.content.read(into, positionBytes);
  }

  async write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    this.#refuse('read');
    writeInto(this.#node, bytes, positionBytes, this.#opened.path);
    this.#node.modifiedMs = this.#opened.now();
  }

  async setAttributes(attributes: Attributes): Promise<void> {
    if (attributes.sizeBytes !== undefined) this.#refuse('read');
    changeFile(this.#node, attributes, this.#opened.path);
  }

  async sync(): Promise<void> {
    // Memory has nothing behind it.
  }

  async close(): Promise<void> {
    // Nothing is held.
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #refuse(access: OpenAtOptions['access']): void {
    if (this.#opened.access === access) throw new FileError('denied', this.#opened.path);
  }
}

export interface UploadTarget {
  readonly path: string;
  /** The name that was asked for, for the entry. */
  readonly asked: string;
  readonly directory: DirectoryNode;
  readonly name: string;
  readonly partKey: string | undefined;
  readonly mustBeNew: boolean;
  readonly now: () => number;
}

/** What the upload writes into, and how it began. */
export interface Draft {
  readonly node: FileNode;
  readonly startBytes: number;
  /** A claimed interrupted upload is put back as it was when nothing arrived. */
  readonly base: 'nothing' | 'part' | 'copy';
}

export class MemoryUpload implements Upload {
  readonly startBytes: number;
  readonly #target: UploadTarget;
  readonly #draft: Draft;
  #endBytes: number;
  #ended = false;

  constructor(target: UploadTarget, draft: Draft) {
    this.startBytes = draft.startBytes;
    this.#endBytes = draft.startBytes;
    this.#target = target;
    this.#draft = draft;
  }

  async write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    if (this.#ended) throw new Error(`the upload of ${this.#target.path} has ended`);
    writeInto(this.#draft.node, bytes, positionBytes, this.#target.path);
    this.#endBytes = Math.max(this.#endBytes, positionBytes + bytes.length);
  }

  async read(into: Uint8Array, positionBytes: number): Promise<number> {
    return this.#draft.node.content.read(into, positionBytes);
  }

  async commit(options: CommitOptions = {}): Promise<Entry> {
    if (this.#ended) throw new Error(`the upload of ${this.#target.path} has ended`);
    const { directory, name, path } = this.#target;
    if (options.stillWanted?.() === false) {
      await this.keep();
      throw new FileError('interrupted', path);
    }
    const replaced = directory.children.get(name);
    if (replaced !== undefined) {
      if (this.#target.mustBeNew || options.replace === 'refused') throw new FileError('exists', path);
      this.#replace(replaced);
    }
    this.#ended = true;
    directory.children.set(name, this.#draft.node);
    this.#draft.node.modifiedMs = this.#target.now();
    directory.modifiedMs = this.#draft.node.modifiedMs;
    this.#forgetPart();
    return entryOf(this.#target.asked, this.#draft.node);
  }

  async keep(): Promise<void> {
    const { partKey, directory } = this.#target;
    const { node, base, startBytes } = this.#draft;
    if (this.#ended) return;
    const isUntouched = this.#endBytes === startBytes;
    const size = !isUntouched ? this.#endBytes : base === 'part' ? node.content.size : 0;
    if (partKey === undefined || size === 0) return this.discard();
    this.#ended = true;
    node.content.resize(size);
    this.#forgetPart();
    directory.parts.set(partKey, node);
  }

  async discard(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#draft.node.content.resize(0);
  }

  #replace(replaced: Node): void {
    if (replaced.kind === 'directory') throw new FileError('is-directory', this.#target.path);
    changeFacts(this.#draft.node, { mode: replaced.mode, ownerId: replaced.ownerId, groupId: replaced.groupId });
    if (replaced.kind === 'file') replaced.content.disown();
  }

  #forgetPart(): void {
    const { partKey, directory } = this.#target;
    if (partKey === undefined) return;
    directory.parts.get(partKey)?.content.resize(0);
    directory.parts.delete(partKey);
  }
}
