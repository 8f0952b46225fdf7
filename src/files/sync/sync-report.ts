/** How a plan is carried out, what is told on the way, and what is said at the end. */
import type { Clock } from '../../base/clock.ts';
import type { CopyEvent, CopyOptions, CopyReport, Place } from '../copy/copy.ts';
import type { FileError } from '../error.ts';
import type { CallOptions } from '../file-system.ts';
import type { Left, SyncAction } from './sync-plan.ts';
import type { TreePath } from './tree-path.ts';

export type CopyFile = (from: Place, to: Place, options: CopyOptions) => Promise<CopyReport>;

export interface ApplyOptions extends CallOptions {
  /** The places that the plan was made for. */
  readonly from: Place;
  readonly to: Place;
  /** The system's unless told. */
  readonly clock?: Clock;
  /** How one file is copied, if not by `copyFile`. */
  readonly copy?: CopyFile;
  /** How each file is copied, besides what the plan says. */
  readonly copying?: Omit<CopyOptions, 'clock' | 'signal' | 'guard' | 'onEvent' | 'ifExists'>;
  /** Files copied, or names deleted, at once; 4 unless told. */
  readonly parallel?: number;
  /** `after-success` (the default) leaves deletions out where something failed before them. */
  readonly deletions?: 'after-success' | 'anyway';
  readonly onEvent?: (event: SyncEvent) => void;
}

export interface Done {
  readonly do: SyncAction['do'];
  readonly path: TreePath;
}

export interface Failed {
  /** `conflict`: the plan said already that it cannot be done. */
  readonly do: SyncAction['do'] | 'conflict';
  readonly path: TreePath;
  readonly error: FileError;
}

/** An action that was not done, and why: a clause. */
export interface Skipped extends Done {
  readonly why: string;
}

/** Events of the copies, and what became of each action. */
export type SyncEvent =
  | CopyEvent
  | ({ readonly kind: 'done-action' } & Done)
  | ({ readonly kind: 'failed-action' } & Failed)
  | ({ readonly kind: 'skipped-action' } & Skipped);

export interface SyncReport {
  /** `stopped`: by the signal, or by a failure after which nothing more could succeed. */
  readonly outcome: 'done' | 'some-failed' | 'stopped';
  /** Why it stopped: a sentence. */
  readonly stoppedBecause?: string;
  /** In the order in which they ended. */
  readonly done: readonly Done[];
  readonly failed: readonly Failed[];
  readonly skipped: readonly Skipped[];
  /** What was deleted, of what was done. */
  readonly deleted: readonly TreePath[];
  /** Of the files that were copied. */
  readonly copiedBytes: number;
  /** Of single files: what could not be kept, such as a time. At most a thousand. */
  readonly warnings: readonly Left[];
  readonly durationMs: number;
}
