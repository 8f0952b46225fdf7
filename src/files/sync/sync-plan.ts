/** What a sync is going to do and why, as a value that JSON can carry; how it is asked for, and who hashes for it. */
import type { VirtualPath } from '../../base/virtual-path.ts';
import type { Place } from '../copy/copy.ts';
import type { CallOptions, Entry, EntryType, HashAlgorithm } from '../file-system.ts';
import type { Filter } from './filter.ts';
import type { TreePath } from './tree-path.ts';

/**
 * When a file at the destination is taken for the same as its source.
 * - `size-and-time`: sizes are equal, and times as {@link SyncOptions.times} demands.
 * - `size`: sizes are equal.
 * - `hash`: sizes are equal, and so are hashes; times that differ are then set, where the destination can.
 * - `newer`: the source is not newer, whatever the sizes; where a time is not known, sizes are equal.
 */
export type CompareBy = 'size-and-time' | 'size' | 'hash' | 'newer';

export type HashFile = (
  place: Place,
  algorithm: HashAlgorithm,
  options?: CallOptions & { readonly where?: 'anywhere' | 'here' },
) => Promise<string>;

export interface SyncOptions extends CallOptions {
  /** `size-and-time` unless told. */
  readonly compare?: CompareBy;
  /**
   * What `size-and-time` demands of times. `equal`: another time is another file, also an older source. `not-older`: only
   * a source that is newer is another file. Unless told it is `equal` where the destination can be given times and both
   * times are known to the second, and `not-older` otherwise: an upload is newer than its source then, and the times of
   * a LIST are in the server's own time zone.
   */
  readonly times?: 'equal' | 'not-older';
  /** Times that differ by no more are equal, in milliseconds; never less than what the precision of the two allows for. */
  readonly timeWindowMs?: number;
  /** How files are hashed where hashes are compared, if not by `hashFile`. */
  readonly hashFile?: HashFile;
  /** What both places can compute themselves, or one of them, or `sha256`, unless told. */
  readonly algorithm?: HashAlgorithm;
  /** `keep` (the default) leaves what only the destination has; `delete` plans to delete it. */
  readonly extra?: 'keep' | 'delete';
  /** Most names that may be deleted; unless told at most ten, or half of the destination's, whichever is more. */
  readonly maxDelete?: number;
  /** Whether a source without a single name may empty the destination; `refuse` unless told. */
  readonly emptySource?: 'refuse' | 'delete';
  readonly filter?: Filter;
  /** What the filter excludes is never deleted, unless told to `delete` it. */
  readonly excluded?: 'keep' | 'delete';
  /** Whether the destination tells letter case apart; it is asked (`ask`, the default) where that matters. */
  readonly letterCase?: 'ask' | 'matters' | 'ignored';
  /** Directories listed and files hashed at once on each side; 4 unless told. */
  readonly parallel?: number;
  /** Most names that are looked at on both sides; a million unless told. Beyond it planning fails with `limit`. */
  readonly maxEntries?: number;
  /** Most directories below each other; 64 unless told. What lies deeper is an issue. */
  readonly maxDepth?: number;
  readonly onProgress?: (looked: { readonly source: number; readonly destination: number }) => void;
}

/** What the plan saw of a name. What nobody knows is absent. */
export interface Seen {
  readonly type: EntryType;
  readonly sizeBytes?: number;
  readonly modifiedMs?: number;
  readonly modifiedPrecision?: Entry['modifiedPrecision'];
}

export type ReplaceReason = 'size-differs' | 'time-differs' | 'newer' | 'hash-differs';
/** `in-the-way`: something of another type is to stand there. */
export type DeleteReason = 'not-in-source' | 'excluded' | 'in-the-way';

/** A file's bytes are moved. */
export type CopyAction =
  | { readonly do: 'copy'; readonly path: TreePath; readonly why: 'missing' | 'type-differs'; readonly source: Seen }
  | {
      readonly do: 'replace';
      readonly path: TreePath;
      readonly why: ReplaceReason;
      readonly source: Seen;
      readonly destination: Seen;
    };

interface Deletion {
  readonly path: TreePath;
  readonly why: DeleteReason;
  /** Of what is in the way: the name of the source that is to stand there. */
  readonly roomFor?: TreePath;
}

export type DeleteAction =
  (Deletion & { readonly do: 'delete'; readonly destination: Seen }) | (Deletion & { readonly do: 'delete-directory' });

export type SyncAction =
  /** With the path of the root, also the directories above it that are missing. */
  | { readonly do: 'make-directory'; readonly path: TreePath; readonly why: 'missing' | 'type-differs' }
  | CopyAction
  | {
      readonly do: 'set-times';
      readonly path: TreePath;
      readonly why: 'time-differs';
      readonly modifiedMs: number;
      readonly destination: Seen;
    }
  | DeleteAction;

export interface SyncIssue {
  readonly side: 'source' | 'destination';
  readonly kind:
    'not-listed' | 'not-understood' | 'unsafe-name' | 'too-deep' | 'letter-case' | 'not-hashed' | 'not-asked';
  readonly path: TreePath;
  /** A clause for people. It may quote a peer: escape it before showing it. */
  readonly why: string;
}

/** Why nothing is deleted, as a sentence. */
export interface DeleteGuard {
  readonly kind: 'source-not-listed' | 'source-not-understood' | 'source-empty' | 'too-many';
  readonly why: string;
}

/** A name that is left as it is, and why: a clause. */
export interface Left {
  readonly path: TreePath;
  readonly why: string;
}

export interface SyncTotals {
  readonly copyFiles: number;
  readonly replaceFiles: number;
  /** Of the files that are copied and replaced. */
  readonly copyBytes: number;
  readonly setTimes: number;
  readonly makeDirectories: number;
  readonly deleteFiles: number;
  readonly deleteBytes: number;
  readonly deleteDirectories: number;
  /** The same on both sides. */
  readonly equalFiles: number;
  readonly equalBytes: number;
  /** Names that only the destination has, and that stay. */
  readonly keptExtra: number;
  /** Names that the filter takes out, on both sides; what lies below an excluded directory is not counted. */
  readonly excluded: number;
  /** Names that were looked at. */
  readonly looked: { readonly source: number; readonly destination: number };
}

export interface SyncPlan {
  readonly version: 1;
  readonly from: { readonly label: string; readonly path: VirtualPath };
  readonly to: { readonly label: string; readonly path: VirtualPath };
  /** In the order in which they are done: room is made, then directories, copies, times; deletions come last. */
  readonly actions: readonly SyncAction[];
  /** Deletions that were asked for and are refused: see `guards`. */
  readonly withheld: readonly DeleteAction[];
  readonly guards: readonly DeleteGuard[];
  /** What cannot be done as asked; each counts as a failure. */
  readonly conflicts: readonly Left[];
  /** Links, devices: not followed, not copied. */
  readonly skipped: readonly Left[];
  /** At most a thousand. */
  readonly issues: readonly SyncIssue[];
  /** How many more there were. */
  readonly moreIssues: number;
  readonly totals: SyncTotals;
}
