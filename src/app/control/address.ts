/**
 * Where the control sockets of running servers are: one `control.<pid>.sock` for each in the state folder.
 *
 * On Windows that file is an empty mark, and the server listens on a named pipe that is called after folder and process.
 */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** One server's control socket. */
export interface ControlAddress {
  readonly pid: number;
  /** The file in the state folder. */
  readonly file: string;
  /** What to listen on or connect to. */
  readonly endpoint: string;
}

export function controlAddress(
  directory: string,
  pid: number,
  platform: NodeJS.Platform = process.platform,
): ControlAddress {
  const file = join(directory, `control.${pid}.sock`);
  if (platform !== 'win32') return { pid, file, endpoint: file };
  const folder = createHash('sha256').update(resolve(directory).toLowerCase()).digest('hex').slice(0, 16);
  return { pid, file, endpoint: String.raw`\\.\pipe\portcall-${folder}-${pid}` };
}

/** Those that are in a state folder, dead ones too; none when there is no such folder. */
export function controlAddresses(directory: string): ControlAddress[] {
  const pids = namesIn(directory).flatMap((name) => {
    const [, digits] = /^control\.(\d{1,10})\.sock$/.exec(name) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
  return pids.sort((one, other) => one - other).map((pid) => controlAddress(directory, pid));
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
