/** Where a server remembers things between runs, and is found by commands, unless told otherwise. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the default depends on, so that it can be tested. */
export interface StateSurroundings {
  readonly isRoot: boolean;
  readonly home: string;
  readonly xdgStateHome: string | undefined;
}

const here = (): StateSurroundings => ({
  isRoot: process.getuid?.() === 0,
  home: homedir(),
  xdgStateHome: process.env['XDG_STATE_HOME'],
});

/** `/var/lib/portcall` for root; for others `$XDG_STATE_HOME/portcall`, or `~/.local/state/portcall`. */
export function defaultStateDirectory({ isRoot, home, xdgStateHome }: StateSurroundings = here()): string {
  if (isRoot) return '/var/lib/portcall';
  // The specification has relative paths ignored (XDG Base Directory §3).
  const base = xdgStateHome?.startsWith('/') === true ? xdgStateHome : join(home, '.local', 'state');
  return join(base, 'portcall');
}
