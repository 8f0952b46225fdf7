/** `node bench/tftp.ts`: runs Portcall beside other TFTP servers and clients, in alternation, and prints the table. */
import { existsSync } from 'node:fs';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildLoadClient } from './load-client.ts';
import { memoryFolder } from './options.ts';
import { PORTCALL } from './portcall.ts';
import { Results } from './results.ts';
import { rivalsFolder } from './rivals.ts';
import { ServerProcess } from './server-process.ts';
import { measureTftpClient, type TftpClient, tftpClients } from './tftp-clients.ts';
import { inviteTftpPortcall, inviteTftpRivals, type TftpContestant } from './tftp-contestants.ts';
import { fillFolder, TFTP_FULL, TFTP_MEASUREMENTS, TFTP_QUICK, type TftpFolder } from './tftp-measurements.ts';
import { tftpReport } from './tftp-report.ts';
import { TFTP_RIVALS } from './tftp-rivals.ts';

const CLIENTS = 'clients';
const WORDS: readonly string[] = [...new Set(TFTP_MEASUREMENTS.map(({ word }) => word)), CLIENTS];
const RIVALS: readonly string[] = TFTP_RIVALS.map(({ name }) => name);
/** The clients come before this one, which knows windows and is nobody's of them. */
const SERVER_OF_CLIENTS = 'atftpd';

const USAGE = `usage: node bench/tftp.ts [--quick] [--only ${WORDS.join(',')}] [--peers ${RIVALS.join(',')}]
         [--rounds N] [--write docs/benchmarks-tftp.md] [--program bin/portcall.js]`;

interface Options {
  readonly quick: boolean;
  readonly only: readonly string[];
  readonly peers: readonly string[];
  readonly rounds: number;
  readonly write: string | undefined;
  readonly program: string;
}

function readOptions(line: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...line],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: WORDS.join() },
      peers: { type: 'string', default: RIVALS.join() },
      rounds: { type: 'string' },
      write: { type: 'string' },
      program: { type: 'string', default: join(import.meta.dirname, '..', 'bin', 'portcall.js') },
    },
  });
  const chosen = (name: 'only' | 'peers', known: readonly string[]): readonly string[] => {
    const words = values[name].split(',');
    const strange = words.find((word) => !known.includes(word));
    if (strange !== undefined) throw new Error(`--${name}: nobody knows ${strange}`);
    return words;
  };
  const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds: a whole number, at least 1');
  const { quick, write, program } = values;
  if (!existsSync(program)) throw new Error(`--program: there is no ${program}`);
  return { quick, only: chosen('only', WORDS), peers: chosen('peers', RIVALS), rounds, write, program };
}

interface Run {
  readonly options: Options;
  readonly contestants: readonly TftpContestant[];
  readonly clients: readonly TftpClient[];
  readonly folder: TftpFolder;
  readonly servers: Results;
  readonly programs: Results;
  readonly notes: Set<string>;
  readonly signal: AbortSignal;
}

async function bench(options: Options, words: readonly string[]): Promise<void> {
  const invitations = [inviteTftpPortcall(options.program), ...inviteTftpRivals(options.peers, rivalsFolder())];
  const contestants = invitations.flatMap((one) => ('contestant' in one ? [one.contestant] : []));
  const notes = new Set(invitations.flatMap((one) => ('absent' in one ? [one.absent] : [])));
  await using things = await mkdtempDisposable(join(memoryFolder(), 'portcall-bench-tftp-'));
  const folder: TftpFolder = { path: things.path, sizes: options.quick ? TFTP_QUICK : TFTP_FULL };
  await fillFolder(folder);
  const [servers, programs] = [new Results(), new Results()];
  const clients = options.only.includes(CLIENTS) ? tftpClients(options.program) : [];
  const run: Run = { options, contestants, clients, folder, servers, programs, notes, signal: interruption() };
  const loadProgram = await buildLoadClient('tftp-load');
  for (let round = 0; round < options.rounds; round += 1) await serversInTurn(run, round, loadProgram);
  await clientsInTurn(run);
  const command = ['node bench/tftp.ts', ...words].join(' ');
  const { rounds } = options;
  const text = tftpReport({ date: new Date(), rounds, command, contestants, clients, servers, programs, notes });
  console.log(text);
  if (run.signal.aborted) process.exitCode = 130;
  else if (options.write !== undefined) await writeFile(options.write, `${text}\n`);
  if ([...servers.failures.values(), ...programs.failures.values()].includes(PORTCALL)) process.exitCode ||= 1;
}

/** One round: all contestants at each measurement, in an order that is turned around from round to round. */
async function serversInTurn(run: Run, round: number, loadProgram: string): Promise<void> {
  const { options, contestants, folder, servers, notes, signal } = run;
  const order = round % 2 === 0 ? contestants : contestants.toReversed();
  for (const measurement of TFTP_MEASUREMENTS.filter(({ word }) => options.only.includes(word)))
    for (const contestant of order.filter((one) => measurement.isOpenTo(one))) {
      if (signal.aborted) return;
      try {
        await using server = await ServerProcess.start(contestant, folder.path);
        const check = round === 0 ? 'bytes' : 'sizes';
        const note = (sentence: string): void => void notes.add(sentence);
        // Once without being counted: code is compiled, and files are read.
        const stage = { contestant, server, folder, loadProgram, check, note } as const;
        await measurement.run(stage);
        servers.add(contestant.name, await measurement.run({ ...stage, check: 'sizes' }));
      } catch (error) {
        servers.fail(contestant.name, `${measurement.word}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  console.error(`round ${round + 1} of ${options.rounds}: servers done`);
}

async function clientsInTurn({ options, contestants, clients, folder, programs, signal }: Run): Promise<void> {
  const contestant = contestants.find(({ name }) => name === SERVER_OF_CLIENTS);
  if (contestant === undefined || clients.length === 0) return;
  const runner = await buildLoadClient('run-measured');
  await using server = await ServerProcess.start(contestant, folder.path);
  const place = { host: contestant.host, port: server.port, name: contestant.name };
  for (let round = 0; round < options.rounds; round += 1)
    for (const client of round % 2 === 0 ? clients : clients.toReversed()) {
      if (signal.aborted) return;
      await using home = await mkdtempDisposable(join(memoryFolder(), 'portcall-bench-home-'));
      const sizeMiB = folder.sizes.oneMiB;
      const stage = { client, server: place, root: folder.path, home: home.path, sizeMiB, runner };
      try {
        programs.add(client.name, await measureTftpClient(stage));
      } catch (error) {
        programs.fail(client.name, error instanceof Error ? error.message : String(error));
      }
    }
}

/** The first Ctrl-C ends the run in order, with servers and files cleared away; a second one is not caught. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort());
  return controller.signal;
}

const words = process.argv.slice(2);
try {
  await bench(readOptions(words), words);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 2;
}
