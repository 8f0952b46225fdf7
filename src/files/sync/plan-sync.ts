/** Plans how one tree is made like another, without touching either. */
import { isWithin } from '../../base/virtual-path.ts';
import type { Place } from '../copy/copy.ts';
import { hashFile } from '../copy/hash-file.ts';
import { FileError } from '../error.ts';
import type { HashAlgorithm } from '../file-system.ts';
import { type Comparison, sameBytes } from './compare.ts';
import { compareTrees, type Undecided } from './compare-trees.ts';
import { inParallel } from './in-parallel.ts';
import { PlanDraft } from './plan-draft.ts';
import type { DeleteGuard, HashFile, SyncOptions, SyncPlan } from './sync-plan.ts';
import { placeIn } from './tree-path.ts';
import { IssueList, LookBudget, TreeSide } from './tree-side.ts';

const MOST_ENTRIES = 1_000_000;
/** Without a bound of one's own, deletions up to these are no surprise. */
const FEW_DELETIONS = 10;
const SHARE_OF_DELETIONS = 0.5;

/**
 * Looks at both trees and says what is to be done. Fails as the file systems do where the source's own directory cannot
 * be listed (or the destination's, unless it is merely missing), or no call can succeed any more; with `limit` where there
 * is too much to look at; with `unsupported` where hashes are asked for and nobody computes them. What cannot be listed or
 * understood below is an issue of the plan: nothing there is touched, and where it is the source's, nothing is deleted.
 */
export async function planSync(from: Place, to: Place, options: SyncOptions = {}): Promise<SyncPlan> {
  const hash = hashingOf(from, to, options);
  refuseOverlap(from, to);
  const issues = new IssueList();
  const budget = new LookBudget(options.maxEntries ?? MOST_ENTRIES);
  const { signal, guard } = options;
  const shared = { issues, budget, guard, ...(signal === undefined ? {} : { signal }) };
  const source = new TreeSide({ side: 'source', place: from, ...shared });
  const destination = new TreeSide({ side: 'destination', place: to, ...shared });
  const draft = new PlanDraft();
  const comparison: Comparison = { ...options, setsTimes: to.files.setAttributes === undefined ? 'no' : 'yes' };
  const trees = { source, destination, draft, options, comparison };
  await confirmDirectory(source);
  const undecided = await compareTrees(trees, await isThere(destination));
  if (hash !== undefined) await lookInside(undecided, trees, hash);
  const { totals, ...finished } = draft.finish((deletions) => guardsOf(deletions, { source, draft, options }));
  return {
    version: 1,
    from: { label: from.label, path: from.path },
    to: { label: to.label, path: to.path },
    ...finished,
    issues: issues.kept,
    moreIssues: issues.more,
    totals: { ...totals, looked: { source: source.looked, destination: destination.looked } },
  };
}

function refuseOverlap(from: Place, to: Place): void {
  if (from.files !== to.files || !(isWithin(from.path, to.path) || isWithin(to.path, from.path))) return;
  throw new FileError('bad-name', to.path, {
    detail: `it and ${from.path} lie within each other; choose another place`,
  });
}

/** A server may well list a file when it is asked for a directory. */
async function confirmDirectory({ place, call }: TreeSide): Promise<void> {
  const { type } = await place.files.stat(place.path, call);
  if (type !== 'directory')
    throw new FileError('not-directory', place.path, { detail: 'only a directory can be made like another; use cp' });
}

async function isThere(side: TreeSide): Promise<'yes' | 'missing'> {
  try {
    await confirmDirectory(side);
    return 'yes';
  } catch (error) {
    if (error instanceof FileError && error.kind === 'not-found') return 'missing';
    throw error;
  }
}

interface Judged {
  readonly source: TreeSide;
  readonly draft: PlanDraft;
  readonly options: SyncOptions;
}

/** Why these deletions must not be: what the source did not show is not gone. */
function guardsOf(deletions: number, { source, draft, options }: Judged): readonly DeleteGuard[] {
  const guards: DeleteGuard[] = [];
  const add = (kind: DeleteGuard['kind'], why: string): void => void guards.push({ kind, why });
  if (source.unlisted > 0)
    add('source-not-listed', `nothing is deleted: ${source.unlisted} directories of the source could not be listed`);
  if (source.notUnderstood > 0)
    add('source-not-understood', `nothing is deleted: ${source.notUnderstood} names of the source were not understood`);
  if (draft.taken === 0 && options.emptySource !== 'delete')
    add(
      'source-empty',
      'nothing is deleted: the source has no names at all; if the destination is to be emptied, allow an empty source (--allow-empty-source)',
    );
  const most = options.maxDelete ?? Math.max(FEW_DELETIONS, Math.floor(draft.atDestination * SHARE_OF_DELETIONS));
  // Whoever says that the source may be empty has said that everything may go.
  const mayGo = options.maxDelete === undefined && draft.taken === 0 && options.emptySource === 'delete';
  if (deletions > most && !mayGo)
    add(
      'too-many',
      `nothing is deleted: that would be ${deletions} of ${draft.atDestination} names, and ${most} are allowed; if it is meant, raise the bound (--max-delete)`,
    );
  return guards;
}

interface HashWork {
  readonly hashFile: HashFile;
  readonly algorithm: HashAlgorithm;
}

const BY_STRENGTH: readonly HashAlgorithm[] = ['sha256', 'sha512', 'sha1', 'md5'];

function hashingOf(from: Place, to: Place, options: SyncOptions): HashWork | undefined {
  if (options.compare !== 'hash') return undefined;
  const { hashFile: hash = hashFile } = options;
  const has = (place: Place, algorithm: HashAlgorithm): boolean =>
    place.files.hashing?.algorithms.has(algorithm) === true;
  const algorithm =
    options.algorithm ??
    BY_STRENGTH.find((candidate) => has(from, candidate) && has(to, candidate)) ??
    BY_STRENGTH.find((candidate) => has(from, candidate) || has(to, candidate)) ??
    'sha256';
  return { hashFile: hash, algorithm };
}

interface Trees {
  readonly source: TreeSide;
  readonly destination: TreeSide;
  readonly draft: PlanDraft;
  readonly options: SyncOptions;
  readonly comparison: Comparison;
}

/** Decides by hashes. A file whose hash cannot be had is left as it is, and is an issue. */
async function lookInside(undecided: readonly Undecided[], trees: Trees, work: HashWork): Promise<void> {
  const { draft, comparison, options } = trees;
  await inParallel(undecided, options.parallel ?? 4, async ({ path, source, destination }) => {
    const [one, other] = await Promise.all([hashOf(trees.source, path, work), hashOf(trees.destination, path, work)]);
    if (one === undefined || other === undefined) return;
    if (one !== other) draft.copy({ do: 'replace', path, why: 'hash-differs', source, destination });
    else if (source.modifiedMs === undefined || sameBytes(source, destination, comparison) === 'equal')
      draft.equal(destination);
    else draft.setTimes({ do: 'set-times', path, why: 'time-differs', modifiedMs: source.modifiedMs, destination });
  });
}

async function hashOf(side: TreeSide, path: string, { hashFile, algorithm }: HashWork): Promise<string | undefined> {
  const place = placeIn(side.place.path, path);
  if (place === undefined) return undefined;
  try {
    return await hashFile({ ...side.place, path: place, label: `${side.place.label}/${path}` }, algorithm, side.call);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    side.issue({ kind: 'not-hashed', path, why: error.detail ?? error.kind });
    return undefined;
  }
}
