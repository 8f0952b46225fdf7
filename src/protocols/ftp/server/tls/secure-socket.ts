/**
 * The server's side of one TLS handshake (RFC 4217 §4, §9).
 *
 * Node's public TLS server cannot have ticket keys for each connection, so the socket is made directly. Two things that
 * the public server does for its sockets are done here by hand: errors end the socket, and the client's certificate is
 * judged.
 */
import type { Server, Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';
import { whyTlsFailed } from './why-tls-failed.ts';

/** RFC 7301; `ftp` is registered, `ftp-data` is what FileZilla and others ask for on data connections. */
export type Alpn = 'ftp' | 'ftp-data';

export interface HandshakeOptions {
  readonly context: SecureContext;
  /** Remembers sessions for clients without tickets. */
  readonly desk: Server;
  /** Strict when the client offers any (ALPACA, CVE-2021-3618). */
  readonly alpn: Alpn;
  readonly contextFor: (serverName: string) => SecureContext | undefined;
  readonly clientCertificates: 'off' | 'optional' | 'required';
  /** Ends the handshake, and the socket with it. */
  readonly signal: AbortSignal;
}

/** The handshake failed; the message is the reason for the log. */
export class HandshakeFailure extends Error {
  override readonly name = 'HandshakeFailure';
}

/** What Node keeps of OpenSSL's verdict on a certificate; in no public type. */
interface Judge {
  readonly ssl?: { verifyError?(): Error | null | undefined };
}

function confirmCertificate(socket: TLSSocket, wanted: HandshakeOptions['clientCertificates']): void {
  if (wanted === 'off') return;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    if (wanted === 'required') throw new HandshakeFailure('the client showed no certificate, and one is required');
    return;
  }
  // The field is not in Node's types. Where it is missing nothing was judged, and nobody is let in.
  const { ssl } = socket as TLSSocket & Judge;
  const flaw = ssl?.verifyError === undefined ? new Error('it cannot be judged') : ssl.verifyError();
  if (flaw) throw new HandshakeFailure(`the client's certificate is not accepted: ${flaw.message}`);
}

/** Encrypts a connection. Rejects with a {@link HandshakeFailure}, and the socket is gone then. */
export function secureSocket(clear: Socket | Duplex, options: HandshakeOptions): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const { context, desk, alpn, contextFor, clientCertificates, signal } = options;
  const socket = new TLSSocket(clear, {
    isServer: true,
    secureContext: context,
    server: desk,
    ALPNProtocols: [alpn],
    requestCert: clientCertificates !== 'off',
    rejectUnauthorized: false,
    SNICallback: (serverName, answer) => answer(null, contextFor(serverName)),
  });
  let failure: unknown;
  const end = (): void => void socket.destroy();
  signal.addEventListener('abort', end);
  // Errors of TLS itself, during the handshake and after it. Nobody else would end the socket for them.
  socket.on('_tlsError', (error: unknown) => {
    failure ??= error;
    socket.destroy();
  });
  socket.on('error', (error) => {
    failure ??= error;
  });
  socket.once('close', () => {
    signal.removeEventListener('abort', end);
    const reason = signal.aborted
      ? 'it took too long'
      : failure === undefined
        ? 'the client left'
        : whyTlsFailed(failure);
    reject(new HandshakeFailure(reason));
  });
  socket.once('secure', () => {
    try {
      confirmCertificate(socket, clientCertificates);
      signal.removeEventListener('abort', end);
      resolve(socket);
    } catch (error) {
      reject(error);
      socket.destroy();
    }
  });
  if (signal.aborted) end();
  return promise;
}

/** Names in the client's certificate that can stand for an account: DNS and e-mail names, and the common name. */
export function certificateNamesOf(socket: TLSSocket): string[] {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return [];
  const names = (certificate.subjectAltName ?? '').split(', ').flatMap((entry) => {
    const [, name] = /^(?:DNS|email):([^"]+)$/.exec(entry) ?? [];
    return name === undefined ? [] : [name];
  });
  const [, commonName] = /^CN=([^\r\n]+)$/m.exec(certificate.subject) ?? [];
  return commonName === undefined ? names : [commonName, ...names];
}
