/** Walks two trees side by side and decides, name by name, what is to become of each. */
import type { Entry } from '../file-system.ts';
import { compareFiles, type Comparison, seen } from './compare.ts';
import { EVERYTHING } from './filter.ts';
import { inParallel } from './in-parallel.ts';
import { pairNames } from './pair-names.ts';
import type { PlanDraft } from './plan-draft.ts';
import type { DeleteReason, Seen, SyncOptions } from './sync-plan.ts';
import { depthOf, joined, type TreePath } from './tree-path.ts';
import type { TreeSide } from './tree-side.ts';

/** Two files of the same size, whose bytes have to tell. */
export interface Undecided {
  readonly path: TreePath;
  readonly source: Seen;
  readonly destination: Seen;
}

export interface TreesToCompare {
  readonly source: TreeSide;
  readonly destination: TreeSide;
  readonly draft: PlanDraft;
  readonly options: SyncOptions;
  readonly comparison: Comparison;
}

type Directory =
  /** A directory of the source; `there` is whether the destination has it. */
  | {
      readonly on: 'source';
      readonly path: TreePath;
      readonly there: 'yes' | 'missing' | 'type-differs';
      readonly takes: 'part' | 'nothing-itself';
    }
  /** A directory that only the destination has, or that is in the way. */
  | { readonly on: 'destination'; readonly path: TreePath; readonly why: DeleteReason };

interface Pair {
  readonly path: TreePath;
  readonly from: Entry;
  readonly to: Entry | undefined;
}

/** Fills the draft; gives what has to be hashed. `root` is whether the destination is there at all. */
export async function compareTrees(trees: TreesToCompare, root: 'yes' | 'missing'): Promise<readonly Undecided[]> {
  const walk = new Walk(trees);
  const first: Directory = { on: 'source', path: '', there: root, takes: 'part' };
  await inParallel<Directory>([first], trees.options.parallel ?? 4, (directory, add) => walk.visit(directory, add));
  return walk.undecided;
}

class Walk {
  readonly undecided: Undecided[] = [];
  readonly #trees: TreesToCompare;
  readonly #maxDepth: number;
  readonly #deletes: 'extra' | 'nothing';

  constructor(trees: TreesToCompare) {
    this.#trees = trees;
    this.#maxDepth = trees.options.maxDepth ?? 64;
    this.#deletes = trees.options.extra === 'delete' ? 'extra' : 'nothing';
  }

  async visit(directory: Directory, add: (directory: Directory) => void): Promise<void> {
    const { source, destination, options } = this.#trees;
    options.signal?.throwIfAborted();
    if (directory.on === 'destination') await this.#visitExtra(directory.path, directory.why, add);
    else await this.#visitBoth(directory, add);
    options.onProgress?.({ source: source.looked, destination: destination.looked });
  }

