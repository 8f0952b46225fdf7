/** Joins the command line to the real process. */
import { run } from './run.ts';
import type { Terminal, World } from './world.ts';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** How long a slow reader of the output may keep the process, at the end. */
const FLUSH_MS = 1_000;
/** Any long time. */
const LIFE_MS = 3_600_000;

function onReloadSignal(callback: () => void): () => void {
  process.on('SIGHUP', callback);
  return () => process.off('SIGHUP', callback);
}

const terminal: Terminal = {
  input: process.stdin,
  output: process.stdout,
  screen: () => ({ columns: process.stdout.columns, rows: process.stdout.rows }),
};

const world = (): World => ({
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  ...(process.stdin.isTTY && process.stdout.isTTY ? { terminal } : {}),
  cwd: process.cwd(),
  pid: process.pid,
  onStopSignal(callback) {
    for (const signal of STOP_SIGNALS) process.on(signal, callback);
    return () => {
      for (const signal of STOP_SIGNALS) process.off(signal, callback);
    };
  },
  // On Windows SIGHUP means that the console is being closed, and nobody sends it to reload.
  ...(process.platform === 'win32' ? {} : { onReloadSignal }),
  writeOut: (bytes) =>
    new Promise((resolve, reject) => {
      process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
    }),
  exitNow: (code) => process.exit(code),
  setTitle: (title) => void (process.title = title),
});

/** Resolves when everything written was taken, or the reader is gone. */
const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve());
  });

/** Runs the process's own command line and ends the process with its exit code. */
export async function main(): Promise<void> {
  // A reader that goes away (`portcall … | head`) is no reason to stop serving.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  // Pauses between attempts are no reason for the process to end.
  const life = setInterval(() => undefined, LIFE_MS);
  const code = await run(process.argv.slice(2), world());
  clearInterval(life);
  process.exitCode = code;
  setTimeout(() => process.exit(code), FLUSH_MS).unref();
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(code);
}
