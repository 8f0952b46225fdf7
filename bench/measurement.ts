/** What a measurement is: something done to one running contestant that yields figures for rows of the table. */
import type { Answer, LoadClient } from './load-client.ts';
import type { ServerProcess } from './server-process.ts';
import type { Need, Sizes, Workload } from './workload.ts';

/** A row of the table; samples with the same label belong together. */
export interface Row {
  readonly label: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
}

export interface Sample {
  readonly row: Row;
  readonly value: number;
}

/** One contestant, started afresh, with a client that has not connected yet. */
export interface Stage {
  readonly server: ServerProcess;
  readonly client: LoadClient;
  readonly workload: Workload;
  readonly protection: Measurement['protection'];
  /** Where the workload lies, for the rows' labels. */
  readonly place: string;
  /** How thoroughly what was moved is compared: by content in a run's first round, by size later. */
  readonly check: 'sizes' | 'hashes';
}

export interface Measurement {
  /** The word that `--only` knows; several measurements may share one. */
  readonly word: string;
  readonly account: 'own' | 'anonymous';
  /** With `tls`, control and data connections are encrypted, and contestants that offer no TLS sit out. */
  readonly protection: 'none' | 'tls';
  /** Slow measurements are not repeated beyond this. */
  readonly maxRounds: number;
  /** Whether it says something of its own in each place that is measured, or is done in memory only. */
  readonly places: 'all' | 'memory';
  readonly needs: Need;
  readonly run: (stage: Stage) => Promise<Sample[]>;
}

export interface Timed extends Answer {
  readonly cpuSeconds: number;
}

/** Has the client do one thing, and reads what CPU time the server took while its processes still live. */
export async function timed(stage: Stage, line: string): Promise<Timed> {
  const before = stage.server.cpuSeconds();
  const answer = await stage.client.say(line);
  return { ...answer, cpuSeconds: stage.server.cpuSeconds() - before };
}

/** `10,000 files of 4 KiB`, as the rows call it. */
export function smallFilesLabel(sizes: Sizes): string {
  return `${thousands(sizes.smallFiles)} files of ${sizes.smallFileBytes / 1024} KiB`;
}

export function thousands(count: number): string {
  return count.toLocaleString('en-US');
}
