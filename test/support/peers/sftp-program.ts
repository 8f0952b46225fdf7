/** OpenSSH's SFTP server, as a program over standard input and output. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { StreamChannel } from '../../../src/protocols/ssh/channel/stream-channel.ts';

const PROGRAM = '/usr/lib/openssh/sftp-server';

/** For the options of a test: skipped without the program, unless this is CI, where it then fails for want of it. */
export const needsSftpProgram: { readonly skip: string | false } = {
  skip: existsSync(PROGRAM) || process.env['CI'] !== undefined ? false : 'openssh-sftp-server is not installed',
};

/** A channel to a program that speaks SFTP; the program ends with the channel. */
export function sftpProgram(cwd: string): { readonly channel: StreamChannel; readonly ended: Promise<unknown> } {
  const child = spawn(PROGRAM, ['-d', cwd], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  const channel = new StreamChannel({ incoming: child.stdout, outgoing: child.stdin });
  return { channel, ended };
}
