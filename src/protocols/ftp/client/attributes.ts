/** Times and permission bits of what lies on a server: MFMT, MDTM and SITE UTIME, SITE CHMOD (draft-somers-ftp-mfxx-04). */
import { hasTimeValue, printTimeValue } from '../../../base/time-value.ts';
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { Attributes, CallOptions } from '../../../files/file-system.ts';
import { isPositive } from './failure.ts';
import { isUnknownCommand, plainKindOfReply } from './kind-of-reply.ts';
import { lookAt, whyRefused, withKind } from './look.ts';
import { at, refusedAt, type Remote, type TimeCommand } from './remote.ts';
import type { FtpCommand, FtpReply } from './session.ts';

/** How each is written; vsftpd and some others read MDTM with a time in front as the wish to set it. */
const TIME_COMMANDS: Readonly<Record<TimeCommand, (time: string, name: string) => FtpCommand>> = {
  MFMT: (time, name) => ({ verb: 'MFMT', argument: `${time} ${name}` }),
  MDTM: (time, name) => ({ verb: 'MDTM', argument: `${time} ${name}` }),
  UTIME: (time, name) => ({ verb: 'SITE', argument: `UTIME ${time} ${name}` }),
  'long UTIME': (time, name) => ({ verb: 'SITE', argument: `UTIME ${name} ${time} ${time} ${time} UTC` }),
};

const SETTABLE: ReadonlySet<string> = new Set<keyof Attributes>(['mode', 'modifiedMs']);

/** Throws `unsupported` for what FTP has no command for, before anything is changed. */
function confirmPossible(path: VirtualPath, wanted: Attributes): void {
  const { modifiedMs } = wanted;
  const beyond = (Object.entries(wanted) as [string, unknown][]).find(
    // The type of an interface has no index, its object has.
    ([name, value]) => value !== undefined && !SETTABLE.has(name),
  );
  if (beyond !== undefined)
    throw new FileError('unsupported', path, { detail: `FTP has no command to set ${beyond[0]}` });
  if (modifiedMs !== undefined && !hasTimeValue(modifiedMs))
    throw new FileError('unsupported', path, { detail: 'that year cannot be written' });
}

/** Why an attribute was not set: nothing is there, or the server does not do it. */
async function whyNotSet(remote: Remote, path: VirtualPath, reply: FtpReply, options: CallOptions): Promise<FileError> {
  if (reply.code === 421) return refusedAt(path, reply);
  if ((await lookAt(remote, path, options)) === undefined) return await whyRefused(remote, path, reply, options);
  const kind = plainKindOfReply(reply);
  // It is there: a server that says otherwise took the time for a part of the name.
  return withKind(refusedAt(path, reply), kind === undefined || kind === 'not-found' ? 'unsupported' : kind);
}

const send = (remote: Remote, command: FtpCommand, options: CallOptions): Promise<FtpReply> =>
  remote.pool.use((session) => session.command(command, options), options);

async function setMode(remote: Remote, path: VirtualPath, mode: number, options: CallOptions): Promise<void> {
  const argument = `CHMOD ${(mode & 0o7777).toString(8)} ${remote.paths.toServer(path)}`;
  const reply = await send(remote, { verb: 'SITE', argument }, options);
  if (!isPositive(reply) || isUnknownCommand(reply)) throw await whyNotSet(remote, path, reply, options);
}

/** The first command that works is the one that is used from then on. */
async function setTime(remote: Remote, path: VirtualPath, timeMs: number, options: CallOptions): Promise<void> {
  const { habits } = remote;
  const name = remote.paths.toServer(path);
  let failure: FileError | undefined;
  for (const way of habits.times) {
    const reply = await send(remote, TIME_COMMANDS[way](printTimeValue(timeMs), name), options);
    if (isPositive(reply) && !isUnknownCommand(reply)) {
      habits.times = [way];
      return;
    }
    failure = await whyNotSet(remote, path, reply, options);
    if (failure.kind !== 'unsupported' && failure.kind !== 'bad-name') throw failure;
  }
  throw failure === undefined ? new FileError('unsupported', path) : withKind(failure, 'unsupported');
}

/** `setAttributes` of a file system: seconds are the finest that FTP has. */
export async function setRemoteAttributes(
  remote: Remote,
  path: VirtualPath,
  wanted: Attributes,
  options: CallOptions = {},
): Promise<void> {
  options.signal?.throwIfAborted();
  confirmPossible(path, wanted);
  try {
    if (wanted.mode !== undefined) await setMode(remote, path, wanted.mode, options);
    if (wanted.modifiedMs !== undefined) await setTime(remote, path, wanted.modifiedMs, options);
  } catch (error) {
    throw at(path, error);
  }
}
