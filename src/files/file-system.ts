/**
 * What every place that keeps files must do, and what some can do besides.
 *
 * A server shows a `FileSystem`; a client is one; a device's flash: is one. Required methods are few. A power that only
 * some places have is an optional property: asking for it and having it cannot disagree.
 */
import type { Completeness } from '../base/completeness.ts';
import type { Protocol } from '../base/protocol.ts';
import type { VirtualPath } from '../base/virtual-path.ts';

export type EntryType = 'file' | 'directory' | 'symlink' | 'other';

/** What is known of one name. Sizes in bytes, times in milliseconds since 1970 (UTC). */
export interface Entry {
  readonly name: string;
  readonly type: EntryType;
  readonly sizeBytes: number;
  /**
   * `seen` unless told · `unknown`: the place does not tell, and `sizeBytes` is 0 · `sent`: the place does not show what
   * it has, and the size is that of the bytes that it took.
   */
  readonly sizeIs?: 'seen' | 'unknown' | 'sent';
  readonly modifiedMs: number;
  /** How exactly `modifiedMs` is known, where the place says so. `minute` and `day` come from a LIST: its own time zone. */
  readonly modifiedPrecision?: 'millisecond' | 'second' | 'minute' | 'day';
  readonly createdMs?: number;
  readonly accessedMs?: number;
  /** Permission bits, 0 to 0o7777. */
  readonly mode?: number;
  /** Numeric owner and group, where the place has them. */
  readonly ownerId?: number;
  readonly groupId?: number;
  readonly linkCount?: number;
  /** Where a symlink points, as far as that may be shown: never a path outside the file system. */
  readonly linkTarget?: string;
  /** The same for two names of the same file, different otherwise, for as long as the server runs. */
  readonly uniqueId?: string;
}

/**
 * What a call is about to do at a place: `pass` through it (a directory on the way, a link that is followed), `use` what
 * stands there, `make` a name that is free, `replace` a file, or move a directory with its whole `tree`.
 */
export type Touch = 'pass' | 'use' | 'make' | 'replace' | 'tree';

/**
 * Judges a place before a call touches it, and ends the call by throwing. `real` is where the place really is in this
 * file system: links on the way have been followed. Each place of a call is judged, in the order of the way, also where
 * nothing stands; a rename judges the old name first. The place that was judged is the place that is touched.
 */
export type Guard = (real: VirtualPath, touch: Touch) => void;

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly guard?: Guard | undefined;
}

export interface StatOptions extends CallOptions {
  /** `follow` (the default) looks at what a symlink leads to; `stay` at the link itself. */
  readonly links?: 'follow' | 'stay';
}

/** What of a listing could not be made an entry. */
export interface ListingIssue {
  /** The directory that was listed. */
  readonly path: VirtualPath;
  /** The line as it came, bytes that are no text as in names. It may hold anything: escape it before showing it. */
  readonly line: string;
  /** A clause: `nobody knows this format`, `a name that would lead out of the directory`. */
  readonly why: string;
}

export interface ListOptions extends CallOptions {
  /** Told of every line that gave no entry, in their order: the list is not complete then. */
  readonly onIssue?: (issue: ListingIssue) => void;
}

export interface ReadOptions extends CallOptions {
  /** What a listing of a moment ago says of the file: a place at the far end of a network need not ask again. */
  readonly expected?: Entry;
  /** Where reading will begin: a place that reads in one stream opens it there. 0 unless told; reads elsewhere work too. */
  readonly fromBytes?: number;
}

/** A file opened for reading. Reads may be made at any offset and may overlap. */
export interface FileReader extends AsyncDisposable {
  /** What the file was when it was opened. */
  readonly entry: Entry;
  /** Reads into `into` from `positionBytes`; resolves to the number of bytes, 0 only at the end of the file. */
  read(into: Uint8Array, positionBytes: number): Promise<number>;
  /** The same without waiting, for places where that is quick (a local disk whose pages are in memory). */
  readonly readNow?: (into: Uint8Array, positionBytes: number) => number;
  /** The operating system's descriptor, lent for as long as the reader is open: for accelerated data paths. */
  readonly descriptor?: number;
  close(): Promise<void>;
}

