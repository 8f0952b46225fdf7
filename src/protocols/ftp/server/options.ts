/** What an FTP server must be told, and the bounds that it keeps. */
import type { Authenticator } from '../../../accounts/account.ts';
import type { Admission } from '../../../accounts/admission.ts';
import type { Bans } from '../../../accounts/ban-list.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Observer } from '../../../observe/event.ts';
import type { SessionInfo } from '../../../observe/session-info.ts';
import type { TlsOptions } from './tls-options.ts';

/** Bounds of one FTP server. Times in milliseconds, sizes in bytes; none may be infinite. */
export interface FtpLimits {
  /** Longest command line, without its end. Longer lines are answered 500 and skipped. */
  readonly lineBytes: number;
  /** Commands of one session that may wait behind the one that runs; then the socket is not read. */
  readonly queuedCommands: number;
  readonly connections: number;
  /** An IPv6 address counts by its /64. */
  readonly connectionsPerAddress: number;
  /** New connections of one address. */
  readonly connectionsPerMinute: number;
  /** Logins tried from one address, right or wrong. */
  readonly loginsPerMinute: number;
  /** From connection to login. */
  readonly loginMs: number;
  /** From AUTH, or from the connection where TLS begins at once, to the end of the handshake. */
  readonly handshakeMs: number;
  /** Without a command and without a transfer. */
  readonly idleMs: number;
  /** A transfer of which the system takes or brings no byte. It takes them in steps that can be large on a quick network. */
  readonly stallMs: number;
  /** From the transfer command to the data connection. */
  readonly dataConnectMs: number;
  /** A client that does not read its replies. */
  readonly replyStallMs: number;
  /** Failed passwords in one session before it is closed. */
  readonly passwordTries: number;
  /** Entries that a pattern (`LIST *.bin`) may look at, and how long it may take. */
  readonly globEntries: number;
  readonly globMs: number;
  /** Entries that a listing sorts when a client asks for an order (`LIST -t`); beyond, it streams unsorted. */
  readonly sortedEntries: number;
}

export const DEFAULT_FTP_LIMITS: FtpLimits = {
  lineBytes: 4096,
  queuedCommands: 64,
  connections: 10_000,
  connectionsPerAddress: 50,
  connectionsPerMinute: 600,
  loginsPerMinute: 600,
  loginMs: 60_000,
  handshakeMs: 15_000,
  idleMs: 300_000,
  stallMs: 120_000,
  dataConnectMs: 30_000,
  replyStallMs: 60_000,
  passwordTries: 3,
  globEntries: 100_000,
  globMs: 2_000,
  sortedEntries: 100_000,
};

/** Tells clients of a network (CIDR, `any` for all others) to use this address for passive data connections. */
export interface Masquerade {
  readonly clients: string;
  /** An IPv4 address, or a host name that is looked up anew for each use (with a short memory). */
  readonly address: string;
}

export interface PassivePorts {
  readonly first: number;
  readonly last: number;
}

export interface FtpServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly authenticator: Authenticator;
  readonly observe: Observer;
  readonly clock?: Clock;
  readonly limits?: Partial<FtpLimits>;
  /** The text behind 220. */
  readonly greeting?: string;
  readonly passivePorts?: PassivePorts;
  /** The first row whose network holds the client wins. */
  readonly masquerade?: readonly Masquerade[];
  /** Who may come in and how many at once, over all listeners that share it. Left out: one of its own, from the limits. */
  readonly admission?: Admission;
  /** Is told of offences. An admission that is given asks its own list. */
  readonly bans?: Bans;
  /** Networks (CIDR) whose connections begin with a PROXY header, on the control port and on data ports. */
  readonly trustedProxies?: readonly string[];
  /** Names for sessions, when several listeners share one log; its own count when left out. */
  readonly nextSession?: () => string;
  /** Left out: everything is in the clear. */
  readonly tls?: TlsOptions;
}

/** A running server. */
export interface FtpServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Sessions that are open now. */
  readonly sessionCount: number;
  /** The sessions that are open now, as an operator sees them. */
  sessions(): readonly SessionInfo[];
  /** Ends the sessions of an account, each behind what runs in it now; gives their number. */
  endSessions(account: string, reason: string): number;
  /** Ends a session, its transfer first; the reason is told to the client and the log. False: there is none of that name. */
  kick(session: string, reason: string): boolean;
  /**
   * Takes no new connection, lets running transfers finish for at most `graceMs`, then closes all.
   * Resolves when every socket is closed; a second call with a shorter grace shortens the wait.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}
