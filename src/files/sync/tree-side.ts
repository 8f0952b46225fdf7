/** One side of a comparison: lists its directories, and keeps account of what could not be listed or understood. */
import type { Place } from '../copy/copy.ts';
import { FileError, type FileErrorKind } from '../error.ts';
import type { CallOptions, Entry } from '../file-system.ts';
import type { SyncIssue } from './sync-plan.ts';
import { childOf, isPartOfCopy, placeIn, type TreePath } from './tree-path.ts';

/** After these every further call would fail as well. */
const ENDS_IT: ReadonlySet<FileErrorKind> = new Set<FileErrorKind>([
  'unreachable',
  'too-many-connections',
  'login-refused',
  'not-trusted',
  'limit',
]);

const MOST_ISSUES = 1000;
const LONGEST_QUOTE = 200;

/** Issues of both sides in the order in which they came, a bounded number of them. */
export class IssueList {
  readonly kept: SyncIssue[] = [];
  more = 0;

  add(issue: SyncIssue): void {
    if (this.kept.length < MOST_ISSUES) this.kept.push(issue);
    else this.more += 1;
  }
}

/** How many names both sides may still be looked at. */
export class LookBudget {
  readonly #most: number;
  #looked = 0;

  constructor(most: number) {
    this.#most = most;
  }

  take(names: number, path: string): void {
    this.#looked += names;
    if (this.#looked <= this.#most) return;
    const detail = `there are more than ${this.#most} names on the two sides; sync a smaller part, or raise the bound`;
    throw new FileError('limit', path, { detail });
  }
}

export interface Listed {
  readonly entries: ReadonlyMap<string, Entry>;
  /** Whether the directory holds more than the entries: what was not understood, or parts of copies. */
  readonly holdsMore: boolean;
}

export interface SideOptions extends CallOptions {
  readonly side: 'source' | 'destination';
  readonly place: Place;
  readonly issues: IssueList;
  readonly budget: LookBudget;
}

export class TreeSide {
  readonly place: Place;
  /** Names that were looked at. */
  looked = 0;
  /** Directories that could not be listed, or lie too deep. */
  unlisted = 0;
  /** Lines and names that could not be understood. */
  notUnderstood = 0;
  readonly #options: SideOptions;

  constructor(options: SideOptions) {
    this.place = options.place;
    this.#options = options;
  }

  get call(): CallOptions {
    const { signal, guard } = this.#options;
    return { ...(signal === undefined ? {} : { signal }), guard };
  }

  /** The names of a directory; `undefined`, and an issue, where it cannot be listed. The root's failure is thrown. */
  async list(path: TreePath): Promise<Listed | undefined> {
    try {
      return await this.#read(path);
    } catch (error) {
      if (!(error instanceof FileError) || ENDS_IT.has(error.kind) || path === '') throw error;
      this.unlisted += 1;
      this.issue({ kind: 'not-listed', path, why: error.detail ?? error.kind });
      return undefined;
    }
  }

  tooDeep(path: TreePath): void {
    this.unlisted += 1;
    this.issue({ kind: 'too-deep', path, why: 'directories lie too deep below each other' });
  }

  issue(issue: Omit<SyncIssue, 'side'>): void {
    this.#options.issues.add({ side: this.#options.side, ...issue });
  }

  async #read(path: TreePath): Promise<Listed> {
    const directory = placeIn(this.place.path, path);
    if (directory === undefined) throw new FileError('bad-name', path, { detail: 'the path is too long' });
    const entries = new Map<string, Entry>();
    let left = 0;
    const onIssue = (line: string, why: string): void => {
      left += 1;
      this.notUnderstood += 1;
      this.#options.budget.take(1, directory);
      this.issue({ kind: 'not-understood', path, why: `${why}: ${line.slice(0, LONGEST_QUOTE)}` });
    };
    const options = { ...this.call, onIssue: (issue: { line: string; why: string }) => onIssue(issue.line, issue.why) };
    for await (const batch of this.place.files.list(directory, options)) {
      this.#options.signal?.throwIfAborted();
      this.#options.budget.take(batch.length, directory);
      this.looked += batch.length;
      for (const entry of batch)
        if (isPartOfCopy(entry.name)) left += 1;
        else if (childOf(directory, entry.name) !== undefined) entries.set(entry.name, entry);
        else {
          left += 1;
          this.notUnderstood += 1;
          const why = `a name that would lead out of its directory, or is too long: ${entry.name.slice(0, LONGEST_QUOTE)}`;
          this.issue({ kind: 'unsafe-name', path, why });
        }
    }
    return { entries, holdsMore: left > 0 };
  }
}