/** Where an upload begins. */
export type UploadStart =
  /** An empty file that replaces what stands under the name. */
  | { readonly from: 'nothing' }
  /** An empty file under a name that must be free; otherwise `exists`. */
  | { readonly from: 'nothing-new' }
  /** The bytes that stand there (or that this owner's interrupted upload left) are kept, and written over from an offset. */
  | { readonly from: 'offset'; readonly offsetBytes: number }
  /** Behind the last byte of what stands there, or of what this owner's interrupted upload left. */
  | { readonly from: 'end' };

/** Who uploads, for those who are told of it. */
export interface Uploader {
  readonly account: string;
  readonly protocol: Protocol;
  readonly session: string;
  /** The client's address and port. */
  readonly peer: string;
}

export interface WriteOptions extends CallOptions {
  readonly start?: UploadStart;
  /** Whose upload it is. What an interrupted upload left is found again only under the same owner. */
  readonly owner?: string;
  /** Permission bits of a new file, before the process's umask. */
  readonly mode?: number;
  /** How many bytes will come, where that is known: a place may refuse at once what it has no room for. */
  readonly sizeBytes?: number;
  /** Nothing stands under the name, for the caller has just made its directory: a remote place need not look. */
  readonly standing?: 'nothing';
  /** Changes nothing about the upload itself. */
  readonly by?: Uploader;
}

export interface CommitOptions {
  /** Asked last of all before it is published. */
  readonly stillWanted?: () => boolean;
  /** `refused`: a name that is taken by then gives `exists`; `allowed` is the default. */
  readonly replace?: 'allowed' | 'refused';
  /** What shows that nothing is missing; for those who are told of the upload. */
  readonly evidence?: Completeness;
}

/**
 * A file being written. Nobody sees a byte of it under its name before `commit`; a reader keeps the old file.
 * Exactly one of `commit`, `keep` and `discard` ends it.
 */
export interface Upload {
  /** Where the first new byte belongs: 0 unless it continues something. */
  readonly startBytes: number;
  /** Writes all of `bytes` at an offset. Calls may overlap; places that only grow refuse gaps with `unsupported`. */
  write(bytes: Uint8Array, positionBytes: number): Promise<void>;
  /** Reads back what is there so far, as {@link FileReader.read} does: also what it continues. */
  readonly read?: (into: Uint8Array, positionBytes: number) => Promise<number>;
  readonly descriptor?: number;
  /** Makes it durable and puts it under its name, whole; resolves to what stands there now. Failed, it must still be kept or discarded. */
  commit(options?: CommitOptions): Promise<Entry>;
  /** Interrupted: keeps what arrived so that the same owner can continue. Nothing is published. */
  keep(): Promise<void>;
  /** Given up: leaves nothing. */
  discard(): Promise<void>;
}

export interface Attributes {
  readonly mode?: number;
  readonly modifiedMs?: number;
  readonly accessedMs?: number;
  /** Few places can set it: the others refuse with `unsupported`. */
  readonly createdMs?: number;
  readonly ownerId?: number;
  readonly groupId?: number;
  /** Cuts or grows the file to this size. */
  readonly sizeBytes?: number;
}

export interface OpenAtOptions extends CallOptions {
  readonly access: 'read' | 'write' | 'read-write';
  readonly create?: 'never' | 'if-missing' | 'must-be-new';
  readonly truncate?: boolean;
  readonly mode?: number;
}

