/** `portcall sync`: makes one tree like another, by a plan that can be seen first. */
import { printableJson } from '../../base/escape.ts';
import { parseByteSize } from '../../config/byte-size.ts';
import { hashFile } from '../../files/copy/hash-file.ts';
import { systemClock } from '../../base/clock.ts';
import { applyPlan } from '../../files/sync/apply-plan.ts';
import { compileFilter, type FilterRule } from '../../files/sync/filter.ts';
import { planSync } from '../../files/sync/plan-sync.ts';
import { planLines } from '../../files/sync/print-plan.ts';
import type { CompareBy, SyncOptions, SyncPlan } from '../../files/sync/sync-plan.ts';
import type { SyncReport } from '../../files/sync/sync-report.ts';
import { durationText, sizeText } from '../../observe/quantities.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { clientRow } from '../client/client-row.ts';
import { isOn, numberOf, type Options, textOf } from '../client/flag-values.ts';
import { copyOptions, filesAtOnce, MOVING_OPTIONS, namesOf } from '../client/moving-options.ts';
import { progressOf } from '../client/progress.ts';
import type { Client } from '../client/run-client.ts';
import { codeOfKind, isAbort } from '../failure.ts';
import { FileError } from '../../files/index.ts';
import { EXIT } from '../exit-code.ts';

const COMPARES: readonly CompareBy[] = ['size-and-time', 'size', 'hash', 'newer'];
const AGES: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
]);

const wrong = (flag: string, what: string): CommandError => new CommandError(EXIT.wrongUsage, `${flag} ${what}`);

function compareOf(options: Options): CompareBy {
  const text = textOf(options, 'compare') ?? 'size-and-time';
  const found = COMPARES.find((one) => one === text);
  if (found === undefined) throw wrong('--compare', `must be one of ${COMPARES.join(', ')}`);
  return found;
}

function sizeOf(options: Options, name: string, flag: string): number | undefined {
  const text = textOf(options, name);
  const size = text === undefined ? undefined : parseByteSize(text);
  if (text !== undefined && size === undefined) throw wrong(flag, `must be a size such as 10M, and not ${text}`);
  return size;
}

