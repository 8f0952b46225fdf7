/** What a plan gathers while two trees are walked, and how it is put in order at the end. */
import type {
  CopyAction,
  DeleteAction,
  DeleteGuard,
  DeleteReason,
  Left,
  Seen,
  SyncAction,
  SyncTotals,
} from './sync-plan.ts';
import { above, byTreeOrder, depthOf, joined, type TreePath } from './tree-path.ts';

interface NewDirectory {
  readonly why: 'missing' | 'type-differs';
  /** `on-demand`: only for what is copied into it. */
  readonly made: 'anyway' | 'on-demand';
}

type SetTimes = Extract<SyncAction, { do: 'set-times' }>;

export interface FinishedDraft {
  readonly actions: readonly SyncAction[];
  readonly withheld: readonly DeleteAction[];
  readonly conflicts: readonly Left[];
  readonly skipped: readonly Left[];
  readonly totals: Omit<SyncTotals, 'looked'>;
}

const IN_THE_WAY = 'something of another type stands there';

export class PlanDraft {
  readonly skipped: Left[] = [];
  /** Names of the source that take part. */
  taken = 0;
  /** Names of the destination that take part. */
  atDestination = 0;
  equalFiles = 0;
  equalBytes = 0;
  keptExtra = 0;
  excluded = 0;
  readonly #conflicts: Left[] = [];
  readonly #copies: CopyAction[] = [];
  readonly #times: SetTimes[] = [];
  readonly #newDirectories = new Map<TreePath, NewDirectory>();
  readonly #deletes: DeleteAction[] = [];
  /** What has to go before something of another type can stand there. */
  readonly #swaps = new Set<TreePath>();
  /** Directories of the destination that hold something that stays. */
  readonly #kept = new Set<TreePath>();

  copy(action: CopyAction): void {
    this.#copies.push(action);
  }

  setTimes(action: SetTimes): void {
    this.#times.push(action);
  }

  makeDirectory(path: TreePath, directory: NewDirectory): void {
    this.#newDirectories.set(path, directory);
  }

  delete(path: TreePath, why: DeleteReason, destination: Seen): void {
    this.#deletes.push({ do: 'delete', path, why, destination });
  }

  deleteDirectory(path: TreePath, why: DeleteReason): void {
    this.#deletes.push({ do: 'delete-directory', path, why });
  }

  /** What stands there is to give way to something of another type. */
  swap(path: TreePath): void {
    this.#swaps.add(path);
  }

  equal({ sizeBytes = 0 }: Seen): void {
    this.equalFiles += 1;
    this.equalBytes += sizeBytes;
  }

