/** Runs the measurements: all contestants take turns at each, in an order that is turned around every round. */
import type { Contestant } from './contestant.ts';
import type { FtpsKit } from './ftps.ts';
import { LoadClient } from './load-client.ts';
import type { Measurement, Sample } from './measurement.ts';
import { median, type Results } from './results.ts';
import { ServerProcess } from './server-process.ts';
import type { Workload } from './workload.ts';

/** One measurement in one place: what the contestants take turns at. */
export interface Heat {
  readonly measurement: Measurement;
  readonly place: string;
  readonly workload: Workload;
}

export interface Run {
  readonly contestants: readonly Contestant[];
  readonly heats: readonly Heat[];
  readonly rounds: number;
  /** The compiled load client. */
  readonly loadProgram: string;
  /** Needed where a measurement is of FTPS. */
  readonly ftps: FtpsKit | undefined;
  readonly results: Results;
  /** Aborted by Ctrl-C: what runs is ended, the rest is left out. */
  readonly signal: AbortSignal;
}

export async function runHeats(run: Run): Promise<void> {
  for (let round = 0; round < run.rounds; round++) {
    const order = round % 2 === 0 ? run.contestants : run.contestants.toReversed();
    const heats = run.heats.filter(({ measurement }) => round < measurement.maxRounds);
    for (const heat of heats) await takeTurns(run, heat, order, round);
  }
}

async function takeTurns(run: Run, heat: Heat, order: readonly Contestant[], round: number): Promise<void> {
  const { word } = heat.measurement;
  for (const contestant of order.filter((one) => isOpenTo(heat, one))) {
    if (interrupted(run)) return;
    const turn = `round ${round + 1}, ${word} ${heat.place}, ${contestant.name}`;
    try {
      const samples = await measure(run, heat, contestant, round);
      run.results.add(contestant.name, samples);
      console.error(`${turn}: ${summary(samples)}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!interrupted(run)) run.results.fail(contestant.name, `${word} ${heat.place}: ${reason}`);
      console.error(`${turn}: FAILED: ${reason}`);
      await heat.workload.clearUploads();
    }
  }
}

function interrupted(run: Run): boolean {
  return run.signal.aborted;
}

function isOpenTo({ measurement }: Heat, contestant: Contestant): boolean {
  if (measurement.protection === 'tls' && !contestant.offersTls) return false;
  return measurement.account === 'own' || contestant.anonymous !== undefined;
}

async function measure(run: Run, heat: Heat, contestant: Contestant, round: number): Promise<Sample[]> {
  const { measurement, workload, place } = heat;
  const account = measurement.account === 'own' ? contestant.account : (contestant.anonymous ?? contestant.account);
  const { protection } = measurement;
  const ftps = protection === 'tls' ? run.ftps : undefined;
  await using server = await ServerProcess.start(contestant, workload.root, ftps?.certificate);
  await using client = new LoadClient(ftps?.loadProgram ?? run.loadProgram, server.port, account);
  const check = round === 0 ? 'hashes' : 'sizes';
  return await measurement.run({ server, client, workload, place, protection, check });
}

/** For whoever watches: the medians of this turn. */
function summary(samples: readonly Sample[]): string {
  return [...Map.groupBy(samples, ({ row }) => row.label).values()]
    .map((same) => `${(median(same.map(({ value }) => value)) ?? NaN).toPrecision(3)} ${same[0]?.row.unit ?? ''}`)
    .join(', ');
}
