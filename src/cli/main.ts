/** Joins the command line to the real process. */
import { EXIT } from './exit-code.ts';
import { run } from './run.ts';
import { type StandardOutput, standardOutput } from './standard-output.ts';
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

const world = (out: StandardOutput, cwd: string): World => ({
  stdout: out.output,
  stderr: process.stderr,
  stdin: process.stdin,
  ...(process.stdin.isTTY && process.stdout.isTTY ? { terminal } : {}),
  cwd,
  pid: process.pid,
  onStopSignal(callback) {
    for (const signal of STOP_SIGNALS) process.on(signal, callback);
    return () => {
      for (const signal of STOP_SIGNALS) process.off(signal, callback);
    };
  },
  // On Windows SIGHUP means that the console is being closed, and nobody sends it to reload.
  ...(process.platform === 'win32' ? {} : { onReloadSignal }),
  writeOut: (bytes) => out.writeOut(bytes),
  exitNow: (code) => process.exit(code),
  setTitle: (title) => void (process.title = title),
});

/** Resolves when everything written was taken, or the reader is gone. */
const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve());
  });

/** A directory that was removed under the process has no name any more. */
function workingDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** What could not be written makes a success a failure: a list that was cut must not look whole. */
function codeAfter(code: number, failure: Error | undefined): number {
  if (failure === undefined) return code;
  process.stderr.write(`portcall: standard output cannot be written: ${failure.message}\n`);
  if (code !== EXIT.done) return code;
  return 'code' in failure && failure.code === 'ENOSPC' ? EXIT.limit : EXIT.failed;
}

async function runHere(out: StandardOutput): Promise<number> {
  const cwd = workingDirectory();
  if (cwd !== undefined) return await run(process.argv.slice(2), world(out, cwd));
  process.stderr.write('portcall: the working directory is gone; go to another one\n');
  return EXIT.failed;
}

/** Runs the process's own command line and ends the process with its exit code. */
export async function main(): Promise<void> {
  // A reader that goes away (`portcall … | head`) is no reason to stop serving.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  // Pauses between attempts are no reason for the process to end.
  const life = setInterval(() => undefined, LIFE_MS);
  const out = standardOutput(process.stdout);
  const ran = await runHere(out);
  clearInterval(life);
  process.exitCode = ran;
  setTimeout(() => process.exit(ran), FLUSH_MS).unref();
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(codeAfter(ran, out.failure()));
}
