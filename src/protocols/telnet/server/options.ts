/** What a Telnet server must be told, what it gives to a session, and the bounds that it keeps. */
import type { Admission, AdmissionLimits } from '../../../accounts/admission.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Observer } from '../../../observe/event.ts';
import { DEFAULT_LINE_LIMITS, type LineLimits } from '../channel/limits.ts';

/** Bounds of one Telnet server. Times in milliseconds. */
export type TelnetLimits = Omit<AdmissionLimits, 'loginsPerMinute'> & LineLimits;

export const DEFAULT_TELNET_LIMITS: TelnetLimits = {
  connections: 1_000,
  connectionsPerAddress: 50,
  connectionsPerMinute: 600,
  ...DEFAULT_LINE_LIMITS,
};

/** Somebody at a terminal. */
export interface TelnetSession {
  /** As in events; unique among the server's sessions. */
  readonly id: string;
  readonly peerAddress: string;
  readonly peerPort: number;
  /**
   * What the peer types, of which Enter is one CR; IP comes as 0x03, EC as 0x7F and EL as 0x15. It ends with the peer's
   * side of the connection, and when the server shuts down. Each loop over it reads on where the last one stopped; while
   * nobody reads, the peer is held back.
   */
  readonly input: AsyncIterable<Uint8Array>;
  /** The size of the terminal, `undefined` until the peer tells it. */
  readonly columns: number | undefined;
  readonly rows: number | undefined;
  /** Printable ASCII, as the peer spells it; `undefined` until it tells. */
  readonly terminalType: string | undefined;
  /** Aborted when the connection is gone. */
  readonly signal: AbortSignal;
  /**
   * Sends text as UTF-8, as it is: a new line is `\r\n`, in one call. Resolves when there is room for more (64 KiB), and at
   * once where nobody takes it; never rejects.
   */
  write(text: string): Promise<void>;
  /** Called when the size is told, and each time it changes. The returned function ends that. */
  onResize(listener: () => void): () => void;
  /** Called for BRK. The returned function ends that. */
  onBreak(listener: () => void): () => void;
  /** Sends what was written and closes; nothing is read any more. */
  end(): void;
}

export interface TelnetServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The connection is closed when it resolves. Must not reject. */
  readonly onSession: (session: TelnetSession) => Promise<void>;
  readonly observe?: Observer;
  readonly clock?: Clock;
  readonly limits?: Partial<TelnetLimits>;
  /** Left out: one of its own, from the limits. */
  readonly admission?: Admission;
  /** Networks (CIDR) whose connections begin with a PROXY header. */
  readonly trustedProxies?: readonly string[];
  readonly nextSession?: () => string;
}

/** A running server. */
export interface TelnetServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly sessionCount: number;
  /** Takes no new connection, ends the input of all sessions, and closes them after `graceMs` at the latest. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}
