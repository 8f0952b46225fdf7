/** What a listener must be told to speak TLS (RFC 4217). */
import type { SecureContextOptions } from 'node:tls';

/** How much of a session must be encrypted. `login` means names, passwords and all commands; `data` files and listings too. */
export type TlsDemand = 'nothing' | 'login' | 'data';

/**
 * Whether a data connection must continue the TLS session of its control connection, which proves that both have the same
 * client. `auto` demands it of a client that has shown it can.
 */
export type DataBinding = 'off' | 'auto' | 'required';

/** Key, certificate and what else contexts are made of. It changes when files do: ask each time. */
export interface TlsCredentials {
  /** A new number whenever what the others answer has changed. */
  readonly version: number;
  /** For clients that name no host, or one that nobody knows. */
  readonly context: SecureContextOptions;
  /** For a host that the client names (SNI, RFC 6066 §3), in lower case; `undefined` when there is none of its own. */
  contextFor(serverName: string): SecureContextOptions | undefined;
}

export interface TlsOptions {
  readonly credentials: TlsCredentials;
  /** `explicit`: in the clear until AUTH TLS; `implicit`: encrypted from the first byte. */
  readonly start: 'explicit' | 'implicit';
  readonly demand: TlsDemand;
  readonly dataBinding: DataBinding;
  /** Client certificates: not asked for, asked for, or needed. They are judged by the contexts' `ca` and `crl`. */
  readonly clientCertificates: 'off' | 'optional' | 'required';
  /** CCC: whether a client may go back to clear text on the control connection (RFC 2228 §3). */
  readonly clearControl: 'refused' | 'allowed';
}
