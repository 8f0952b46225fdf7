/** How long the command line takes to say its version, beside Node that does nothing. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measured } from './client-program.ts';
import { PORTCALL } from './portcall.ts';
import type { Results } from './results.ts';

const LABEL = 'cold start';
const MS_PER_SECOND = 1000;

export interface ColdStart {
  readonly program: string;
  readonly runner: string;
  readonly folder: string;
  readonly rounds: number;
  readonly results: Results;
}

/** `--version` and an empty program take turns. */
export async function measureColdStart({ program, runner, folder, rounds, results }: ColdStart): Promise<void> {
  const empty = join(folder, 'empty.mjs');
  await writeFile(empty, '');
  const row = { label: `${LABEL}: \`portcall --version\`, and an empty program`, unit: 'ms', better: 'less' } as const;
  for (let round = 0; round < rounds; round += 1)
    for (const [name, argv] of [
      [PORTCALL, [process.execPath, program, '--version']],
      ['node', [process.execPath, empty]],
    ] as const) {
      const { seconds } = await measured(runner, argv, folder);
      // The first round only warms the machine's memory of the files.
      if (round > 0) results.add(name, [{ row, value: seconds * MS_PER_SECOND }]);
    }
}
