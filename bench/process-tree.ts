/** CPU time and memory of a process and all its descendants, read from /proc: a server may be one process or thousands. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Memory {
  readonly rssKiB: number;
  /** Pages shared among processes are split evenly: the fair figure for servers with a process for each session. */
  readonly pssKiB: number;
  readonly processes: number;
}

/** What one /proc/PID/stat says. Times include those of children that were waited for. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  /** Tells a process from a later one that was given the same number. */
  readonly startTick: number;
  readonly ticks: number;
}

/** What Linux counts in towards user space on every machine that Node runs on (USER_HZ). */
const TICKS_PER_SECOND = 100;

export function cpuSeconds(root: number): number {
  return processTree(root).reduce((ticks, facts) => ticks + facts.ticks, 0) / TICKS_PER_SECOND;
}

export function memory(root: number): Memory {
  const tree = processTree(root);
  const maps = tree.map(({ pid }) => readProcess(pid, 'smaps_rollup'));
  return {
    rssKiB: sum(maps.map((text) => field(text, 'Rss'))),
    pssKiB: sum(maps.map((text) => field(text, 'Pss'))),
    processes: tree.length,
  };
}

/** The process and its living descendants, parents before children. */
export function processTree(root: number): readonly ProcessFacts[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readFacts(Number(name)))
    .filter((facts) => facts !== undefined);
  const children = Map.groupBy(all, (facts) => facts.parent);
  const tree = all.filter((facts) => facts.pid === root);
  for (const facts of tree) tree.push(...(children.get(facts.pid) ?? []));
  return tree;
}

export function stillRuns(process: ProcessFacts): boolean {
  return readFacts(process.pid)?.startTick === process.startTick;
}

function readFacts(pid: number): ProcessFacts | undefined {
  const stat = readProcess(pid, 'stat');
  if (stat === '') return undefined;
  // The second field, the program's name, may hold anything but ends with the last parenthesis; then comes field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [parent, startTick] = [Number(fields[1]), Number(fields[19])];
  return { pid, parent, startTick, ticks: sum(fields.slice(11, 15).map(Number)) };
}

/** Empty when the process has just gone. */
function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

function field(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
