/** Runs a command line within the test's own process: for what needs no process of its own to be judged. */
import { run } from '../../src/cli/run.ts';

export interface RanHere {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Nobody is at a terminal, and nothing comes on standard input unless told. */
export async function runHere(
  words: readonly string[],
  { cwd = '/', input = '' }: { readonly cwd?: string; readonly input?: string | Uint8Array } = {},
): Promise<RanHere> {
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  const code = await run(words, {
    stdout: { writableLength: 0, write: (text) => void out.push(Buffer.from(text)) },
    stderr: { writableLength: 0, write: (text) => void err.push(Buffer.from(text)) },
    stdin: (async function* () {
      yield input;
    })(),
    cwd,
    pid: 1,
    onStopSignal: () => () => undefined,
    writeOut: async (bytes) => void out.push(Buffer.from(bytes)),
    exitNow: () => undefined,
    setTitle: () => undefined,
  });
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}
