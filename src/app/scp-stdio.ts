/** SCP on standard input and output: this machine's files, with the rights of whoever runs it. */
import { resolvePath, ROOT } from '../base/virtual-path.ts';
import type { LineDestination } from '../observe/line-sink.ts';
import { serveScpCommand } from '../protocols/scp/server/serve-scp.ts';
import { parseScpCommand, parseScpWords, type ParsedCommand } from '../protocols/scp/wire/command.ts';
import { literalWord } from '../protocols/scp/wire/words.ts';
import { ownSession } from './own-session.ts';
import { stdioChannel } from './stdio-channel.ts';

export interface ScpStdioOptions {
  /** What a shell has taken apart already, or a whole line that nobody has. */
  readonly asked: { readonly words: readonly string[] } | { readonly line: string };
  /** The directory that becomes `/`, and where names begin; all of the machine unless told. */
  readonly root?: string | undefined;
  readonly access: 'read-write' | 'read-only';
  /** Where names begin that do not begin with `/`, while no root is told. */
  readonly cwd: string;
  /** Where the log goes; nowhere when left out. */
  readonly log?: LineDestination;
  /** Aborted: ends at once. */
  readonly signal: AbortSignal;
}

const parsedOf = (asked: ScpStdioOptions['asked']): ParsedCommand =>
  'line' in asked ? parseScpCommand(asked.line) : parseScpWords(asked.words.map(literalWord));

/**
 * Serves one command to its end and gives its exit status. Uploads are whole or not there, as everywhere; they reach the
 * disk when the system writes them, as with OpenSSH's scp.
 */
export async function serveScpOnStdio(options: ScpStdioOptions): Promise<number> {
  const { asked, root, access, cwd, log, signal } = options;
  const { close, ...session } = ownSession('scp', log, { root, signal });
  const startDirectory = (root === undefined ? resolvePath(ROOT, cwd) : undefined) ?? ROOT;
  const channel = stdioChannel();
  const line = 'line' in asked ? asked.line : ['scp', ...asked.words].join(' ');
  await serveScpCommand(channel, parsedOf(asked), line, { ...session, access, startDirectory });
  close();
  return await channel.exited;
}