/** `7d`: so long before now. */
function momentOf(options: Options, name: string, flag: string): number | undefined {
  const text = textOf(options, name);
  if (text === undefined) return undefined;
  const [, count, unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (count === undefined) throw wrong(flag, `must be an age such as 12h or 7d, and not ${text}`);
  return systemClock.now() - Number(count) * (AGES.get(unit) ?? 0);
}

/** Include and exclude in the order in which they were typed: `filter` was gathered so. */
function rulesOf(options: Options): FilterRule[] {
  const { filter } = options;
  const rules = Array.isArray(filter) ? (filter as FilterRule[]) : [];
  const bounds = [
    {
      flag: 'minSize',
      rule: (bytes: number): FilterRule => ({ do: 'exclude', atMostBytes: bytes - 1 }),
      value: sizeOf(options, 'minSize', '--min-size'),
    },
    {
      flag: 'maxSize',
      rule: (bytes: number): FilterRule => ({ do: 'exclude', atLeastBytes: bytes + 1 }),
      value: sizeOf(options, 'maxSize', '--max-size'),
    },
    {
      flag: 'newerThan',
      rule: (ms: number): FilterRule => ({ do: 'exclude', modifiedBeforeMs: ms }),
      value: momentOf(options, 'newerThan', '--newer-than'),
    },
    {
      flag: 'olderThan',
      rule: (ms: number): FilterRule => ({ do: 'exclude', modifiedAfterMs: ms }),
      value: momentOf(options, 'olderThan', '--older-than'),
    },
  ];
  return [...bounds.flatMap(({ value, rule }) => (value === undefined ? [] : [rule(value)])), ...rules];
}

function syncOptions(client: Client): SyncOptions {
  const { options, signal } = client;
  const maxDelete = numberOf(options, 'maxDelete', '--max-delete', 0);
  const window = numberOf(options, 'timeWindow', '--time-window', 0);
  return {
    signal,
    compare: compareOf(options),
    hashFile,
    extra: isOn(options, 'delete') ? 'delete' : 'keep',
    excluded: isOn(options, 'deleteExcluded') ? 'delete' : 'keep',
    emptySource: isOn(options, 'allowEmptySource') ? 'delete' : 'refuse',
    filter: compileFilter(rulesOf(options), isOn(options, 'ignoreCase') ? { letterCase: 'ignored' } : {}),
    ...(maxDelete === undefined ? {} : { maxDelete }),
    ...(window === undefined ? {} : { timeWindowMs: window * 1000 }),
  };
}

function showPlan(client: Client, plan: SyncPlan): void {
  const { stdout } = client.world;
  if (client.json === 'yes') stdout.write(`${printableJson(JSON.stringify({ v: 1, event: 'plan', ...plan }))}\n`);
  else for (const line of planLines(plan)) stdout.write(`${line}\n`);
}

function showReport(client: Client, plan: SyncPlan, report: SyncReport): void {
  for (const { path, error } of report.failed) client.fail(error, path === '' ? '.' : path);
  for (const { path, why } of report.warnings) client.warn(`${path}: ${why}`);
  for (const { why } of plan.guards) client.warn(why);
  for (const { path, why } of [...plan.issues, ...plan.skipped, ...report.skipped])
    client.warn(`${path === '' ? '.' : path}: ${why}`);
  const { done, deleted, copiedBytes, durationMs } = report;
  if (client.json === 'yes')
    client.event({
      event: 'report',
      outcome: report.outcome,
      done: done.length,
      failed: report.failed.length,
      deleted: deleted.length,
      copiedBytes,
      durationMs,
    });
  else if (!isOn(client.options, 'quiet'))
    client.world.stderr.write(
      `${done.length} done, ${deleted.length} of them deleted, ${report.failed.length} failed; ${sizeText(copiedBytes)} in ${durationText(durationMs)}\n`,
    );
  if (report.stoppedBecause !== undefined) client.warn(report.stoppedBecause);
}

function codeOf({ guards, moreIssues, issues }: SyncPlan, { outcome, failed }: SyncReport): number {
  if (outcome === 'stopped') {
    const [last] = failed.slice(-1);
    return last?.error instanceof FileError ? codeOfKind(last.error.kind) : EXIT.failed;
  }
  return outcome === 'some-failed' || guards.length + issues.length + moreIssues > 0 ? EXIT.partial : EXIT.done;
}

async function sync(client: Client, [source = '', destination = '']: readonly string[]): Promise<number> {
  const { options, signal } = client;
  const from = await client.places.source(source);
  const to = await client.places.target(destination, namesOf(client.options));
  const plan = await planSync(from, to, syncOptions(client));
  if (isOn(options, 'dryRun')) {
    showPlan(client, plan);
    return plan.guards.length + plan.issues.length + plan.conflicts.length > 0 ? EXIT.partial : EXIT.done;
  }
  const { copyFiles, replaceFiles, copyBytes } = plan.totals;
  const progress = progressOf(client, { files: copyFiles + replaceFiles, sizeBytes: copyBytes });
  const { clock, ...copying } = copyOptions(options);
  try {
    const report = await applyPlan(plan, {
      from,
      to,
      ...(clock === undefined ? {} : { clock }),
      copying,
      parallel: filesAtOnce(options),
      deletions: isOn(options, 'deleteDespiteFailures') ? 'anyway' : 'after-success',
      signal,
      onEvent: (event) => progress.tell(event),
    });
    progress.end();
    if (signal.aborted) signal.throwIfAborted();
    showReport(client, plan, report);
    return codeOf(plan, report);
  } catch (error) {
    if (isAbort(error)) progress.end();
    throw error;
  }
}

export const syncCommand: CommandRow = clientRow({
  name: 'sync',
  summary: 'make one tree like another',
  examples: [
    ['portcall sync --dry-run configs ftp://ann@ftp.example.net/configs', 'shows the plan, and does nothing'],
    ['portcall sync --delete ftps://ann@ftp.example.net/images images', 'removes here what is no longer there'],
    ["portcall sync --include '*.bin' --exclude '*' images ftp://ann@ftp.example.net/images", 'only some files'],
  ],
  arguments: [
    { syntax: '<source>', summary: 'the tree as it should be' },
    { syntax: '<destination>', summary: 'the tree that is made like it' },
  ],
  options: [
    { flags: '-n, --dry-run', summary: 'print the plan and do nothing' },
    { flags: '--delete', summary: 'delete what only the destination has' },
    { flags: '--max-delete <n>', summary: 'delete nothing when there is more to delete' },
    { flags: '--delete-excluded', summary: 'delete what the rules exclude, too' },
    { flags: '--delete-despite-failures', summary: 'delete also when something could not be copied' },
    { flags: '--allow-empty-source', summary: 'let a source without a single name empty the destination' },
    { flags: '--compare <how>', summary: `${COMPARES.join(', ')}; the first unless told` },
    { flags: '--time-window <seconds>', summary: 'times that differ by no more are equal' },
    {
      flags: '--include <pattern>',
      summary: 'take what fits, whatever later rules say',
      repeatable: true,
      into: 'filter',
    },
    { flags: '--exclude <pattern>', summary: 'leave what fits', repeatable: true, into: 'filter' },
    { flags: '--min-size <size>', summary: 'leave smaller files' },
    { flags: '--max-size <size>', summary: 'leave larger files' },
    { flags: '--newer-than <age>', summary: 'leave files that are older than 7d, say' },
    { flags: '--older-than <age>', summary: 'leave files that are newer than 7d, say' },
    { flags: '--ignore-case', summary: 'letter case does not matter in patterns' },
    ...MOVING_OPTIONS.filter(({ flags }) => !/^(-r|--if-exists|--server-side)/.test(flags)),
  ],
  act: sync,
});
