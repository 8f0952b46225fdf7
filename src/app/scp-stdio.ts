/** SCP on standard input and output: this machine's files, with the rights of whoever runs it. */
import { userInfo } from 'node:os';
import { parse, sep } from 'node:path';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import { permissionsOf } from '../accounts/permission.ts';
import { systemClock } from '../base/clock.ts';
import { resolvePath, ROOT } from '../base/virtual-path.ts';
import { localFileSystem } from '../files/index.ts';
import { SessionActivity } from '../observe/session-activity.ts';
import { serveScpCommand } from '../protocols/scp/server/serve-scp.ts';
import type { ScpSession } from '../protocols/scp/server/session-options.ts';
import { parseScpCommand, parseScpWords, type ParsedCommand } from '../protocols/scp/wire/command.ts';
import { literalWord } from '../protocols/scp/wire/words.ts';
import type { ServedChannel } from '../protocols/ssh/channel/byte-channel.ts';
import { StreamChannel } from '../protocols/ssh/channel/stream-channel.ts';

export interface ScpStdioOptions {
  /** What a shell has taken apart already, or a whole line that nobody has. */
  readonly asked: { readonly words: readonly string[] } | { readonly line: string };
  /** The directory that becomes `/`; all of the machine unless told. */
  readonly root?: string | undefined;
  readonly access: 'read-write' | 'read-only';
  readonly cwd: string;
  readonly incoming?: Readable;
  readonly outgoing?: Writable;
  /** A line for a person. */
  readonly complain: (text: string) => void;
  /** Aborted: ends at once. */
  readonly signal: AbortSignal;
}

/** The exit status is the process's own to give. */
function servedOn(channel: StreamChannel, complain: (text: string) => void, onExit: (status: number) => void) {
  const served: ServedChannel = {
    read: () => channel.read(),
    write: (bytes) => channel.write(bytes),
    end: () => channel.end(),
    destroy: () => channel.destroy(),
    complain,
    exit: onExit,
  };
  return served;
}

const parsedOf = (asked: ScpStdioOptions['asked']): ParsedCommand =>
  'line' in asked ? parseScpCommand(asked.line) : parseScpWords(asked.words.map(literalWord));

/** Who runs it, for what is told; a user without a name is known by number. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

/**
 * Serves one command to its end and gives its exit status. Uploads are whole or not there, as everywhere; they reach the
 * disk when the system writes them, as with OpenSSH's scp.
 */
export async function serveScpOnStdio(options: ScpStdioOptions): Promise<number> {
  const { asked, cwd, access, complain, signal, incoming = process.stdin, outgoing = process.stdout } = options;
  const root = options.root ?? parse(cwd).root;
  using files = localFileSystem({ root, flush: 'never' });
  const startDirectory =
    options.root === undefined ? resolvePath(ROOT, cwd.slice(root.length).replaceAll(sep, '/')) : ROOT;
  const session: ScpSession = {
    account: { name: userName(), files, permissions: permissionsOf(access), anonymous: false },
    origin: { protocol: 'scp', session: String(process.pid), peer: 'standard input' },
    observe: (event) => {
      if (event.kind === 'fault') complain(`scp: ${event.where}: ${String(event.cause)}`);
    },
    clock: systemClock,
    activity: new SessionActivity(systemClock),
    uploadOwner: userName(),
    access,
    startDirectory: startDirectory ?? ROOT,
    beginTransfer: () => ({ outcome: 'admitted', leave: () => undefined }),
    signal,
  };
  let status = 1;
  const channel = new StreamChannel({ incoming, outgoing });
  const served = servedOn(channel, complain, (told) => (status = told));
  await serveScpCommand(served, parsedOf(asked), 'scp', session);
  return status;
}