  async #visitBoth(directory: Directory & { on: 'source' }, add: (directory: Directory) => void): Promise<void> {
    const { path, there, takes } = directory;
    const { source, destination, draft, options } = this.#trees;
    if (depthOf(path) > this.#maxDepth) {
      source.tooDeep(path);
      return;
    }
    const [from, to] = await Promise.all([
      source.list(path),
      there === 'yes' ? destination.list(path) : { entries: new Map<string, Entry>() },
    ]);
    // What nobody knows is left alone, with everything below it.
    if (from === undefined || to === undefined) return;
    if (there !== 'yes') draft.makeDirectory(path, { why: there, made: takes === 'part' ? 'anyway' : 'on-demand' });
    const { pairs, extra } = await pairNames({
      directory: path,
      source: from.entries,
      destination: to.entries,
      letterCase: options.letterCase ?? 'ask',
      sides: { source, destination },
    });
    for (const [name, entry, standing] of pairs)
      this.#decide({ path: joined(path, name), from: entry, to: standing }, add);
    for (const entry of extra) this.#extra(joined(path, entry.name), entry, { why: 'not-in-source', add });
  }

  async #visitExtra(path: TreePath, why: DeleteReason, add: (directory: Directory) => void): Promise<void> {
    const { destination, draft } = this.#trees;
    const isTooDeep = depthOf(path) > this.#maxDepth;
    if (isTooDeep) destination.tooDeep(path);
    const listed = isTooDeep ? undefined : await destination.list(path);
    if (listed?.holdsMore !== false) draft.keep(path);
    if (listed === undefined) return;
    draft.deleteDirectory(path, why);
    for (const [name, entry] of listed.entries) this.#extra(joined(path, name), entry, { why, add });
  }

  #decide(pair: Pair, add: (directory: Directory) => void): void {
    const { path, from } = pair;
    const takes = this.#takes(path, from);
    if (from.type === 'directory') this.#decideDirectory(pair, takes, add);
    else if (takes === 'nothing') this.#leaveOut(pair, add);
    else this.#decideFile(pair, add);
  }

  #decideFile({ path, from, to }: Pair, add: (directory: Directory) => void): void {
    const { draft } = this.#trees;
    draft.taken += 1;
    if (to !== undefined) draft.atDestination += 1;
    if (from.type === 'symlink') draft.skipped.push({ path, why: 'a link; links are not followed' });
    else if (from.type === 'other') draft.skipped.push({ path, why: 'neither a file nor a directory' });
    else if (to === undefined) draft.copy({ do: 'copy', path, why: 'missing', source: seen(from) });
    else if (to.type === 'file') this.#compare(path, seen(from), seen(to));
    else if (this.#makeRoom(path, to, add) === 'made')
      draft.copy({ do: 'copy', path, why: 'type-differs', source: seen(from) });
  }

  #decideDirectory(pair: Pair, takes: 'part' | 'nothing', add: (directory: Directory) => void): void {
    const { path, to } = pair;
    const { draft, options } = this.#trees;
    if (takes === 'nothing' && (options.filter ?? EVERYTHING).below(path) === 'nothing') {
      this.#leaveOut(pair, add);
      return;
    }
    if (takes === 'part') draft.taken += 1;
    if (to !== undefined) draft.atDestination += 1;
    const itself = takes === 'part' ? 'part' : 'nothing-itself';
    if (to === undefined || to.type === 'directory')
      add({ on: 'source', path, there: to === undefined ? 'missing' : 'yes', takes: itself });
    else if (this.#makeRoom(path, to, add) === 'made')
      add({ on: 'source', path, there: 'type-differs', takes: itself });
  }

  /** The source's name is excluded, and so is what stands under it at the destination. */
  #leaveOut({ path, to }: Pair, add: (directory: Directory) => void): void {
    this.#trees.draft.excluded += 1;
    if (to !== undefined && this.#trees.options.excluded === 'delete') this.#extra(path, to, { why: 'excluded', add });
  }

  #compare(path: TreePath, source: Seen, destination: Seen): void {
    const { draft, comparison } = this.#trees;
    const verdict = compareFiles(source, destination, comparison);
    if (verdict === 'equal') draft.equal(destination);
    else if (verdict === 'look-inside') this.undecided.push({ path, source, destination });
    else draft.copy({ do: 'replace', path, why: verdict, source, destination });
  }

  /** What stands there is of another type than what is to stand there. */
  #makeRoom(path: TreePath, standing: Entry, add: (directory: Directory) => void): 'made' | 'not-made' {
    const { draft, options } = this.#trees;
    if (this.#deletes === 'nothing') {
      draft.conflict(path, `${NAMES[standing.type]} stands there; it gives way only where deleting is asked for`);
      return 'not-made';
    }
    if (options.excluded !== 'delete' && this.#takes(path, standing) === 'nothing') {
      draft.conflict(path, `${NAMES[standing.type]} that the filter excludes stands there`);
      return 'not-made';
    }
    draft.swap(path);
    if (standing.type === 'directory') add({ on: 'destination', path, why: 'in-the-way' });
    else draft.delete(path, 'in-the-way', seen(standing));
    return 'made';
  }

  /** A name that has no business at the destination. */
  #extra(
    path: TreePath,
    entry: Entry,
    { why, add }: { readonly why: DeleteReason; readonly add: (directory: Directory) => void },
  ): void {
    const { draft, options } = this.#trees;
    if (this.#deletes === 'nothing') {
      draft.keptExtra += 1;
      return;
    }
    const isExcluded = this.#takes(path, entry) === 'nothing';
    if (!isExcluded) draft.atDestination += 1;
    if (isExcluded && options.excluded !== 'delete') {
      draft.excluded += 1;
      draft.keep(path);
      if (entry.type !== 'directory' || (options.filter ?? EVERYTHING).below(path) === 'nothing') return;
    }
    const reason = isExcluded && options.excluded === 'delete' && why === 'not-in-source' ? 'excluded' : why;
    if (entry.type === 'directory') add({ on: 'destination', path, why: reason });
    else draft.delete(path, reason, seen(entry));
  }

  #takes(path: TreePath, entry: Entry): 'part' | 'nothing' {
    const { filter } = this.#trees.options;
    return filter?.decide(path, seen(entry)) === 'exclude' ? 'nothing' : 'part';
  }
}

const NAMES: Readonly<Record<Entry['type'], string>> = {
  file: 'a file',
  directory: 'a directory',
  symlink: 'a link',
  other: 'something that is neither a file nor a directory',
};
