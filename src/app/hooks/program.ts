/**
 * Tells a program of uploads, or asks it whether they may be published: started for each notice, without a shell, with
 * the notice as JSON on standard input and its fields as `PORTCALL_…` in the environment. Exit code 0 agrees.
 *
 * `PORTCALL_PATH` is UTF-8; a name of other bytes is exact in the JSON only, each such byte as `\udcXX`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../../base/clock.ts';
import type { UploadNotice } from '../../files/wrap/announced.ts';
import type { Observer } from '../../observe/event.ts';
import type { Receiver } from './receiver.ts';
import { type Delivery, ToldQueue } from './told-queue.ts';

export interface ProgramHookOptions {
  /** The program's path. */
  readonly file: string;
  readonly arguments?: readonly string[];
  /** What else the program finds in its environment; nothing of our own is handed on by itself. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Until it must have ended, the wait for its turn included; 30 s unless told. Then it is killed. */
  readonly timeoutMs?: number;
  readonly clock: Clock;
  readonly observe: Observer;
  /** Bounds of what waits; see `ToldQueue`. */
  readonly limit?: number;
  readonly tries?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const MOST_AT_ONCE = 4;
const DEFAULT_TRIES = 3;
/** Bytes of its standard error that are kept for the log. */
const ERROR_BYTES = 2_048;
const DEFAULT_ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' } as const;

/** How a program ended: it agreed, or a sentence says why not. */
type Ending = { readonly agrees: true } | { readonly agrees: false; readonly reason: string };

export function createProgramHook(options: ProgramHookOptions): Receiver {
  const { file, clock, observe, limit, tries = DEFAULT_TRIES } = options;
  const name = `the upload program ${file}`;
  const turns = new Turns(MOST_AT_ONCE);
  const run = (notice: UploadNotice, stop?: AbortSignal): Promise<Ending> => runInTurn(notice, options, turns, stop);
  const queue = new ToldQueue({
    name,
    clock,
    observe,
    atOnce: MOST_AT_ONCE,
    tries,
    ...(limit === undefined ? {} : { limit }),
    send: async (notice, signal): Promise<Delivery> => {
      const ending = await run(notice, signal);
      return ending.agrees ? { outcome: 'taken' } : { outcome: 'failed', cause: ending.reason };
    },
  });
  return {
    told: (notice) => queue.add(notice),
    async decides(notice) {
      const ending = await run(notice);
      if (!ending.agrees)
        observe({ kind: 'note', text: `${name} refused ${notice.path} of ${notice.account}: ${ending.reason}` });
      return ending.agrees;
    },
    close: (graceMs) => queue.close(graceMs),
  };
}

/** Who may run now; the others wait. */
class Turns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** True once there is a turn, false when the signal comes first. */
  take(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const begin = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve(true);
      };
      const giveUp = (): void => {
        this.#waiting.delete(begin);
        resolve(false);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(begin);
    });
  }

  give(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free += 1;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}

async function runInTurn(
  notice: UploadNotice,
  options: ProgramHookOptions,
  turns: Turns,
  stop?: AbortSignal,
): Promise<Ending> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, clock } = options;
  const late = new AbortController();
  const cancel = clock.after(timeoutMs, () => late.abort());
  const signal = stop === undefined ? late.signal : AbortSignal.any([late.signal, stop]);
  try {
    if (!(await turns.take(signal))) return { agrees: false, reason: whyLate(options, 'it did not come to its turn') };
    try {
      return await runProgram(notice, options, signal);
    } finally {
      turns.give();
    }
  } finally {
    cancel();
  }
}

const whyLate = ({ timeoutMs = DEFAULT_TIMEOUT_MS }: ProgramHookOptions, what: string): string =>
  `${what} within ${timeoutMs / 1000} s`;

async function runProgram(notice: UploadNotice, options: ProgramHookOptions, signal: AbortSignal): Promise<Ending> {
  let child: ChildProcess;
  try {
    child = start(notice, options);
  } catch (error) {
    return { agrees: false, reason: `it could not be started: ${error instanceof Error ? error.message : 'unknown'}` };
  }
  const kill = (): void => killAll(child);
  signal.addEventListener('abort', kill, { once: true });
  try {
    const said = listen(child);
    child.stdin?.on('error', () => undefined).end(JSON.stringify(notice));
    const reason = await ending(child);
    if (signal.aborted) return { agrees: false, reason: whyLate(options, 'it was killed because it did not end') };
    return reason === undefined ? { agrees: true } : { agrees: false, reason: `${reason}${said()}` };
  } finally {
    signal.removeEventListener('abort', kill);
    child.stderr?.destroy();
  }
}

/** In a process group of its own where there are such, so that what it starts can be killed with it. */
const start = (notice: UploadNotice, options: ProgramHookOptions): ChildProcess =>
  spawn(options.file, options.arguments ?? [], {
    shell: false,
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...DEFAULT_ENVIRONMENT, ...options.environment, ...variablesOf(notice) },
  });

/** `sizeBytes` becomes `PORTCALL_SIZE_BYTES`. */
const variablesOf = (notice: UploadNotice): Record<string, string> =>
  Object.fromEntries(
    Object.entries(notice).map(([field, value]: [string, string | number]) => [
      `PORTCALL_${field.replace(/[A-Z]/g, '_$&').toUpperCase()}`,
      String(value),
    ]),
  );

function killAll(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself in this moment.
  }
}

/** What it says on standard error, bounded, as the tail of a sentence. */
function listen(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    if (text.length < ERROR_BYTES) text += chunk.toString('utf8').slice(0, ERROR_BYTES - text.length);
  });
  return () => (text.trim() === '' ? '' : `, saying ${text.trim()}`);
}

/** `undefined` for exit code 0, otherwise why not. A child that holds its standard error open is not waited for. */
const ending = (child: ChildProcess): Promise<string | undefined> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(`it could not be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      if (code === 0) {
        resolve(undefined);
        return;
      }
      // What it said last is on its way; one more turn lets it arrive.
      setImmediate(() => resolve(code === null ? `it was ended by ${signal ?? 'a signal'}` : `it ended with ${code}`));
    });
  });
