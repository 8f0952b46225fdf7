/** A server as all programs of one client see it. */
import type { Clock } from '../../../base/clock.ts';
import { encodeName } from '../../../base/name.ts';
import { ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import type { ClientObserver } from '../../../observe/client-event.ts';
import { quoted } from '../wire/words.ts';
import type { ScpClientOptions, ScpTimeouts } from './options.ts';

export interface Remote {
  readonly exec: ScpClientOptions['exec'];
  readonly dialect: 'openssh' | 'device';
  readonly names: 'relative' | 'absolute';
  readonly timeouts: ScpTimeouts;
  readonly clock: Clock;
  readonly observe: ClientObserver;
  /** Ends all programs. */
  readonly closing: AbortSignal;
  /** Counts programs, from 1. */
  readonly nextProgram: () => number;
}

/** What the program is asked to do, for dialects that know it. */
export type Flag = '-t' | '-f' | '-r' | '-p' | '-d';

/** The name as the server is told it. */
function nameFor({ names }: Pick<Remote, 'names'>, path: VirtualPath): string {
  if (names === 'absolute') return path;
  return path === ROOT ? '.' : path.slice(1);
}

/** For a shell: quoted where it needs to be, and never taken for a flag or a home. */
function wordFor(name: string): string {
  return quoted(name.startsWith('-') || name.startsWith('~') ? `./${name}` : name);
}

/** `scp -f flash:/c2911.bin`. A device gets the name as it is: its command line knows no quotes. */
export function commandFor(remote: Remote, flags: readonly Flag[], path: VirtualPath): Uint8Array {
  const name = nameFor(remote, path);
  return encodeName(`scp ${flags.join(' ')} ${remote.dialect === 'device' ? name : wordFor(name)}`);
}

/** Names that a device would take for the end of its command line, or for two words. */
export const isForDevice = (path: VirtualPath): boolean => !/[\s\u0000-\u001f\u007f]/.test(path);
