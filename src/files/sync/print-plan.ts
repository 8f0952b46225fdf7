/** A plan as lines for people. Names may come from a peer: nothing in them reaches a terminal as it is. */
import { printable } from '../../base/escape.ts';
import type { ReplaceReason, SyncAction, SyncPlan, SyncTotals } from './sync-plan.ts';

const VERBS: Readonly<Record<SyncAction['do'], string>> = {
  'make-directory': 'mkdir',
  copy: 'copy',
  replace: 'replace',
  'set-times': 'times',
  delete: 'delete',
  'delete-directory': 'rmdir',
};

const REASONS: Readonly<Record<ReplaceReason, string>> = {
  'size-differs': 'the size differs',
  'time-differs': 'the time differs',
  newer: 'the source is newer',
  'hash-differs': 'the hash differs',
};

const WHY: Readonly<Record<Exclude<SyncAction['why'], ReplaceReason>, string>> = {
  missing: '',
  'type-differs': 'instead of what stands there',
  'not-in-source': 'not in the source',
  excluded: 'excluded',
  'in-the-way': 'in the way',
};

const whyOf = (why: SyncAction['why']): string => ({ ...WHY, ...REASONS })[why];

/**
 * What the plan would do, in its order, a line each; then what it leaves and why. Every line is one line of harmless
 * text. A plan that does nothing still says so.
 */
export function* planLines(plan: SyncPlan): Generator<string, void, undefined> {
  for (const action of plan.actions) yield lineOf(action);
  for (const action of plan.withheld) yield `keep     ${named(action.path)}  (${whyOf(action.why)}, but see below)`;
  for (const { path, why } of plan.conflicts) yield `conflict ${named(path)}  (${printable(why)})`;
  for (const { path, why } of plan.skipped) yield `skip     ${named(path)}  (${printable(why)})`;
  for (const { side, path, why } of plan.issues) yield `issue    ${named(path)}  (${side}: ${printable(why)})`;
  if (plan.moreIssues > 0) yield `issue    and ${plan.moreIssues} more`;
  for (const { why } of plan.guards) yield `guard    ${why}`;
  yield totalsLine(plan.totals);
}

const bytes = (count: number): string => (count === 1 ? '1 byte' : `${count} bytes`);

const named = (path: string): string => (path === '' ? '.' : printable(path));

function lineOf(action: SyncAction): string {
  const size =
    action.do === 'copy' || action.do === 'replace'
      ? action.source.sizeBytes
      : action.do === 'delete'
        ? action.destination.sizeBytes
        : undefined;
  const facts = [size === undefined ? '' : bytes(size), whyOf(action.why)].filter((fact) => fact !== '');
  return `${VERBS[action.do].padEnd(8)} ${named(action.path)}${facts.length === 0 ? '' : `  (${facts.join(', ')})`}`;
}

function totalsLine(totals: SyncTotals): string {
  const parts: [count: number, what: string][] = [
    [totals.copyFiles, 'to copy'],
    [totals.replaceFiles, 'to replace'],
    [totals.setTimes, 'to be given times'],
    [totals.makeDirectories, totals.makeDirectories === 1 ? 'directory to make' : 'directories to make'],
    [totals.deleteFiles, 'to delete'],
    [totals.deleteDirectories, totals.deleteDirectories === 1 ? 'directory to delete' : 'directories to delete'],
    [totals.equalFiles, 'the same'],
    [totals.keptExtra, 'only at the destination'],
    [totals.excluded, 'excluded'],
  ];
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `total    ${told.length === 0 ? 'nothing' : told.join(', ')}; ${bytes(totals.copyBytes)} to move`;
}
