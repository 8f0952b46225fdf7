/** Bounds as people write them, in seconds, turned into what servers take, in milliseconds. What is left out stays a default. */
import type { FileContents } from './schema/file.ts';

/** Fits `Partial<FtpLimits>` of the FTP server. */
export interface FtpLimitSettings {
  lineBytes?: number;
  queuedCommands?: number;
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

/** Over all listeners together. */
export interface AdmissionLimitSettings {
  connections?: number;
  connectionsPerAddress?: number;
  /** Of one address. */
  connectionsPerMinute?: number;
  loginsPerMinute?: number;
}

/** Fits `Partial<LoginPolicy>` of the accounts. */
export interface LoginSettings {
  failureDelayMs?: number;
}

type Written = Readonly<Record<string, number | undefined>>;

/** `idleSeconds: 300` becomes `idleMs: 300000`; the rest keeps its name. */
export function inMilliseconds(written: Written): Record<string, number> {
  const rows = Object.entries(written).flatMap(([key, value]): [string, number][] => {
    if (value === undefined) return [];
    return key.endsWith('Seconds') ? [[key.replace(/Seconds$/, 'Ms'), Math.ceil(value * 1000)]] : [[key, value]];
  });
  return Object.fromEntries(rows);
}

/** `limits:` speaks of servers and of the admission that they share. */
export function limitsOf(written: NonNullable<FileContents['limits']>): {
  readonly ftp: FtpLimitSettings;
  readonly admission: AdmissionLimitSettings;
} {
  const { connections, connectionsPerAddress, connectionsPerMinutePerAddress, loginsPerMinutePerAddress, ...ftp } =
    written;
  const admission = {
    connections,
    connectionsPerAddress,
    connectionsPerMinute: connectionsPerMinutePerAddress,
    loginsPerMinute: loginsPerMinutePerAddress,
  };
  return { ftp: inMilliseconds(ftp), admission: inMilliseconds(admission) };
}

export const loginSettingsOf = (written: NonNullable<FileContents['login']>): LoginSettings => inMilliseconds(written);
