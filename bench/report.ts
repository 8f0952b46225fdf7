/** The results as a Markdown page: the same text goes to the terminal and to the documentation. */
import { cpus, release, totalmem } from 'node:os';
import type { Contestant } from './contestant.ts';
import type { Row } from './measurement.ts';
import { PORTCALL } from './portcall.ts';
import { advantage, type Results } from './results.ts';

type Named = Pick<Contestant, 'name'>;

export interface Occasion {
  readonly date: Date;
  readonly rounds: number;
  /** The command that gives the same table again. */
  readonly command: string;
  readonly contestants: readonly Contestant[];
  /** Sentences about contestants that are not in the table. */
  readonly absent: readonly string[];
}

export function report(results: Results, occasion: Occasion): string {
  return [
    '# Portcall beside other FTP servers',
    `Made by \`${occasion.command}\` on ${occasion.date.toISOString().slice(0, 10)}; this page is not edited by hand.`,
    machine(),
    programs(occasion),
    'Each cell is a median; **bold** is the best of its row. The factor in parentheses says how Portcall compares with ' +
      'that server: above 1 Portcall is ahead, below 1 behind. “—”: not offered, or not measured. ' +
      '*n* is the number of samples for each server, *spread* the largest of any server’s highest sample over its lowest: a ' +
      'factor smaller than that says little.',
    table(results, occasion.contestants),
    behind(results, occasion.contestants),
    ...failures(results),
    METHOD,
  ].join('\n\n');
}

const METHOD = `## How it is measured

All servers run on one machine and are reached over loopback, which no real network is like: the figures say what a
server costs, not how long a user waits. They take turns at each measurement, and the order is turned around in each
round, so that a machine that becomes slower in between is unfair to none; still, only figures of one table may be
compared. Each server is started afresh for each measurement and warmed up before the clock runs. The client is a lean
program in C that discards what it receives without reading it and sends with \`sendfile\`: this favours servers that
use \`sendfile\`. In the first round what was moved is compared by hash, later by size; a wrong reply or a wrong byte
count ends a measurement without a figure.

CPU is user and system time of all of a server's processes, in ticks of 10 ms, read while the session is still there. At
logins it is read after the sessions' processes have ended, and vsftpd, which does not wait for some of them, then seems
cheaper than it is. Memory is the growth of RSS and PSS for each session; what the kernel needs for processes and sockets
is not in it, which favours servers with a process for each session.

Over TLS all speak TLS 1.3 with AES-128-GCM and show the same ECDSA P-256 certificate. vsftpd and ProFTPD insist on resumed
data connections, as they do by default; Pure-FTPd offers none. The client, another lean program, decrypts all that it
receives and sends from memory, and takes about as much CPU as a server. A download counts only when close_notify has come.
pyftpdlib is not measured with TLS.

Not every server does the same work. Portcall writes an upload beside its target, fsyncs it and renames it; the others
write in place and leave the rest to the kernel. Portcall logs every login and transfer, here to a file; the others' logs
are off. Passwords cost what their check costs (see the list above): the rows of
anonymous logins are without it. ProFTPD's login rate is mostly sleep: its listener pauses for up to 200 ms whenever a
session's process ends.`;

export function machine(): string {
  const [first] = cpus();
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GiB of memory`;
  const cores = `${cpus().length} cores (${first?.model.trim() ?? 'unknown'})`;
  return `Machine: ${cores}, ${memory}, Linux ${release()}, Node ${process.version}.`;
}

function programs({ contestants, absent, rounds }: Occasion): string {
  const list = contestants.map(
    ({ name, version, passwordCheck }) => `- ${name} ${version}; password check: ${passwordCheck}`,
  );
  return [
    `Rounds: ${rounds} (fewer where a measurement is slow). Programs:`,
    '',
    ...list,
    ...absent.map((line) => `- ${line}`),
  ].join('\n');
}

export function table(results: Results, contestants: readonly Named[]): string {
  const names = contestants.map(({ name }) => name);
  const head = ['', 'unit', ...names, 'n', 'spread'];
  const lines = results.rows.map((row) => [
    row.label,
    row.unit,
    ...cells(results, row, names),
    samples(results, row, names),
    spread(results, row, names),
  ]);
  return [head, ['---', '---', ...names.map(() => '---:'), '---:', '---:'], ...lines]
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n');
}

function cells(results: Results, row: Row, names: readonly string[]): string[] {
  const ours = results.median(row, PORTCALL);
  const best = bestOf(results, row, names);
  return names.map((name) => {
    const value = results.median(row, name);
    if (value === undefined) return '—';
    const text = name === best ? `**${figure(value)}**` : figure(value);
    return name === PORTCALL || ours === undefined ? text : `${text} (${factor(advantage(row, ours, value))})`;
  });
}

function samples(results: Results, row: Row, names: readonly string[]): string {
  const counts = names.map((name) => results.values(row, name).length).filter((count) => count > 0);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? String(most) : `${least}–${most}`;
}

function spread(results: Results, row: Row, names: readonly string[]): string {
  const spreads = names
    .map((name) => results.values(row, name))
    .filter((values) => values.length > 1)
    .map((values) => Math.max(...values) / Math.min(...values));
  return spreads.length === 0 ? '—' : factor(Math.max(...spreads));
}

function bestOf(results: Results, row: Row, names: readonly string[]): string | undefined {
  const known = names.flatMap((name) => {
    const value = results.median(row, name);
    return value === undefined ? [] : [{ name, value }];
  });
  return known.toSorted((a, b) => (row.better === 'more' ? b.value - a.value : a.value - b.value))[0]?.name;
}

/** Said in words too, so that nobody has to search for it. */
export function behind(results: Results, contestants: readonly Named[]): string {
  const lines = results.rows.flatMap((row) => behindIn(results, row, contestants));
  if (!contestants.some(({ name }) => name === PORTCALL)) return 'Portcall was not measured in this run.';
  if (lines.length === 0) return 'Nobody else is ahead of Portcall in any row.';
  return ['Where another is ahead of Portcall:', '', ...lines].join('\n');
}

function behindIn(results: Results, row: Row, contestants: readonly Named[]): string[] {
  const ours = results.median(row, PORTCALL);
  if (ours === undefined) return [];
  const ahead = contestants.flatMap(({ name }) => {
    const theirs = results.median(row, name);
    const lead = theirs === undefined ? 0 : 1 / advantage(row, ours, theirs);
    return lead > 1 ? [`${name} by ${factor(lead)}`] : [];
  });
  return ahead.length === 0 ? [] : [`- ${row.label}: ${ahead.join(', ')}`];
}

export function failures({ failures: sentences }: Results): string[] {
  const lines = [...sentences.keys()].map((sentence) => `- ${sentence}`);
  return lines.length === 0 ? [] : [['Failed, and so without a figure:', '', ...lines].join('\n')];
}

function figure(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toPrecision(Math.abs(value) >= 1 ? 3 : 2);
}

function factor(value: number): string {
  return `${value >= 10 ? value.toFixed(0) : value.toFixed(2)}×`;
}
