/** What a session of SFTP must be told, and the bounds that it keeps. */
import type { Account } from '../../../accounts/account.ts';
import type { Admitted, Refused } from '../../../accounts/admission.ts';
import type { Clock } from '../../../base/clock.ts';
import type { VirtualPath } from '../../../base/virtual-path.ts';
import type { Observer } from '../../../observe/event.ts';
import type { SessionActivity } from '../../../observe/session-activity.ts';

/** Bounds of one channel. Sizes in bytes. */
export interface SftpLimits {
  /** Of one packet without its length; a longer one ends the session. */
  readonly packetBytes: number;
  /** Of one READ's answer; who asks for more gets less. */
  readonly readBytes: number;
  /** Files and directories that are open at once. */
  readonly handles: number;
  /** Requests that are being served; then the channel is not read. */
  readonly requests: number;
  /** Data of WRITEs that are not on the disk yet, and of answers that have not left. */
  readonly bufferedBytes: number;
}

/** Packet and data as OpenSSH has them. */
export const DEFAULT_SFTP_LIMITS: SftpLimits = {
  packetBytes: 256 * 1024,
  readBytes: 255 * 1024,
  handles: 512,
  requests: 64,
  bufferedBytes: 8 * 1024 * 1024,
};

export interface SftpSession {
  readonly account: Account;
  readonly origin: { readonly protocol: 'sftp'; readonly session: string; readonly peer: string };
  readonly observe: Observer;
  readonly clock: Clock;
  readonly activity: SessionActivity;
  /** Whose interrupted uploads this session may continue. */
  readonly uploadOwner: string;
  readonly access: 'read-write' | 'read-only';
  /** Where names begin that do not begin with `/`. */
  readonly startDirectory: VirtualPath;
  /** Takes a place among the transfers of the account. */
  readonly beginTransfer: () => Admitted | Refused;
  /** Which requests are served, by their names in lower case (`posix-rename`); all when left out. */
  readonly serves?: (request: string) => boolean;
  /** Aborted: the session ends at once. */
  readonly signal: AbortSignal;
  readonly limits?: Partial<SftpLimits>;
}
