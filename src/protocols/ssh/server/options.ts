/** What an SSH server must be told, and the bounds that it keeps. */
import type { Account, Authenticator } from '../../../accounts/account.ts';
import type { Admission } from '../../../accounts/admission.ts';
import type { Bans } from '../../../accounts/ban-list.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Observer } from '../../../observe/event.ts';
import type { SessionActivity } from '../../../observe/session-activity.ts';
import type { SessionInfo } from '../../../observe/session-info.ts';
import type { ServedChannel } from '../channel/byte-channel.ts';
import type { LegacyRow } from './algorithms.ts';

/** Bounds of one SSH server. Times in milliseconds, sizes in bytes. */
export interface SshLimits {
  readonly connections: number;
  /** An IPv6 address counts by its /64. */
  readonly connectionsPerAddress: number;
  readonly connectionsPerMinute: number;
  readonly loginsPerMinute: number;
  /** From the connection to the login. */
  readonly loginMs: number;
  /** Logins that fail before the connection is closed. */
  readonly loginTries: number;
  /** Requests to log in of any kind, also those that only ask whether a key would do. */
  readonly loginRequests: number;
  /** Without a request and without a transfer. */
  readonly idleMs: number;
  /** A client that answers nothing, not even the question whether it is there, is gone after the tries. */
  readonly keepAliveMs: number;
  readonly keepAliveTries: number;
  /** Programs of one connection at once. */
  readonly channels: number;
  /** New keys are agreed on after so many bytes, both ways together, and after so long. */
  readonly rekeyBytes: number;
  readonly rekeyMs: number;
}

const GIB = 1024 ** 3;
const HOUR_MS = 3_600_000;

export const DEFAULT_SSH_LIMITS: SshLimits = {
  connections: 10_000,
  connectionsPerAddress: 50,
  connectionsPerMinute: 600,
  loginsPerMinute: 600,
  loginMs: 60_000,
  loginTries: 6,
  loginRequests: 60,
  // Mounted file systems (sshfs) are silent for long and cannot come back by themselves.
  idleMs: 2 * HOUR_MS,
  keepAliveMs: 30_000,
  keepAliveTries: 4,
  channels: 20,
  rekeyBytes: GIB,
  rekeyMs: HOUR_MS,
};

/** The client's terminal (RFC 4254 §6.2): its size as it is now, which the client may change. */
export interface ShellTerminal {
  readonly size: () => { readonly columns: number; readonly rows: number };
}

/** What a client asks to run on a channel (RFC 4254 §6.5). */
export type ProgramRequest =
  | { readonly kind: 'subsystem'; readonly name: string }
  | { readonly kind: 'exec'; readonly command: string }
  | { readonly kind: 'shell'; readonly terminal?: ShellTerminal };

/** Who has logged in, and with what. */
export interface SshLogin {
  readonly account: Account;
  /** What the key that was used allows no more than. */
  readonly access: 'as-account' | 'read-only';
  readonly only?: 'sftp' | 'scp';
  readonly startDirectory?: string;
  readonly session: string;
  /** The client's address and port. */
  readonly peer: string;
  readonly address: string;
  readonly activity: SessionActivity;
  /** Aborted when the session ends, or is to end at once. */
  readonly signal: AbortSignal;
}

/** Runs on a channel until that ends; must not reject. */
export type Program = (channel: ServedChannel, login: SshLogin) => Promise<void>;

/** What is served; a sentence for a client that asks for what is not. */
export type Programs = (request: ProgramRequest, login: SshLogin) => Program | { readonly refusal: string };

/** A private key of the server, as OpenSSH or PEM writes them. */
export interface HostKey {
  readonly text: string;
  /** Where it comes from, for messages. */
  readonly where: string;
}

export interface SshServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** One of each kind at most; in the order in which they are offered. */
  readonly hostKeys: readonly HostKey[];
  readonly authenticator: Authenticator;
  readonly programs: Programs;
  readonly observe: Observer;
  readonly clock?: Clock;
  readonly limits?: Partial<SshLimits>;
  readonly legacy?: readonly LegacyRow[];
  /** Whether clients get a terminal for what they run; refused unless told, for files need none. */
  readonly terminals?: 'offered' | 'refused';
  /** Password by question and answer too (RFC 4256); old devices know nothing else. */
  readonly keyboardInteractive?: 'offered' | 'off';
  /** Behind `SSH-2.0-`. */
  readonly identification?: string;
  /** Left out: one of its own, from the limits. */
  readonly admission?: Admission;
  readonly bans?: Bans;
  /** Networks (CIDR) whose connections begin with a PROXY header. */
  readonly trustedProxies?: readonly string[];
  readonly nextSession?: () => string;
}

/** A running server. */
export interface SshServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly sessionCount: number;
  sessions(): readonly SessionInfo[];
  endSessions(account: string, reason: string): number;
  kick(session: string, reason: string): boolean;
  /** Takes no new connection, lets transfers finish for at most `graceMs`, then closes all. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}
