/** Bounds as people write them, in seconds, turned into what servers take, in milliseconds. What is left out stays a default. */
import type { FileContents } from './schema.ts';

/** Fits `Partial<FtpLimits>` of the FTP server. */
export interface FtpLimitSettings {
  lineBytes?: number;
  queuedCommands?: number;
  connections?: number;
  connectionsPerAddress?: number;
  connectionsPerMinute?: number;
  loginMs?: number;
  idleMs?: number;
  stallMs?: number;
  dataConnectMs?: number;
  replyStallMs?: number;
  passwordTries?: number;
  globEntries?: number;
  globMs?: number;
  sortedEntries?: number;
}

/** Fits `Partial<LoginPolicy>` of the accounts. */
export interface LoginSettings {
  failures?: number;
  windowMs?: number;
  lockoutMs?: number;
  failureDelayMs?: number;
}

type Written = Readonly<Record<string, number | undefined>>;

/** `idleSeconds: 300` becomes `idleMs: 300000`; the rest keeps its name. */
function inMilliseconds(written: Written): Record<string, number> {
  const rows = Object.entries(written).flatMap(([key, value]): [string, number][] => {
    if (value === undefined) return [];
    return key.endsWith('Seconds') ? [[key.replace(/Seconds$/, 'Ms'), Math.ceil(value * 1000)]] : [[key, value]];
  });
  return Object.fromEntries(rows);
}

export const ftpLimitsOf = (written: NonNullable<FileContents['limits']>): FtpLimitSettings => inMilliseconds(written);

export const loginSettingsOf = (written: NonNullable<FileContents['login']>): LoginSettings => inMilliseconds(written);
