/** What a client of FTP may be told: where, who, how securely, how patiently. */
import type { Clock } from '../../../base/clock.ts';
import type { ClientObserver } from '../../../observe/client-event.ts';
import type { TelnetEscape } from '../wire/printed-command.ts';

/** `none`: in the clear · `explicit`: AUTH TLS before USER (RFC 4217) · `implicit`: TLS from the first byte. */
export type Security = 'none' | 'explicit' | 'implicit';

export interface TlsTrust {
  /** PEM of the authorities that are trusted instead of the system's. */
  readonly ca?: string;
  /** SHA-256 of the server's certificate, hexadecimal with or without colons: nothing else is trusted then, no name is checked. */
  readonly pin?: string;
  /** PEM of the client's own certificate and key. */
  readonly cert?: string;
  readonly key?: string;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** The name that the certificate must be for, and that is asked for by SNI; the host unless told otherwise. */
  readonly serverName?: string;
  /** `required` (the default): a certificate that cannot be verified ends the connection. */
  readonly verify?: 'required' | 'off';
  /**
   * `required` (the default): a download that ends without TLS close_notify has been cut · `optional`: for servers that
   * never send it.
   */
  readonly closeNotify?: 'required' | 'optional';
}

/** Each counts only the time in which nothing is heard from the peer. Milliseconds. */
export interface ClientTimeouts {
  /** Until a TCP connection stands, and until its TLS does. */
  readonly connectMs: number;
  /** Until a reply is whole. */
  readonly replyMs: number;
  /** Without a byte on a data connection while we wait for one, or while none of ours is taken. */
  readonly dataMs: number;
}

export const DEFAULT_TIMEOUTS: ClientTimeouts = { connectMs: 10_000, replyMs: 30_000, dataMs: 60_000 };

export interface ClientLimits {
  /** Control connections at once. */
  readonly connections: number;
  /** Bytes of one reply, all its lines together. */
  readonly replyBytes: number;
  /** Bytes of a listing that are held while another call needs the connection. */
  readonly listingBytes: number;
}

export const DEFAULT_CLIENT_LIMITS: ClientLimits = {
  connections: 8,
  replyBytes: 1024 * 1024,
  listingBytes: 64 * 1024 * 1024,
};

/** How often a call that may be repeated is tried at all, and the first and the longest pause in between. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 5, firstDelayMs: 500, maxDelayMs: 30_000 };

/** Where the data connections come from. */
export type DataMode =
  | {
      readonly mode: 'passive';
      /** Follow an address of PASV that is not the server's own. */ readonly otherHost?: 'refuse' | 'follow';
    }
  | {
      readonly mode: 'active';
      /** The address that the server is told instead of our own: the outside of a NAT. */
      readonly announce?: string;
      /** Ports to listen on; any unless told. */
      readonly ports?: readonly [first: number, last: number];
    };

export interface FtpClientOptions {
  readonly host: string;
  /** 21, or 990 for implicit TLS, unless told. */
  readonly port?: number;
  readonly security?: Security;
  /** `anonymous` unless told. */
  readonly user?: string;
  readonly password?: string;
  /** Sent when the server asks for an account (332). */
  readonly account?: string;
  readonly tls?: TlsTrust;
  readonly data?: DataMode;
  readonly timeouts?: Partial<ClientTimeouts>;
  /** A NOOP is sent after this time of a transfer without a command; 0 sends none. Milliseconds; 60,000 unless told. */
  readonly keepAliveMs?: number;
  readonly limits?: Partial<ClientLimits>;
  readonly retry?: Partial<RetryPolicy>;
  /**
   * `temporary` (the default): an upload has another name until it is whole · `direct`: it is written under its own name,
   * for servers that allow no renaming.
   */
  readonly uploads?: 'temporary' | 'direct';
  /** How a byte of 255 in a name is sent; by the greeting of the server unless told. */
  readonly telnet?: TelnetEscape;
  readonly clock?: Clock;
  readonly observe?: ClientObserver;
  /** Ends the connecting, and nothing later. */
  readonly signal?: AbortSignal;
}
