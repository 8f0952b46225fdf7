/** Running the programs that others wrote, and saying plainly when one is not there. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PATIENCE_MS } from './wait.ts';

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Some programs take their time; {@link PATIENCE_MS} unless told. */
  readonly patienceMs?: number;
}

export interface RunResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly output: string;
}

/** Where a program is, or `undefined`. */
export function findProgram(name: string): string | undefined {
  const places = name.startsWith('/')
    ? [name]
    : (process.env['PATH'] ?? '').split(delimiter).map((dir) => join(dir, name));
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** For the options of a test: skipped without the program, unless this is CI, where it then fails for want of it. */
export const needs = (name: string): { readonly skip: string | false } => ({
  skip: findProgram(name) === undefined && process.env['CI'] === undefined ? `${name} is not installed` : false,
});

/** Runs a program to its end; kills it when that does not come. */
export async function run(name: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { input = '', cwd, env, patienceMs = PATIENCE_MS } = options;
  const child = spawn(name, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { PATH: process.env['PATH'], HOME: cwd ?? '/nonexistent', LC_ALL: 'C.UTF-8', TZ: 'UTC', ...env },
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  });
  const stdout: Buffer[] = [];
  const all: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => void (stdout.push(chunk), all.push(chunk)));
  child.stderr.on('data', (chunk: Buffer) => void all.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject);
  child.on('close', resolve);
  const code = await promise;
  return { code, stdout: Buffer.concat(stdout), output: Buffer.concat(all).toString('latin1') };
}

/** Runs a program that must succeed. */
export async function runWell(name: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const result = await run(name, args, options);
  if (result.code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${result.code}:\n${result.output}`);
  return result;
}
