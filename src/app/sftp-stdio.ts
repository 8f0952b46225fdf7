/** SFTP on standard input and output, for the user who runs it: what an sshd starts as its subsystem. */
import { resolvePath, ROOT } from '../base/virtual-path.ts';
import type { LineDestination } from '../observe/line-sink.ts';
import { REQUEST_NAMES, serveSftp } from '../protocols/sftp/index.ts';
import { ownSession } from './own-session.ts';
import { stdioChannel } from './stdio-channel.ts';

export { REQUEST_NAMES };

export interface SftpStdioOptions {
  readonly access: 'read-write' | 'read-only';
  /** Absolute, of this machine. */
  readonly startDirectory: string;
  readonly serves: (request: string) => boolean;
  /** Where the log goes; nowhere when left out. */
  readonly log?: LineDestination;
}

/** Serves until the client has left; gives the exit status. */
export async function serveSftpOnStdio({ log, startDirectory, access, serves }: SftpStdioOptions): Promise<number> {
  const channel = stdioChannel();
  const { close, ...session } = ownSession('sftp', log);
  const start = resolvePath(ROOT, startDirectory) ?? ROOT;
  await serveSftp(channel, { ...session, access, serves, startDirectory: start });
  close();
  return await channel.exited;
}