  /** Something at the destination stays, and so does what holds it. */
  keep(path: TreePath): void {
    this.#kept.add(path);
    for (const directory of above(path)) {
      if (this.#kept.has(directory)) return;
      this.#kept.add(directory);
    }
  }

  conflict(path: TreePath, why: string): void {
    this.#conflicts.push({ path, why });
  }

  /** `guard` judges how many names would be deleted. */
  finish(
    guard: (deletions: number) => readonly DeleteGuard[],
  ): FinishedDraft & { readonly guards: readonly DeleteGuard[] } {
    const stuck = new Set([...this.#swaps].filter((path) => this.#kept.has(path)));
    for (const path of stuck) this.conflict(path, `${IN_THE_WAY}, and holds names that stay`);
    const wanted = this.#deletions(stuck);
    const guards = wanted.length === 0 ? [] : guard(wanted.length);
    const refused = new Set([...this.#swaps].filter((path) => guards.length > 0 && !stuck.has(path)));
    for (const path of refused) this.conflict(path, `${IN_THE_WAY}, and nothing is deleted`);
    const blocked = new Set([...stuck, ...refused]);
    const actions = this.#inOrder(guards.length > 0 ? [] : wanted, blocked);
    return {
      actions,
      guards,
      withheld: guards.length > 0 ? deletionsInOrder(wanted) : [],
      conflicts: byTreeOrder(this.#conflicts, ({ path }) => path),
      skipped: byTreeOrder(this.skipped, ({ path }) => path),
      totals: this.#totals(actions),
    };
  }

  /** Deletions that can be done: of no directory that holds what stays, and of nothing in such a directory's way. */
  #deletions(stuck: ReadonlySet<TreePath>): readonly DeleteAction[] {
    const wanted: DeleteAction[] = [];
    for (const action of this.#deletes) {
      if (action.do === 'delete-directory' && this.#kept.has(action.path)) continue;
      const roomFor = action.why === 'in-the-way' ? atOrAbove(action.path, this.#swaps) : undefined;
      if (roomFor === undefined) wanted.push(action);
      else if (!stuck.has(roomFor)) wanted.push({ ...action, roomFor });
    }
    return wanted;
  }

  #inOrder(deletions: readonly DeleteAction[], blocked: ReadonlySet<TreePath>): readonly SyncAction[] {
    const free = ({ path }: { readonly path: TreePath }): boolean => atOrAbove(path, blocked) === undefined;
    const copies = this.#copies.filter(free);
    return [
      ...deletionsInOrder(deletions.filter(({ why }) => why === 'in-the-way')),
      ...this.#directories(copies).filter(free),
      ...byTreeOrder(copies, ({ path }) => path),
      ...byTreeOrder(this.#times, ({ path }) => path),
      ...deletionsInOrder(deletions.filter(({ why }) => why !== 'in-the-way')),
    ];
  }

  /** Those that are wanted anyway, and those that are needed, with what is above them; the upper ones first. */
  #directories(copies: readonly CopyAction[]): readonly SyncAction[] {
    const needed = new Set<TreePath>();
    const need = (path: TreePath): void => {
      for (const directory of above(path)) {
        if (needed.has(directory)) return;
        needed.add(directory);
      }
    };
    for (const { path } of copies) need(path);
    for (const [path, { made }] of this.#newDirectories) if (made === 'anyway') need(joined(path, '.'));
    const wanted = [...this.#newDirectories].filter(([path]) => needed.has(path));
    return byTreeOrder(wanted, ([path]) => path)
      .map(([path, { why }]) => ({ do: 'make-directory', path, why }) as const)
      .sort((one, other) => depthOf(one.path) - depthOf(other.path));
  }

  #totals(actions: readonly SyncAction[]): Omit<SyncTotals, 'looked'> {
    const count = (what: SyncAction['do']): number => actions.filter(({ do: done }) => done === what).length;
    let copyBytes = 0;
    let deleteBytes = 0;
    for (const action of actions) {
      if (action.do === 'copy' || action.do === 'replace') copyBytes += action.source.sizeBytes ?? 0;
      if (action.do === 'delete') deleteBytes += action.destination.sizeBytes ?? 0;
    }
    return {
      copyFiles: count('copy'),
      replaceFiles: count('replace'),
      copyBytes,
      setTimes: count('set-times'),
      makeDirectories: count('make-directory'),
      deleteFiles: count('delete'),
      deleteBytes,
      deleteDirectories: count('delete-directory'),
      equalFiles: this.equalFiles,
      equalBytes: this.equalBytes,
      keptExtra: this.keptExtra,
      excluded: this.excluded,
    };
  }
}

/** The one of the roots that is the path, or above it. */
function atOrAbove(path: TreePath, roots: ReadonlySet<TreePath>): TreePath | undefined {
  if (roots.size === 0 || roots.has(path)) return roots.size === 0 ? undefined : path;
  for (const directory of above(path)) if (roots.has(directory)) return directory;
  return undefined;
}

/** Files first, then directories, the deepest first. */
function deletionsInOrder(deletions: readonly DeleteAction[]): readonly DeleteAction[] {
  const sorted = byTreeOrder(deletions, ({ path }) => path);
  const directories = sorted.filter((action) => action.do === 'delete-directory');
  return [
    ...sorted.filter((action) => action.do === 'delete'),
    ...directories.toSorted((one, other) => depthOf(other.path) - depthOf(one.path)),
  ];
}
