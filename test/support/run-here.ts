/** Runs a command line within the test's own process: for what needs no process of its own to be judged. */
import { run } from '../../src/cli/run.ts';

export interface RanHere {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunHereOptions {
  readonly cwd?: string;
  /** On standard input; nothing unless told. */
  readonly input?: string | Uint8Array;
  /** Told of what is written to standard output; `stop` does what SIGINT does. */
  readonly onOutput?: (text: string, stop: () => void) => void;
  /** What becomes of bytes that are written out; taken unless told. */
  readonly writeOut?: (bytes: Uint8Array) => Promise<void>;
}

/** Nobody is at a terminal. */
export async function runHere(words: readonly string[], options: RunHereOptions = {}): Promise<RanHere> {
  const { cwd = '/', input = '', onOutput = () => undefined } = options;
  let stop = (): void => undefined;
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  const code = await run(words, {
    stdout: {
      writableLength: 0,
      write(text) {
        out.push(Buffer.from(text));
        onOutput(String(text), stop);
      },
    },
    stderr: { writableLength: 0, write: (text) => void err.push(Buffer.from(text)) },
    stdin: (async function* () {
      yield input;
    })(),
    cwd,
    pid: 1,
    onStopSignal(callback) {
      stop = callback;
      return () => undefined;
    },
    writeOut: options.writeOut ?? (async (bytes) => void out.push(Buffer.from(bytes))),
    exitNow: () => undefined,
    setTitle: () => undefined,
  });
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}