/** A file opened in place for reads and writes at any offset, as SFTP needs it. Writes are seen at once. */
export interface OpenFile extends AsyncDisposable {
  stat(): Promise<Entry>;
  read(into: Uint8Array, positionBytes: number): Promise<number>;
  write(bytes: Uint8Array, positionBytes: number): Promise<void>;
  setAttributes(attributes: Attributes): Promise<void>;
  sync(): Promise<void>;
  readonly descriptor?: number;
  close(): Promise<void>;
}

export interface Links {
  /** The target as text, rewritten to a virtual path when it is absolute. */
  read(path: VirtualPath, options?: CallOptions): Promise<string>;
  /** Makes a symlink; a target that would lead outside is refused with `denied`. */
  make(target: string, path: VirtualPath, options?: CallOptions): Promise<void>;
}

export const HASH_ALGORITHMS = ['crc32', 'md5', 'sha1', 'sha256', 'sha512'] as const;
export type HashAlgorithm = (typeof HASH_ALGORITHMS)[number];

/** A place that computes hashes itself, so that the bytes need not travel. */
export interface Hashing {
  readonly algorithms: ReadonlySet<HashAlgorithm>;
  /** The hash of the whole file, lower-case hexadecimal. */
  of(path: VirtualPath, algorithm: HashAlgorithm, options?: CallOptions): Promise<string>;
}

export interface FileSystem {
  /** For logs and messages: `local`, `memory`, … */
  readonly name: string;
  /** There may be directories, and nobody is told of them: a name below the root is taken for what the caller means by it. */
  readonly directories?: 'unseen';
  stat(path: VirtualPath, options?: StatOptions): Promise<Entry>;
  /**
   * The entries of a directory, without `.` and `..`, in no order, in batches, links not followed. It streams: memory
   * does not grow with the directory. An entry that vanishes while it is looked at is left out.
   */
  list(path: VirtualPath, options?: ListOptions): AsyncIterable<readonly Entry[]>;
  /** Opens a regular file; a directory gives `is-directory`, a FIFO, socket or device `not-regular`, without blocking. */
  openReader(path: VirtualPath, options?: ReadOptions): Promise<FileReader>;
  openUpload(path: VirtualPath, options?: WriteOptions): Promise<Upload>;
  /** Removes a file or a link (the link itself); a directory gives `is-directory`. */
  remove(path: VirtualPath, options?: CallOptions): Promise<void>;
  /** Removes an empty directory; `not-empty` otherwise. */
  removeDirectory(path: VirtualPath, options?: CallOptions): Promise<void>;
  makeDirectory(path: VirtualPath, options?: CallOptions & { readonly mode?: number }): Promise<void>;
  /** Gives a file or directory another name; a file that stands there is replaced, a directory is not. */
  rename(from: VirtualPath, to: VirtualPath, options?: CallOptions): Promise<void>;

  readonly setAttributes?: (path: VirtualPath, attributes: Attributes, options?: StatOptions) => Promise<void>;
  readonly openAt?: (path: VirtualPath, options: OpenAtOptions) => Promise<OpenFile>;
  readonly links?: Links;
  /** Size in bytes of what the owner's interrupted upload left under this name; `undefined` when there is none. */
  readonly interruptedSize?: (path: VirtualPath, owner: string, options?: CallOptions) => Promise<number | undefined>;
  /** Bytes that can still be written near this path. */
  readonly freeSpace?: (path: VirtualPath, options?: CallOptions) => Promise<number>;
  readonly hashing?: Hashing;
  /** Copies a file without its bytes leaving the place; a file that stands under the new name is replaced. */
  readonly copyWithin?: (from: VirtualPath, to: VirtualPath, options?: CallOptions) => Promise<void>;
}

/** A file system at the other end of a network: a lazy pool of connections, which ends with it. */
export interface RemoteFileSystem extends FileSystem, AsyncDisposable {
  /** Where names begin that do not begin with `/`: the directory of the login. */
  readonly home: VirtualPath;
  /** Ends its connections; calls that still run fail with `connection-lost`. Never rejects. */
  close(): Promise<void>;
}
