/** The options of a client with everything that was left out filled in. */
import { type Clock, systemClock } from '../../../base/clock.ts';
import type { ClientObserver } from '../../../observe/client-event.ts';
import type { TelnetEscape } from '../wire/printed-command.ts';
import {
  type ClientLimits,
  type ClientTimeouts,
  type DataMode,
  DEFAULT_CLIENT_LIMITS,
  DEFAULT_TIMEOUTS,
  type FtpClientOptions,
  type Security,
  type TlsTrust,
} from './options.ts';

/** RFC 959 §8, and the port that was once meant for TLS from the first byte. */
const FTP_PORT = 21;
const IMPLICIT_TLS_PORT = 990;
const KEEP_ALIVE_MS = 60_000;
/** RFC 1635: a mail address is the custom; nobody's is as good. */
const ANONYMOUS_PASSWORD = 'anonymous@';

export interface SessionSettings {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly user: string;
  readonly password: string | undefined;
  readonly account: string | undefined;
  readonly tls: TlsTrust;
  readonly data: DataMode;
  readonly timeouts: ClientTimeouts;
  readonly keepAliveMs: number;
  readonly telnet: TelnetEscape | undefined;
  readonly limits: ClientLimits;
  readonly clock: Clock;
  readonly observe: ClientObserver;
  readonly signal: AbortSignal | undefined;
}

export function sessionSettings(options: FtpClientOptions): SessionSettings {
  const { security = 'none', user = 'anonymous' } = options;
  return {
    host: options.host,
    port: options.port ?? (security === 'implicit' ? IMPLICIT_TLS_PORT : FTP_PORT),
    security,
    user,
    password: options.password ?? (user === 'anonymous' ? ANONYMOUS_PASSWORD : undefined),
    account: options.account,
    tls: options.tls ?? {},
    data: options.data ?? { mode: 'passive' },
    timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
    keepAliveMs: options.keepAliveMs ?? KEEP_ALIVE_MS,
    telnet: options.telnet,
    limits: { ...DEFAULT_CLIENT_LIMITS, ...options.limits },
    clock: options.clock ?? systemClock,
    observe: options.observe ?? (() => undefined),
    signal: options.signal,
  };
}
