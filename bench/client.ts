/** `node bench/client.ts`: runs Portcall's client beside other FTP clients, in alternation, and prints the table. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtempDisposable, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CLIENT_MEASUREMENTS, type ClientMeasurement, SMALL_BYTES } from './client-measurements.ts';
import type { ClientProgram, Errand } from './client-program.ts';
import { CLIENT_NAMES, clientPrograms } from './client-programs.ts';
import { clientReport } from './client-report.ts';
import { measureColdStart } from './client-start.ts';
import type { Contestant } from './contestant.ts';
import { type FtpsKit, prepareFtps } from './ftps.ts';
import { buildLoadClient } from './load-client.ts';
import { memoryFolder } from './options.ts';
import { invitePortcall, PORTCALL } from './portcall.ts';
import { Results } from './results.ts';
import { inviteRivals, rivalsFolder } from './rivals.ts';
import { ServerProcess } from './server-process.ts';
import { QUICK, Workload } from './workload.ts';

const WORDS: readonly string[] = [...CLIENT_MEASUREMENTS.map(({ word }) => word), 'start'];
const SERVERS: readonly string[] = ['vsftpd', PORTCALL];
const START_ROUNDS = 21;

const USAGE = `usage: node bench/client.ts [--quick] [--only ${WORDS.join(',')}] [--clients ${CLIENT_NAMES.join(',')}]
         [--servers ${SERVERS.join(',')}] [--rounds N] [--write docs/benchmarks-client.md] [--program bin/portcall.js]`;

interface Options {
  readonly only: readonly string[];
  readonly clients: readonly string[];
  readonly servers: readonly string[];
  readonly rounds: number;
  readonly transferMiB: number;
  readonly write: string | undefined;
  readonly program: string;
}

function readOptions(line: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...line],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: WORDS.join() },
      clients: { type: 'string', default: CLIENT_NAMES.join() },
      servers: { type: 'string', default: SERVERS.join() },
      rounds: { type: 'string' },
      write: { type: 'string' },
      program: { type: 'string', default: join(import.meta.dirname, '..', 'bin', 'portcall.js') },
    },
  });
  const chosen = (name: 'only' | 'clients' | 'servers', known: readonly string[]): readonly string[] => {
    const words = values[name].split(',');
    const strange = words.find((word) => !known.includes(word));
    if (strange !== undefined) throw new Error(`--${name}: nobody knows ${strange}`);
    return words;
  };
  const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds: a whole number, at least 1');
  return {
    only: chosen('only', WORDS),
    clients: chosen('clients', CLIENT_NAMES),
    servers: chosen('servers', SERVERS),
    rounds,
    transferMiB: values.quick ? 256 : 1024,
    write: values.write,
    program: values.program,
  };
}

/** What all heats share. */
interface Run {
  readonly options: Options;
  readonly clients: readonly ClientProgram[];
  readonly servers: readonly Contestant[];
  readonly workload: Workload;
  readonly runner: string;
  readonly ftps: FtpsKit | undefined;
  readonly results: Results;
}

async function bench(options: Options, words: readonly string[]): Promise<void> {
  const { clients, absent } = clientPrograms(options.clients, options.program);
  const invitations = [invitePortcall(options.program), ...inviteRivals(['vsftpd'], rivalsFolder())];
  const servers = invitations.flatMap((one) => ('contestant' in one ? [one.contestant] : []));
  const sentences = [...absent, ...invitations.flatMap((one) => ('absent' in one ? [one.absent] : []))];
  const runner = await buildLoadClient('run-measured');
  await using things = new AsyncDisposableStack();
  const temporary = things.use(await mkdtempDisposable(join(tmpdir(), 'portcall-bench-client-')));
  const prepared = await prepareFtps(temporary.path);
  if ('absent' in prepared) sentences.push(prepared.absent);
  const ftps = 'absent' in prepared ? undefined : prepared;
  const sizes = { ...QUICK, transferMiB: options.transferMiB, smallFiles: 1000, smallFileBytes: SMALL_BYTES };
  const workload = things.use(await Workload.create(memoryFolder(), sizes));
  await workload.make(new Set(['large file', 'small files']));
  for (const sentence of sentences) console.error(sentence);
  const results = new Results();
  const chosen = servers.filter(({ name }) => options.servers.includes(name));
  await runAll({ options, clients, servers: chosen, workload, runner, ftps, results });
  const { program, rounds } = options;
  const starts = new Results();
  if (options.only.includes('start'))
    await measureColdStart({ program, runner, folder: temporary.path, rounds: START_ROUNDS, results: starts });
  const command = ['node bench/client.ts', ...words].join(' ');
  const text = clientReport(results, starts, { date: new Date(), rounds, command, clients, servers, sentences });
  console.log(text);
  if (options.write !== undefined) await writeFile(options.write, `${text}\n`);
  if ([...results.failures.values()].includes(PORTCALL)) process.exitCode = 1;
}

async function runAll(run: Run): Promise<void> {
  const measurements = CLIENT_MEASUREMENTS.filter(({ word }) => run.options.only.includes(word));
  const heats = measurements.flatMap((measurement) =>
    run.servers.filter((server) => isOpenTo(run, measurement, server)).map((server) => ({ measurement, server })),
  );
  for (let round = 0; round < run.options.rounds; round += 1)
    for (const heat of heats) await takeTurns(run, { ...heat, round });
}

const isOpenTo = ({ ftps }: Run, { protection }: ClientMeasurement, server: Contestant): boolean =>
  protection === 'none' || (ftps !== undefined && server.offersTls);

interface Heat {
  readonly measurement: ClientMeasurement;
  readonly server: Contestant;
  readonly round: number;
}

/** All clients before one server, in an order that is turned around every round. */
async function takeTurns(run: Run, { measurement, server, round }: Heat): Promise<void> {
  const { workload, runner, results } = run;
  const certificate = measurement.protection === 'tls' ? run.ftps?.certificate : undefined;
  await using process = await ServerProcess.start(server, workload.root, certificate);
  const folder = join(memoryFolder(), `portcall-bench-here-${globalThis.process.pid}`);
  for (const client of round % 2 === 0 ? run.clients : run.clients.toReversed()) {
    const errand: Errand = {
      port: process.port,
      account: server.account,
      protection: measurement.protection,
      folder,
    };
    const turn = `round ${round + 1}, ${measurement.word}, ${client.name} at ${server.name}`;
    await mkdir(folder);
    try {
      const check = round === 0 ? 'hashes' : 'sizes';
      const samples = await measurement.run({ client, errand, workload, server: server.name, runner, check });
      if (samples === undefined) continue;
      results.add(client.name, samples);
      console.error(`${turn}: ${samples.map(({ row, value }) => `${value.toPrecision(3)} ${row.unit}`).join(', ')}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      results.fail(client.name, `${measurement.word} at ${server.name}: ${reason}`);
      console.error(`${turn}: FAILED: ${reason}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
      await workload.clearUploads();
    }
  }
}

const words = process.argv.slice(2);
try {
  const options = readOptions(words);
  if (!existsSync(options.program)) throw new Error(`--program: there is no ${options.program}`);
  await bench(options, words);
} catch (error) {
  console.error(error instanceof Error ? error.message : error, `\n${USAGE}`);
  process.exitCode = 2;
}
