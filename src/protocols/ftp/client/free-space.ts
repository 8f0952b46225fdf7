/** Free space by AVBL (draft-peterson-streamlined-ftp-command-extensions §4). */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions } from '../../../files/file-system.ts';
import { isPositive } from './failure.ts';
import { refusedAt, type Remote } from './remote.ts';

/** Bytes that can still be written near a path. */
export async function freeSpaceOf(remote: Remote, path: VirtualPath, options: CallOptions = {}): Promise<number> {
  const command = { verb: 'AVBL', argument: remote.paths.toServer(path) };
  const reply = await remote.pool.useAgain((session) => session.command(command, options), options);
  if (!isPositive(reply)) throw refusedAt(path, reply);
  const digits = /\d{1,15}/.exec(reply.lines.join(' '))?.[0];
  if (digits === undefined) throw new FileError('protocol', path, { detail: 'the server gives no number of bytes' });
  return Number(digits);
}
