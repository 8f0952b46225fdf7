/** Carries out a plan: exactly its actions, several at a time where their order does not matter. */
import { type Clock, systemClock } from '../../base/clock.ts';
import type { CopyReport } from '../copy/copy.ts';
import { FileError, type FileErrorKind } from '../error.ts';
import { inParallel } from './in-parallel.ts';
import { perform } from './perform.ts';
import type { Left, SyncAction, SyncPlan } from './sync-plan.ts';
import type { ApplyOptions, Done, Failed, Skipped, SyncReport } from './sync-report.ts';
import { above, depthOf, type TreePath } from './tree-path.ts';

/** After these no further action could succeed. */
const STOPS: ReadonlySet<FileErrorKind> = new Set<FileErrorKind>([
  'unreachable',
  'login-refused',
  'not-trusted',
  'full',
  'quota',
  'read-only',
]);

const MOST_WARNINGS = 1000;

/**
 * Does what the plan says and nothing else. Before each action it looks whether the source and the destination still are
 * as the plan saw them; an action for which they are not fails, with a sentence. A failure does not stop the others,
 * unless nothing more can succeed after it; deletions are left out after any failure, unless told otherwise. The signal
 * stops it: the report says what was done by then. Rejects with `unsafe` where the plan was made for other places, with
 * `unsupported` for a plan of another version, and never otherwise for reasons of the file systems.
 */
export async function applyPlan(plan: SyncPlan, options: ApplyOptions): Promise<SyncReport> {
  confirmPlaces(plan, options);
  const run = new Run(options);
  for (const { path, why } of plan.conflicts) run.fail({ do: 'conflict', path, error: conflict(path, why) });
  for (const actions of inRuns(plan.actions)) await run.perform(actions);
  return run.report();
}

const conflict = (path: TreePath, why: string): FileError => new FileError('exists', `/${path}`, { detail: why });

function confirmPlaces(plan: SyncPlan, { from, to }: ApplyOptions): void {
  // A plan may come out of a file that a later version wrote.
  if ((plan.version as number) !== 1)
    throw new FileError('unsupported', to.path, { detail: 'the plan is of another version; plan again' });
  for (const [planned, place] of [
    [plan.from, from],
    [plan.to, to],
  ] as const)
    if (planned.label !== place.label || planned.path !== place.path)
      throw new FileError('unsafe', place.path, { detail: 'the plan was made for other places; plan again' });
}

/** Actions behind each other that may be done in any order. */
function inRuns(actions: readonly SyncAction[]): readonly (readonly SyncAction[])[] {
  const runs: { readonly key: string; readonly actions: SyncAction[] }[] = [];
  for (const action of actions) {
    const key = runOf(action);
    const last = runs.at(-1);
    if (last?.key === key) last.actions.push(action);
    else runs.push({ key, actions: [action] });
  }
  return runs.map(({ actions: together }) => together);
}

function runOf(action: SyncAction): string {
  if (action.do === 'copy' || action.do === 'replace') return 'copy';
  if (action.do === 'make-directory' || action.do === 'delete-directory') return `${action.do} ${depthOf(action.path)}`;
  return action.do;
}

const isLastDeletion = (action: SyncAction): boolean =>
  (action.do === 'delete' || action.do === 'delete-directory') && action.why !== 'in-the-way';

/** One carrying out of a plan. */
class Run {
  readonly #options: ApplyOptions;
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #done: Done[] = [];
  readonly #failed: Failed[] = [];
  readonly #skipped: Skipped[] = [];
  readonly #warnings: Left[] = [];
  /** Directories that could not be made. */
  readonly #unmade = new Set<TreePath>();
  #copiedBytes = 0;
  #stoppedBecause: string | undefined;

  constructor(options: ApplyOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#startMs = this.#clock.monotonic();
  }

  async perform(actions: readonly SyncAction[]): Promise<void> {
    const failures = this.#failed.filter(({ do: what }) => what !== 'conflict').length;
    const areLeftOut = failures > 0 && this.#options.deletions !== 'anyway';
    await inParallel(actions, this.#options.parallel ?? 4, async (action) => {
      const reason =
        areLeftOut && isLastDeletion(action) ? `deletions are left out: ${failures} actions failed` : undefined;
      await this.#attempt(action, this.#reasonNotTo(action) ?? reason);
    });
  }

  fail(failed: Failed): void {
    this.#failed.push(failed);
    this.#options.onEvent?.({ kind: 'failed-action', ...failed });
  }

  report(): SyncReport {
    const stopped = this.#stoppedBecause;
    return {
      outcome: stopped !== undefined ? 'stopped' : this.#failed.length > 0 ? 'some-failed' : 'done',
      ...(stopped === undefined ? {} : { stoppedBecause: stopped }),
      done: this.#done,
      failed: this.#failed,
      skipped: this.#skipped,
      deleted: this.#done
        .filter(({ do: what }) => what === 'delete' || what === 'delete-directory')
        .map(({ path }) => path),
      copiedBytes: this.#copiedBytes,
      warnings: this.#warnings,
      durationMs: this.#clock.monotonic() - this.#startMs,
    };
  }

  #reasonNotTo({ path }: SyncAction): string | undefined {
    if (this.#options.signal?.aborted === true) this.#stoppedBecause ??= 'It was interrupted.';
    if (this.#stoppedBecause !== undefined) return 'it was stopped before';
    if (this.#unmade.size === 0) return undefined;
    for (const directory of above(path)) if (this.#unmade.has(directory)) return 'its directory could not be made';
    return undefined;
  }

  async #attempt(action: SyncAction, reasonNotTo: string | undefined): Promise<void> {
    const { do: what, path } = action;
    if (reasonNotTo !== undefined) {
      this.#skip(action, reasonNotTo);
      return;
    }
    try {
      const performed = await perform(action, this.#options);
      if (performed.how === 'unneeded') {
        this.#skip(action, performed.why);
        return;
      }
      if (performed.report !== undefined) this.#copied(path, performed.report);
      this.#done.push({ do: what, path });
      this.#options.onEvent?.({ kind: 'done-action', do: what, path });
    } catch (error) {
      this.#failedWith(action, error);
    }
  }

  #failedWith(action: SyncAction, error: unknown): void {
    if (this.#options.signal?.aborted === true) {
      this.#stoppedBecause ??= 'It was interrupted.';
      this.#skip(action, 'it was interrupted');
      return;
    }
    if (!(error instanceof FileError)) throw error;
    if (action.do === 'make-directory') this.#unmade.add(action.path);
    if (STOPS.has(error.kind)) this.#stoppedBecause ??= `Nothing more could succeed after ${error.kind}.`;
    this.fail({ do: action.do, path: action.path, error });
  }

  #skip({ do: what, path }: SyncAction, why: string): void {
    const skipped: Skipped = { do: what, path, why };
    this.#skipped.push(skipped);
    this.#options.onEvent?.({ kind: 'skipped-action', ...skipped });
  }

  #copied(path: TreePath, { sizeBytes, warnings }: CopyReport): void {
    this.#copiedBytes += sizeBytes;
    for (const why of warnings) if (this.#warnings.length < MOST_WARNINGS) this.#warnings.push({ path, why });
  }
}
