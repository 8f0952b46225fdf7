/** Runs the real command line as a child process, and waits for what it says, never for a while. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const BIN = join(import.meta.dirname, '../../bin/portcall.js');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  stdout(): string;
  stderr(): string;
}

export interface StartOptions {
  readonly cwd: string;
  readonly bin?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What is piped in; nothing when left out. */
  readonly input?: string;
}

export function start(
  words: readonly string[],
  { cwd, bin = BIN, environment = {}, input = '' }: StartOptions,
): Started {
  // Nothing of the machine's own: neither its variables nor the folder where its user keeps state.
  const env = { PATH: process.env['PATH'], XDG_STATE_HOME: join(cwd, '.state'), ...environment };
  const child = spawn(process.execPath, [bin, ...words], { cwd, env });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined).end(input);
  const finished = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { child, finished, stdout: () => stdout, stderr: () => stderr };
}

/** Runs to the end. */
export const portcall = (words: readonly string[], options: StartOptions): Promise<Finished> =>
  start(words, options).finished;

export interface ReadyFile {
  readonly listeners: readonly { readonly protocol: string; readonly host: string; readonly port: number }[];
  readonly pid: number;
}

/** Resolves when the file appears; rejects when the program ends before that. */
async function appearance(folder: string, name: string, { finished }: Started): Promise<ReadyFile> {
  const path = join(folder, name);
  const watching = new AbortController();
  const appeared = new Promise<void>((resolve) => {
    watch(folder, { signal: watching.signal }, () => {
      if (existsSync(path)) resolve();
    });
    if (existsSync(path)) resolve();
  });
  const ended = finished.then(({ code, stderr }) => {
    throw new Error(`ended with ${String(code)} before it was ready: ${stderr}`);
  });
  try {
    await Promise.race([appeared, ended]);
  } finally {
    watching.abort();
    ended.catch(() => undefined);
  }
  return JSON.parse(readFileSync(path, 'utf8')) as ReadyFile;
}

export interface Serving extends Started, AsyncDisposable {
  readonly ready: ReadyFile;
}

/** `portcall serve` with these words, once it is ready; killed when the test is over and it still runs. */
export const serving = (words: readonly string[], options: StartOptions): Promise<Serving> =>
  running('serve', words, options);

/** The same of any command that says when it is ready. */
export async function running(
  command: 'serve' | 'device',
  words: readonly string[],
  options: StartOptions,
): Promise<Serving> {
  // What an earlier one left there is not this one's.
  rmSync(join(options.cwd, `${command}.json`), { force: true });
  const started = start([command, '--ready-file', `${command}.json`, ...words], options);
  const stop = async (): Promise<void> => {
    started.child.kill('SIGKILL');
    await started.finished;
  };
  try {
    const ready = await appearance(options.cwd, `${command}.json`, started);
    return { ...started, ready, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** An empty folder that goes away with the test. */
export function emptyFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'portcall-program-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
