/** The results of TFTP servers and clients as a Markdown page, with the goals and whether they are met. */
import { PORTCALL } from './portcall.ts';
import { behind, failures, machine, table } from './report.ts';
import type { Results } from './results.ts';
import type { TftpClient } from './tftp-clients.ts';
import type { TftpContestant } from './tftp-contestants.ts';

export interface TftpOccasion {
  readonly date: Date;
  readonly rounds: number;
  /** The command that gives the same table again. */
  readonly command: string;
  readonly contestants: readonly TftpContestant[];
  readonly clients: readonly TftpClient[];
  readonly servers: Results;
  readonly programs: Results;
  /** Sentences about what is not in the table, or not as it was asked for. */
  readonly notes: ReadonlySet<string>;
}

export function tftpReport(occasion: TftpOccasion): string {
  const { servers, programs, contestants, clients } = occasion;
  return [
    '# Portcall beside other TFTP servers and clients',
    `Made by \`${occasion.command}\` on ${occasion.date.toISOString().slice(0, 10)}; this page is not edited by hand.`,
    machine(),
    told(occasion),
    'Each cell is a median; **bold** is the best of its row. The factor in parentheses says how Portcall compares with ' +
      'that program: above 1 Portcall is ahead, below 1 behind. “—”: not offered. `512 × 16` are blocks of 512 bytes in ' +
      'windows of 16. *n* is the number of samples, *spread* the largest of any program’s highest sample over its lowest: ' +
      'a factor smaller than that says little.',
    '## Servers',
    table(servers, contestants),
    behind(servers, contestants),
    goals(servers),
    ...(programs.rows.length === 0 ? [] : ['## Clients', table(programs, clients), behind(programs, clients)]),
    ...failures(servers),
    ...failures(programs),
    METHOD,
  ].join('\n\n');
}

function told({ contestants, clients, notes, rounds }: TftpOccasion): string {
  const list = [...contestants, ...clients.filter(({ name }) => name !== PORTCALL)];
  const lines = [...list.map(({ name, version }) => `${name} ${version}`), ...notes];
  return [`Rounds: ${rounds}. Programs:`, '', ...lines.map((line) => `- ${line}`)].join('\n');
}

interface Goal {
  readonly what: string;
  readonly rows: RegExp;
  readonly rival: TftpContestant['name'];
  /** The smallest of the ratios is to be no less. */
  readonly least: number;
}

/** Set before anything was built, for a server without native code. */
const GOALS: readonly Goal[] = [
  { what: 'one client, windows of 1', rows: /^get \d+ MiB, \d+ × 1$/, rival: 'tftpd-hpa', least: 0.55 },
  { what: 'one client, windows of 1', rows: /^get \d+ MiB, \d+ × 1$/, rival: 'atftpd', least: 0.6 },
  { what: 'one client, larger windows', rows: /^get \d+ MiB, \d+ × (16|64)$/, rival: 'atftpd', least: 0.6 },
  { what: 'small files', rows: /files of 300 bytes, one after another$/, rival: 'tftpd-hpa', least: 2 },
];

function goals(servers: Results): string {
  const lines = GOALS.flatMap((goal) => {
    const ratios = servers.rows
      .filter(({ label }) => goal.rows.test(label))
      .flatMap((row) => {
        const [ours, theirs] = [servers.median(row, PORTCALL), servers.median(row, goal.rival)];
        return ours === undefined || theirs === undefined ? [] : [ours / theirs];
      });
    if (ratios.length === 0) return [];
    const least = Math.min(...ratios);
    const verdict = least >= goal.least ? 'met' : '**not met**';
    const found = ratios.length === 1 ? least.toFixed(2) : `${least.toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
    return [`- ${goal.what}: at least ${goal.least} of ${goal.rival}; found ${found}: ${verdict}`];
  });
  return ['Goals for a server without native code:', '', ...lines].join('\n');
}

const METHOD = `## How it is measured

All programs run on one machine and talk over loopback, which no real network is like: on a network the time of a round
trip decides, and windows count for more than any server. They take turns at each measurement, in an order that is turned
around in each round. Each server is started afresh for each measurement, does it once without being counted, and then
once for the table. All files lie in memory. In the first round each block that comes is compared with the file, and what
was written by hash; later by size.

The client of the servers' table is a lean program in C (\`bench/load/tftp-load.c\`), the same for all. It discards what it
receives; before it sleeps it looks for packets for a moment, since on an idle machine the time to wake up would be most
of each round trip. With windows of one a block costs one round trip between two processes, and half of what is measured
is still the scheduler. Fifty clients at once are fifty sockets of that one program.

CPU is user and system time of all of a server's processes in ticks of 10 ms, divided by blocks or files. tftpd-hpa has a
process for each transfer, whose times are lost when it ends, atftpd a thread; dnsmasq and Portcall do all in one.

Not every server does the same work. Portcall writes an upload beside its target, fsyncs it and renames it, and confirms
the last block when that is done; the others write in place. Portcall logs each transfer. tftpd-hpa and dnsmasq know no
windows; dnsmasq takes no files.

The figures of clients are of whole runs of a program, its start and end included, before one atftpd.`;
