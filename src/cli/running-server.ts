/** How a command asks the servers that run: where their folder is, and what exit code stands for which failure. */
import { resolve } from 'node:path';
import { type Asking, RefusedError, UnreachableError } from '../app/control/client.ts';
import { systemClock } from '../base/clock.ts';
import { defaultStateDirectory } from '../config/state-directory.ts';
import { CommandError, type OptionRow } from './command.ts';
import { EXIT } from './exit-code.ts';
import type { World } from './world.ts';

export const STATE_OPTION: OptionRow = {
  flags: '--state <dir>',
  summary: 'the state folder of the server (default: as portcall serve has it)',
};

export const JSON_OPTION: OptionRow = { flags: '--json', summary: 'as JSON' };

/** Asks, with the state folder that the options name. Rejects with a `CommandError`. */
export async function askRunning<T>(
  options: Readonly<Record<string, unknown>>,
  world: World,
  ask: (asking: Asking) => Promise<T>,
): Promise<T> {
  const { state } = options;
  const directory = typeof state === 'string' ? resolve(world.cwd, state) : defaultStateDirectory();
  try {
    return await ask({ directory, clock: systemClock });
  } catch (cause) {
    if (cause instanceof UnreachableError) throw new CommandError(EXIT.unreachable, cause.message, { cause });
    if (cause instanceof RefusedError) throw new CommandError(EXIT.wrongUsage, cause.message, { cause });
    throw cause;
  }
}
