/** What the benchmark must know of a client to run it beside others, and how one run of it is measured. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './contestant.ts';

/** Longer than any honest run takes. */
const PATIENCE_MS = 300_000;

/** Where the server is, and a folder of the client's own. */
export interface Errand {
  readonly port: number;
  readonly account: Account;
  readonly protection: 'none' | 'tls';
  /** An empty folder, where the client also runs; what it fetches goes there. */
  readonly folder: string;
}

/** A path of this machine and one of the server. */
export interface Pair {
  readonly local: string;
  readonly remote: string;
}

type Argv = readonly [string, ...string[]];

/** Each gives a command line. What a program cannot do is left out. */
export interface ClientProgram {
  readonly name: string;
  readonly version: string;
  readonly get?: (errand: Errand, pair: Pair) => Argv;
  readonly put?: (errand: Errand, pair: Pair) => Argv;
  /** All files of a folder, `count` of them, over so many connections at once. */
  readonly getAll?: (errand: Errand, pair: Pair, many: Many) => Argv | undefined;
  readonly putAll?: (errand: Errand, pair: Pair, many: Many) => Argv | undefined;
  readonly speaksTls: boolean;
}

export interface Many {
  readonly connections: number;
  readonly count: number;
}

export interface Taken {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly largestRssKiB: number;
}

/** Runs it to its end under `run-measured`; rejects with its last words when it fails. */
export async function measured(runner: string, argv: Argv, folder: string): Promise<Taken> {
  const figures = join(folder, '.figures');
  const child = spawn(runner, [figures, ...argv], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, XDG_STATE_HOME: join(folder, '.state'), LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-2000)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${argv.slice(0, 3).join(' ')} … ended with ${String(code)}: ${said.trim()}`);
  const [seconds = NaN, cpuSeconds = NaN, largestRssKiB = NaN] = (await readFile(figures, 'utf8'))
    .split(' ')
    .map(Number);
  return { seconds, cpuSeconds, largestRssKiB };
}
