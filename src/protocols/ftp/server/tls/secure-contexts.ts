/**
 * A TLS context for each control connection, with ticket keys of its own: a ticket that opens a data connection can then
 * only come from this very session, and nobody else's is accepted. Some are made in advance, so that a login need not wait.
 */
import { constants, randomBytes } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { Clock } from '../../../../base/clock.ts';
import type { TlsCredentials } from '../tls-options.ts';

/** Contexts that wait to be taken: some 25 KiB each. */
const READY_CONTEXTS = 32;
/** Between two contexts made in advance: each takes up to three milliseconds of everybody's time. */
const REFILL_MS = 5;
const TICKET_KEY_BYTES = 48;
/** How long a session can be continued (the longest that TLS 1.3 allows, RFC 8446 §4.6.1): as long as control lasts. */
const SESSION_SECONDS = 7 * 86_400;
/** Names that a client asked for and that have a certificate; the rest share one. */
const MOST_NAMED = 256;

const contextOf = (options: SecureContextOptions): SecureContext =>
  createSecureContext({
    minVersion: 'TLSv1.2',
    // Without one, Node would load all the certificates of the world's authorities to judge clients by.
    ca: [],
    ...options,
    ticketKeys: randomBytes(TICKET_KEY_BYTES),
    sessionTimeout: SESSION_SECONDS,
    // A client certificate may be remembered in a ticket only if the ticket says what it is for.
    sessionIdContext: 'portcall-ftp',
    // Client-initiated renegotiation is refused: it costs us more than them (CVE-2011-1473).
    secureOptions: (options.secureOptions ?? 0) | constants.SSL_OP_NO_RENEGOTIATION,
  });

export class SecureContexts {
  readonly #credentials: TlsCredentials;
  readonly #clock: Clock;
  readonly #ready: SecureContext[] = [];
  readonly #named = new Map<string, SecureContext>();
  #version: number;
  #stopRefill: (() => void) | undefined;
  #closed = false;

  constructor(credentials: TlsCredentials, clock: Clock) {
    this.#credentials = credentials;
    this.#clock = clock;
    this.#version = credentials.version;
    this.#refill();
  }

  /** A context that nobody else has had. */
  take(): SecureContext {
    this.#renew();
    const context = this.#ready.pop() ?? contextOf(this.#credentials.context);
    this.#refill();
    return context;
  }

  /**
   * The certificate for a host that the client names. It may be shared: tickets are sealed with the keys of the context
   * that the connection began with.
   */
  named(serverName: string): SecureContext | undefined {
    this.#renew();
    const name = serverName.toLowerCase();
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    const options = this.#credentials.contextFor(name);
    if (options === undefined) return undefined;
    const context = contextOf(options);
    if (this.#named.size < MOST_NAMED) this.#named.set(name, context);
    return context;
  }

  close(): void {
    this.#closed = true;
    this.#stopRefill?.();
    this.#ready.length = 0;
  }

  /** What was made of certificates that have been replaced is thrown away; running connections keep theirs. */
  #renew(): void {
    if (this.#version === this.#credentials.version) return;
    this.#version = this.#credentials.version;
    this.#ready.length = 0;
    this.#named.clear();
  }

  #refill(): void {
    if (this.#closed || this.#stopRefill !== undefined || this.#ready.length >= READY_CONTEXTS) return;
    this.#stopRefill = this.#clock.after(REFILL_MS, () => {
      this.#stopRefill = undefined;
      this.#renew();
      this.#ready.push(contextOf(this.#credentials.context));
      this.#refill();
    });
  }
}
