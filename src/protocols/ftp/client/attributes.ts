/** Times and permission bits of what lies on a server: MFMT, MDTM as vsftpd reads it, SITE CHMOD (draft-somers-ftp-mfxx). */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { Attributes, CallOptions } from '../../../files/file-system.ts';
import { hasTimeValue, printTimeValue } from '../../../base/time-value.ts';
import { isPositive } from './failure.ts';
import { whyRefused, lookAt } from './look.ts';
import { at, has, refusedAt, type Remote } from './remote.ts';
import type { FtpCommand } from './session.ts';

/** The commands for what is wanted. Throws `unsupported` for what FTP has no command for. */
function commandsFor(remote: Remote, path: VirtualPath, wanted: Attributes): readonly FtpCommand[] {
  const { mode, modifiedMs, ...others } = wanted;
  const beyond = Object.entries<unknown>(others).find(([, value]) => value !== undefined);
  if (beyond !== undefined)
    throw new FileError('unsupported', path, { detail: `FTP has no command to set ${beyond[0]}` });
  const name = remote.paths.toServer(path);
  const commands: FtpCommand[] = [];
  if (mode !== undefined) commands.push({ verb: 'SITE', argument: `CHMOD ${(mode & 0o7777).toString(8)} ${name}` });
  if (modifiedMs !== undefined) {
    if (!hasTimeValue(modifiedMs)) throw new FileError('unsupported', path, { detail: 'that year cannot be written' });
    // Without MFMT some servers take a time before the name of MDTM; those that do not say so.
    const argument = `${printTimeValue(modifiedMs)} ${name}`;
    commands.push({ verb: has(remote, 'MFMT') ? 'MFMT' : 'MDTM', argument });
  }
  return commands;
}

/** `setAttributes` of a file system: seconds are the finest that FTP has. */
export async function setRemoteAttributes(
  remote: Remote,
  path: VirtualPath,
  wanted: Attributes,
  options: CallOptions = {},
): Promise<void> {
  options.signal?.throwIfAborted();
  try {
    for (const command of commandsFor(remote, path, wanted)) {
      const reply = await remote.pool.use((session) => session.command(command, options), options);
      if (isPositive(reply)) continue;
      if ((await lookAt(remote, path, options)) === undefined) throw await whyRefused(remote, path, reply, options);
      throw refusedAt(path, reply);
    }
  } catch (error) {
    throw at(path, error);
  }
}
