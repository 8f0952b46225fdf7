/** A message of the system log as a device prints it: `*Mar  1 00:04:12.347: %SYS-5-CONFIG_I: …`. */
import type { SyslogMessage } from '../command.ts';
import { dayText, upText } from './time.ts';

export interface Stamp {
  /** Milliseconds since 1970 by the device's clock. */
  readonly nowMs: number;
  /** Milliseconds since the system started. */
  readonly upMs: number;
  /** A star stands before times that nobody has set. */
  readonly clockIsSet: boolean;
  /** What `service timestamps log` says: `datetime msec`, `uptime`. */
  readonly stamp: string;
}

function stampText({ nowMs, upMs, clockIsSet, stamp }: Stamp): string {
  if (!stamp.startsWith('datetime')) return `${upText(upMs)}: `;
  return `${clockIsSet ? '' : '*'}${dayText(nowMs, stamp.includes('msec'))}: `;
}

export function syslogLine({ facility, severity, mnemonic, text }: SyslogMessage, stamp: Stamp): string {
  return `${stampText(stamp)}%${facility}-${severity}-${mnemonic}: ${text}`;
}
