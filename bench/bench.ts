/** `npm run bench`: runs Portcall beside other FTP servers, in alternation, and prints the table. See README.md here. */
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareFtps, type FtpsKit } from './ftps.ts';
import { runHeats, type Heat } from './heats.ts';
import { buildLoadClient } from './load-client.ts';
import type { Measurement } from './measurement.ts';
import { MEASUREMENTS } from './measurements.ts';
import { memoryFolder, parseOptions, type Options } from './options.ts';
import { invitePortcall, PORTCALL } from './portcall.ts';
import { report } from './report.ts';
import { Results } from './results.ts';
import { inviteRivals, rivalsFolder } from './rivals.ts';
import { FULL, QUICK, Workload } from './workload.ts';

async function bench(options: Options, words: readonly string[]): Promise<void> {
  const invitations = [invitePortcall(options.program), ...inviteRivals(options.peers, rivalsFolder())];
  const contestants = invitations.flatMap((invitation) => ('contestant' in invitation ? [invitation.contestant] : []));
  const absent = invitations.flatMap((invitation) => ('absent' in invitation ? [invitation.absent] : []));
  const { rounds } = options;
  const results = new Results();
  const loadProgram = await buildLoadClient('ftp-load');
  await using things = new AsyncDisposableStack();
  const { measurements, ftps, sentences } = await choose(options, things);
  absent.push(...sentences);
  for (const sentence of absent) console.error(sentence);
  const heats = await prepareHeats(options, measurements, things);
  const signal = interruption();
  await runHeats({ contestants, heats, rounds, loadProgram, ftps, results, signal });
  const text = report(results, { date: new Date(), rounds, command: commandLine(words), contestants, absent });
  console.log(text);
  if (signal.aborted) {
    console.error('Interrupted: the table is not complete, and is written nowhere.');
    process.exitCode = 130;
    return;
  }
  if (options.write !== undefined) await writeFile(options.write, `${text}\n`);
  if ([...results.failures.values()].includes(PORTCALL)) process.exitCode = 1;
}

interface Choice {
  readonly measurements: readonly Measurement[];
  readonly ftps: FtpsKit | undefined;
  /** Why some that were asked for are missing. */
  readonly sentences: readonly string[];
}

/** What was asked for, less what this machine cannot do. */
async function choose(options: Options, things: AsyncDisposableStack): Promise<Choice> {
  const chosen = MEASUREMENTS.filter((measurement) => options.only.includes(measurement.word));
  const plain = chosen.filter((measurement) => measurement.protection === 'none');
  if (plain.length === chosen.length) return { measurements: plain, ftps: undefined, sentences: [] };
  const folder = things.use(await mkdtempDisposable(join(tmpdir(), 'portcall-bench-tls-')));
  const ftps = await prepareFtps(folder.path);
  if ('absent' in ftps) return { measurements: plain, ftps: undefined, sentences: [ftps.absent] };
  return { measurements: chosen, ftps, sentences: [] };
}

async function prepareHeats(
  options: Options,
  chosen: readonly Measurement[],
  things: AsyncDisposableStack,
): Promise<Heat[]> {
  const sizes = options.quick ? QUICK : FULL;
  const inMemory = things.use(await Workload.create(memoryFolder(), sizes));
  const heats = await heatsIn(inMemory, 'in memory', chosen);
  if (options.where === undefined) return heats;
  const onDisk = things.use(await Workload.create(options.where, sizes));
  const everywhere = chosen.filter((measurement) => measurement.places === 'all');
  heats.push(...(await heatsIn(onDisk, 'on disk', everywhere)));
  return heats.toSorted((a, b) => chosen.indexOf(a.measurement) - chosen.indexOf(b.measurement));
}

async function heatsIn(workload: Workload, place: string, measurements: readonly Measurement[]): Promise<Heat[]> {
  await workload.make(new Set(measurements.map((measurement) => measurement.needs)));
  return measurements.map((measurement) => ({ measurement, place, workload }));
}

/** The first Ctrl-C ends the run in order, with servers and files cleared away; a second one is not caught. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort());
  return controller.signal;
}

function commandLine(words: readonly string[]): string {
  return ['npm run bench', ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
}

const words = process.argv.slice(2);
try {
  await bench(parseOptions(words), words);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
