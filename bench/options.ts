/** The benchmark's command line. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MEASUREMENTS } from './measurements.ts';
import { RIVAL_NAMES } from './rivals.ts';

export interface Options {
  readonly quick: boolean;
  readonly only: readonly string[];
  readonly peers: readonly string[];
  readonly rounds: number;
  /** A further folder for the large transfers: on a disk. */
  readonly where: string | undefined;
  /** The Markdown file to write. */
  readonly write: string | undefined;
  readonly program: string;
}

const USAGE = `usage: npm run bench -- [--quick] [--only ${words().join(',')}]
         [--peers ${RIVAL_NAMES.join(',')}] [--rounds N] [--where DIR]
         [--write docs/benchmarks.md] [--program bin/portcall.js]`;

/** Throws a sentence, with the usage below it, when the line makes no sense. */
export function parseOptions(line: readonly string[]): Options {
  try {
    return readOptions(line);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, { cause: error });
  }
}

function readOptions(line: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...line],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      peers: { type: 'string' },
      rounds: { type: 'string' },
      where: { type: 'string' },
      write: { type: 'string' },
      program: { type: 'string', default: join(import.meta.dirname, '..', 'bin', 'portcall.js') },
    },
  });
  const { quick, where, write, program } = values;
  if (where !== undefined && !existsSync(where)) throw new Error(`--where: there is no folder ${where}`);
  const rounds = Number(values.rounds ?? (quick ? 2 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds: a whole number, at least 1');
  const only = choose('--only', values.only, words());
  const peers = choose('--peers', values.peers, RIVAL_NAMES);
  return { quick, only, peers, rounds, where, write, program };
}

/** A folder in memory where there is one. */
export function memoryFolder(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
}

function words(): readonly string[] {
  return [...new Set(MEASUREMENTS.map((measurement) => measurement.word))];
}

function choose(option: string, list: string | undefined, known: readonly string[]): readonly string[] {
  if (list === undefined) return known;
  const chosen = list.split(',').filter((word) => word !== '');
  const unknown = chosen.find((word) => !known.includes(word));
  if (unknown !== undefined) throw new Error(`${option}: ${unknown} is none of ${known.join(', ')}`);
  return chosen;
}
