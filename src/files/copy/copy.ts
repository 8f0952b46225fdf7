/** What a copy between two places is asked for, tells while it runs, and says at its end. */
import type { Clock } from '../../base/clock.ts';
import type { VirtualPath } from '../../base/virtual-path.ts';
import type { CallOptions, Entry, FileSystem, HashAlgorithm } from '../file-system.ts';
import type { Pace } from './pace.ts';

/** A name in a file system. */
export interface Place {
  readonly files: FileSystem;
  readonly path: VirtualPath;
  /** How people and records know it: a URL without a password, or a path of this machine. */
  readonly label: string;
}

/** What an earlier attempt got done. */
export interface ResumeRecord {
  /** The source as it was then: another size, time or id means another file, and the record is worth nothing. */
  readonly source: Pick<Entry, 'sizeBytes' | 'modifiedMs' | 'uniqueId'>;
  /** Ranges of bytes that were written, `[start, end)`, in order and apart. */
  readonly done: readonly (readonly [startBytes: number, endBytes: number])[];
}

/** Where records are kept between attempts, by the label of the destination. Failures to keep one fail no copy. */
export interface ResumeRecords {
  load(key: string): Promise<ResumeRecord | undefined>;
  save(key: string, record: ResumeRecord): Promise<void>;
  forget(key: string): Promise<void>;
}

export type Verify = 'none' | 'size' | 'hash';

export interface CopyReport {
  readonly from: string;
  readonly to: string;
  /** Bytes of the whole file. */
  readonly sizeBytes: number;
  /** Where this attempt began: 0 unless it continued an earlier one. */
  readonly resumedAtBytes: number;
  readonly durationMs: number;
  readonly retries: number;
  /** How it was found to be whole. */
  readonly verified: 'size' | 'hash' | 'no';
  readonly hash?: { readonly algorithm: HashAlgorithm; readonly value: string };
  readonly way: 'through-us' | 'within-the-server' | 'between-the-servers' | 'skipped';
  /** Sentences on what could not be kept: a time, a mode. */
  readonly warnings: readonly string[];
}

export type CopyEvent =
  | { readonly kind: 'started'; readonly from: string; readonly to: string; readonly sizeBytes: number }
  | { readonly kind: 'resumed'; readonly from: string; readonly to: string; readonly atBytes: number }
  /** What an earlier attempt left is not continued; `reason` is a clause that says why. */
  | { readonly kind: 'began-anew'; readonly from: string; readonly to: string; readonly reason: string }
  /** At most ten a second for each file. */
  | {
      readonly kind: 'progress';
      readonly from: string;
      readonly to: string;
      readonly bytes: number;
      readonly sizeBytes: number;
      /** Of the last seconds. */
      readonly bytesPerSecond: number;
    }
  | { readonly kind: 'verifying'; readonly from: string; readonly to: string; readonly by: 'size' | 'hash' }
  | {
      readonly kind: 'retrying';
      readonly from: string;
      readonly to: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly reason: string;
    }
  | ({ readonly kind: 'finished' } & CopyReport)
  | { readonly kind: 'failed'; readonly from: string; readonly to: string; readonly error: unknown };

export interface CopyOptions extends CallOptions {
  /** The system's unless told. */
  readonly clock?: Clock;
  readonly onEvent?: (event: CopyEvent) => void;
  /** `if-possible` continues what an earlier attempt left; the default is `never`. */
  readonly resume?: 'never' | 'if-possible';
  /** `size` unless told. */
  readonly verify?: Verify;
  /** Parts of one file that are fetched at once, each over a connection of its own; 1 unless told, 32 at most. */
  readonly segments?: number;
  /** What is carried over besides the bytes, where both sides can; `times` unless told. */
  readonly keep?: 'nothing' | 'times' | 'times-and-modes';
  /** `replace` unless told; `refuse` fails with `exists`; `skip` passes over. */
  readonly ifExists?: 'replace' | 'refuse' | 'skip';
  /** `server` lets one server copy within itself, or to another, where it can; the default is `through-us`. */
  readonly way?: 'through-us' | 'server';
  readonly rateBytesPerSecond?: number;
  /** Shared by all copies that are given it, and stronger than `rateBytesPerSecond`. */
  readonly pace?: Pace;
  /** What a listing of a moment ago says of the source: it is not asked for again. */
  readonly expected?: Entry;
  /** Nothing stands under the destination's name, for its directory has just been made: nobody looks. */
  readonly standing?: 'nothing';
  /**
   * Asked when `way` is `server` and the places are two: has one server send the file straight to the other, under the
   * name that it is given, which is not yet the last one. Gives `undefined` when the two cannot; failing with
   * `unsupported` does the same. Either way the bytes then go through us.
   */
  readonly betweenServers?: (from: Place, to: Place, options: CallOptions) => Promise<void> | undefined;
  readonly records?: ResumeRecords;
  /** Attempts for one file, and pauses between them, after failures that pass. */
  readonly retry?: { readonly attempts: number; readonly firstDelayMs: number; readonly maxDelayMs: number };
}

export interface TreeOptions extends CopyOptions {
  /** Files that are copied at once; 4 unless told. */
  readonly parallel?: number;
  /** Whether a file is copied, or a directory entered; `path` is relative to the source, without a leading `/`. */
  readonly filter?: (path: string, entry: Entry) => boolean;
  /** `skip` (the default) passes over symlinks with a warning; `follow` copies what they lead to. */
  readonly links?: 'skip' | 'follow';
  /** Directories inside one another; 64 unless told. */
  readonly maxDepth?: number;
  /** Names looked at in all; 1,000,000 unless told. */
  readonly maxEntries?: number;
}

export interface TreeFailure {
  /** In the source. */
  readonly path: VirtualPath;
  /** A `FileError`. */
  readonly error: unknown;
}

export interface TreeReport {
  /** Of the files that were copied or passed over: the first 10,000, so that memory has a bound. */
  readonly reports: readonly CopyReport[];
  /** The first 10,000. */
  readonly failures: readonly TreeFailure[];
  /** Sentences on what was passed over: the first 1,000. */
  readonly warnings: readonly string[];
  /** Exact, whatever was left out of the lists. */
  readonly files: number;
  readonly directories: number;
  readonly failed: number;
  readonly sizeBytes: number;
  readonly durationMs: number;
}
