/** The folder for what Portcall has to remember from one run to the next: its certificate, bans, the control socket. */
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { stateFromEnvironment, type StateVariables } from './environment.ts';
import type { Problem } from './problem.ts';

const FOLDER = 'portcall';
const OF_THE_SYSTEM = '/var/lib';

/** Who runs the program. */
export interface Runner {
  readonly variables: StateVariables;
  /** `undefined` where there are no users by number, as on Windows. */
  readonly userId: number | undefined;
  readonly home: string;
}

/**
 * What systemd made for the service (systemd.exec(5), StateDirectory), else what the user has set for all programs
 * (XDG Base Directory Specification), else `/var/lib/portcall` for root and `~/.local/state/portcall` for others.
 */
export function stateDirectoryOf({ variables, userId, home }: Runner): string {
  const [ofService = ''] = variables.stateDirectory?.split(':') ?? [];
  if (isAbsolute(ofService)) return ofService;
  // The specification says that a relative path is to be passed over.
  if (variables.xdgStateHome !== undefined && isAbsolute(variables.xdgStateHome))
    return join(variables.xdgStateHome, FOLDER);
  return userId === 0 ? join(OF_THE_SYSTEM, FOLDER) : join(home, '.local', 'state', FOLDER);
}

/** Where Portcall keeps its state when nobody says where. */
export const defaultStateDirectory = (): string =>
  stateDirectoryOf({ variables: stateFromEnvironment(), userId: process.getuid?.(), home: homedir() });

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

/** Makes the folder, for its user only, unless it is there. Gives what is wrong when it cannot be made or written. */
export function makeStateDirectory({
  path,
  where,
}: {
  readonly path: string;
  readonly where: string;
}): Problem | undefined {
  const wayOut = 'name another folder with --state';
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const verb = existsSync(path) ? 'cannot be written' : 'cannot be made';
    return { where, what: `${path} ${verb} (${codeOf(error)}); ${wayOut}` };
  }
}
