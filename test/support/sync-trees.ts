/** Two trees to be made the same: planned in short lines, and carried out with the plainest of copies. */
import { createManualClock } from '../../src/base/manual-clock.ts';
import type { Place } from '../../src/files/copy/copy.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { memoryFileSystem } from '../../src/files/memory/memory-file-system.ts';
import { applyPlan } from '../../src/files/sync/apply-plan.ts';
import { planSync } from '../../src/files/sync/plan-sync.ts';
import type { SyncOptions, SyncPlan } from '../../src/files/sync/sync-plan.ts';
import type { ApplyOptions, SyncReport } from '../../src/files/sync/sync-report.ts';
import { at, makeFiles, readFiles, type TreeTable } from './file-tree.ts';
import { plainCopy, plainHash } from './plain-copy.ts';

export interface Trees {
  readonly from: Place;
  readonly to: Place;
}

export const placeOf = (files: FileSystem, label: string, path = '/'): Place => ({ files, path: at(path), label });

/** `null` for a destination that is not there. */
export async function memoryTrees(source: TreeTable, destination: TreeTable | null): Promise<Trees> {
  const [from, to] = [memoryFileSystem(), memoryFileSystem()];
  await makeFiles(from, source, '/src');
  if (destination !== null) await makeFiles(to, destination, '/dst');
  return { from: placeOf(from, 'mem:src', '/src'), to: placeOf(to, 'mem:dst', '/dst') };
}

export const plan = ({ from, to }: Trees, options: SyncOptions = {}): Promise<SyncPlan> =>
  planSync(from, to, { hashFile: plainHash, ...options });

export const apply = (made: SyncPlan, trees: Trees, options: Partial<ApplyOptions> = {}): Promise<SyncReport> =>
  applyPlan(made, { ...trees, clock: createManualClock(), copy: plainCopy, ...options });

/** `replace a.bin: newer` for each action. */
export const lines = ({ actions }: Pick<SyncPlan, 'actions'>): readonly string[] =>
  actions.map(({ do: what, path, why }) => `${what} ${path === '' ? '.' : path}: ${why}`);

export const read = ({ files, path }: Place): Promise<Record<string, string | null>> => readFiles(files, path);
