/** The client's side of TLS: whom it trusts, and sessions that data connections resume (RFC 4217 §10.2, §12.3). */
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { SecuredChannel } from '../../../observe/client-event.ts';
import type { FileError } from '../../../files/error.ts';
import { connectionFailure } from '../../dial/failure.ts';

import { inTime } from '../../dial/patience.ts';
import type { SessionSettings } from './settings.ts';

/** Sessions that are kept for data connections; a server gives some two for each handshake. */
const MAX_SESSIONS = 8;
/** How verification names its complaints; other codes are failures of the handshake. */
const DISTRUST: readonly (readonly [RegExp, string])[] = [
  [/ALTNAME|HOSTNAME/, 'it is for another name'],
  [/EXPIRED/, 'it has expired'],
  [/NOT_YET_VALID/, 'it is not valid yet: check the clocks'],
  [/SELF_SIGNED/, 'nobody who is trusted signed it'],
  [/UNABLE_TO|ISSUER|CHAIN/, 'its authority is not known'],
  [/REVOKED/, 'it has been revoked'],
];

const normalPin = (pin: string): string =>
  pin
    .replace(/^sha256:/i, '')
    .replaceAll(':', '')
    .toUpperCase();

/** What has been negotiated on a channel; of a resumed one the certificate is the first one's. */
export function securedChannel(socket: TLSSocket): SecuredChannel {
  return {
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    resumed: socket.isSessionReused() ? 'yes' : 'no',
    fingerprint256: socket.getPeerX509Certificate()?.fingerprint256 ?? '',
  };
}

/** Encrypts the connections of one session: the control connection first, whose sessions its data connections resume. */
export class SecureClient {
  readonly #settings: SessionSettings;
  /** The newest last. A ticket of TLS 1.3 should serve once (RFC 8446 §C.4). */
  readonly #sessions: Buffer[] = [];

  constructor(settings: SessionSettings) {
    this.#settings = settings;
  }

  /** Does the handshake and judges the certificate. Rejects with `not-trusted`, `timed-out`, `protocol` or `connection-lost`. */
  async secure(clear: Socket | Duplex, what: string, signal?: AbortSignal): Promise<TLSSocket> {
    const { clock, timeouts } = this.#settings;
    const socket = connect({ ...this.#options(), socket: clear });
    socket.on('session', (session) => this.#remember(session));
    const secured = new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', () => resolve());
      socket.on('error', reject);
      socket.once('close', () => reject(new Error('the server closed the connection')));
    });
    const failure = (): FileError =>
      connectionFailure('timed-out', `TLS on ${what} took more than ${timeouts.connectMs} ms`);
    try {
      await inTime(secured, { clock, ms: timeouts.connectMs, failure, signal });
      this.#judge(socket, what);
      return socket;
    } catch (cause) {
      socket.destroy();
      clear.destroy();
      throw this.#translated(cause, what, signal);
    }
  }

  #options(): ConnectionOptions {
    const { host, tls } = this.#settings;
    const name = tls.serverName ?? host;
    const session = this.#takeSession();
    return {
      // Node resumes a session only for the host that it was made with.
      host: name,
      ...(isIP(name) !== 0 ? {} : { servername: name }),
      ...(session === undefined ? {} : { session }),
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls.key === undefined ? {} : { key: tls.key }),
      minVersion: tls.minVersion ?? 'TLSv1.2',
      ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
      // Judged by hand, before anything is sent, so that the refusal can name the certificate.
      rejectUnauthorized: false,
    };
  }

  #takeSession(): Buffer | undefined {
    return this.#sessions.length > 1 ? this.#sessions.pop() : this.#sessions[0];
  }

  #remember(session: Buffer): void {
    this.#sessions.push(session);
    if (this.#sessions.length > MAX_SESSIONS) this.#sessions.shift();
  }

  /** A resumed session proves that the server is the one whose certificate was judged when it began. */
  #judge(socket: TLSSocket, what: string): void {
    const { tls } = this.#settings;
    if (socket.isSessionReused()) return;
    const certificate = socket.getPeerX509Certificate();
    const fingerprint = certificate?.fingerprint256 ?? '';
    if (tls.pin !== undefined) {
      if (normalPin(tls.pin) === normalPin(fingerprint)) return;
      throw connectionFailure(
        'not-trusted',
        `the certificate on ${what} is not the pinned one: its SHA-256 is ${fingerprint}`,
      );
    }
    if (tls.verify === 'off' || socket.authorized) return;
    throw connectionFailure(
      'not-trusted',
      `the certificate on ${what} is not trusted: ${distrust(socket.authorizationError)}; its SHA-256 is ${fingerprint}`,
      { cause: socket.authorizationError },
    );
  }

  #translated(cause: unknown, what: string, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted === true || isFailure(cause)) return cause;
    const words = cause instanceof Error ? ('reason' in cause ? String(cause.reason) : cause.message) : String(cause);
    return connectionFailure('protocol', `TLS on ${what} failed: ${words}`, { cause });
  }
}

const isFailure = (cause: unknown): boolean => cause instanceof Error && cause.name === 'FileError';

/** Node's type says Error; what stands there is mostly a code. */
function distrust(complaint: unknown): string {
  const text =
    complaint instanceof Error
      ? `${'code' in complaint ? String(complaint.code) : ''} ${complaint.message}`
      : String(complaint);
  return DISTRUST.find(([pattern]) => pattern.test(text))?.[1] ?? text;
}
