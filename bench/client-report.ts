/** The results of the clients as a Markdown page, with the goals and whether they are met. */
import type { ClientProgram } from './client-program.ts';
import type { Contestant } from './contestant.ts';
import type { Row } from './measurement.ts';
import { PORTCALL } from './portcall.ts';
import { behind, failures, machine, table } from './report.ts';
import { median, type Results } from './results.ts';

export interface ClientOccasion {
  readonly date: Date;
  readonly rounds: number;
  /** The command that gives the same table again. */
  readonly command: string;
  readonly clients: readonly ClientProgram[];
  readonly servers: readonly Contestant[];
  /** Sentences about what is not in the table. */
  readonly sentences: readonly string[];
}

export function clientReport(results: Results, starts: Results, occasion: ClientOccasion): string {
  const { clients } = occasion;
  const body = results.rows.length === 0 ? [] : [table(results, clients), behind(results, clients)];
  return [
    '# Portcall beside other FTP clients',
    `Made by \`${occasion.command}\` on ${occasion.date.toISOString().slice(0, 10)}; this page is not edited by hand.`,
    machine(),
    programs(occasion),
    'Each cell is a median; **bold** is the best of its row. The factor in parentheses says how Portcall compares with ' +
      'that client: above 1 Portcall is ahead, below 1 behind. “—”: it cannot do that. *n* is the number of samples, ' +
      '*spread* the largest of any client’s highest sample over its lowest: a factor smaller than that says little.',
    ...body,
    goals(results, starts),
    ...failures(results),
    METHOD,
  ].join('\n\n');
}

const METHOD = `## How it is measured

Each figure is of a whole run of a program, its start, login and end included, on one machine over loopback, with all
files in memory. The clients take turns before one running server, and the order is turned around in each round. In the
first round what was moved is compared by hash, later by size. Memory is the largest resident set that the kernel saw of
the process; CPU is its user and system time. No client verifies the certificate that the run made.

Not all do the same work. Portcall writes beside the target and renames, asks the server for the size behind each
transfer, and keeps times; curl writes in place and keeps nothing; lftp and ncftp keep times. curl fetches names that it
is told, so it lists nothing. ncftp and basic-ftp have one connection.`;

function programs({ clients, servers, sentences, rounds }: ClientOccasion): string {
  const list = clients.map(({ name, version }) => `- ${name} ${version}`);
  const before = servers.map(({ name, version }) => `${name} ${version}`).join(', ');
  return [`Rounds: ${rounds}. Servers: ${before}. Clients:`, '', ...list, ...sentences.map((line) => `- ${line}`)].join(
    '\n',
  );
}

/** A goal is a bound for a ratio of Portcall's median to somebody's. */
interface Goal {
  readonly rows: RegExp;
  readonly beside: string;
  readonly atMost: number;
}

const GOALS: readonly Goal[] = [
  { rows: /^(get|put) of \d+ MiB.*: time$/, beside: 'curl', atMost: 1.2 },
  { rows: /files of .* 8 connections.*: time$/, beside: 'lftp', atMost: 1 },
];

const START_MS = 80;

function goals(results: Results, starts: Results): string {
  const lines = GOALS.flatMap((goal) =>
    results.rows.filter(({ label }) => goal.rows.test(label)).flatMap((row) => verdict(results, row, goal)),
  );
  return ['## Goals', '', ...lines, ...startVerdict(starts)].join('\n');
}

function verdict(results: Results, row: Row, { beside, atMost }: Goal): string[] {
  const [ours, theirs] = [results.median(row, PORTCALL), results.median(row, beside)];
  if (ours === undefined || theirs === undefined) return [];
  const ratio = ours / theirs;
  return [`- ${row.label}: ${ratio.toFixed(2)} × ${beside} (at most ${atMost}): ${ratio <= atMost ? 'met' : 'missed'}`];
}

function startVerdict(starts: Results): string[] {
  return starts.rows.flatMap((row) => {
    const [ours, bare] = [starts.values(row, PORTCALL), starts.values(row, 'node')].map(median);
    if (ours === undefined || bare === undefined) return [];
    const more = ours - bare;
    const figures = `${ours.toFixed(0)} ms beside ${bare.toFixed(0)} ms`;
    return [
      `- ${row.label}: ${figures}, ${more.toFixed(0)} more (at most ${START_MS}): ${more <= START_MS ? 'met' : 'missed'}`,
    ];
  });
}
