/** FTP over TLS for tests: a listener with a throw-away certificate, and a client that says exactly what the test says. */
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { TlsCredentials, TlsOptions } from '../../src/protocols/ftp/server/tls-options.ts';
import { type TestAuthority, testAuthority } from './certificates.ts';
import { RawFtp } from './raw-ftp.ts';
import { within } from './wait.ts';

/** What one authority and a certificate for this machine make of a listener. */
export interface TestTls {
  readonly authority: TestAuthority;
  readonly options: TlsOptions;
}

/** Explicit TLS that is offered, data bound as it is by default, unless told otherwise. */
export async function testTls(
  wanted: Partial<TlsOptions> = {},
  context: Partial<TlsCredentials['context']> = {},
): Promise<TestTls> {
  const authority = await testAuthority();
  const { certPem, keyPem } = authority.server(['localhost', '127.0.0.1']);
  const credentials: TlsCredentials = {
    version: 1,
    context: { cert: certPem, key: keyPem, ...context },
    contextFor: () => undefined,
  };
  const options: TlsOptions = {
    credentials,
    start: 'explicit',
    demand: 'nothing',
    dataBinding: 'auto',
    clientCertificates: 'off',
    clearControl: 'refused',
    ...wanted,
  };
  return { authority, options };
}

export type ClientTls = Omit<ConnectionOptions, 'socket' | 'port' | 'host'>;

/** Puts TLS over a connection, as a client that trusts anybody unless told otherwise. Rejects when it is refused. */
export async function tlsOver(socket: Duplex, options: ClientTls = {}): Promise<TLSSocket> {
  const secured = connect({ rejectUnauthorized: false, ...options, socket });
  const refused = once(secured, 'close').then(() => {
    throw new Error('the server closed the connection in the handshake');
  });
  refused.catch(() => undefined);
  await within(Promise.race([once(secured, 'secureConnect'), refused]), 'the TLS handshake');
  secured.on('error', () => undefined);
  return secured;
}

/** A control connection behind AUTH TLS, and its data connections. */
// eslint-disable-next-line no-restricted-syntax -- it is the same client, speaking over another socket
export class SecureFtp extends RawFtp {
  readonly tls: ClientTls;
  readonly tlsSocket: TLSSocket;
  /** The newest ticket of the control connection. */
  session: Buffer | undefined;

  private constructor(socket: TLSSocket, tls: ClientTls) {
    super(socket);
    this.tls = tls;
    this.tlsSocket = socket;
    // TLS 1.2 gave its ticket within the handshake.
    if (socket.getProtocol() === 'TLSv1.2') this.session = socket.getSession();
    socket.on('session', (session: Buffer) => {
      this.session = session;
    });
  }

  /** Connects, takes the greeting, and says AUTH TLS. */
  static async explicit(port: number, tls: ClientTls = {}): Promise<SecureFtp> {
    return await SecureFtp.over(await RawFtp.open(port), tls);
  }

  /** Says AUTH TLS on a connection that is in the clear; the client that it was is not to be used any more. */
  static async over(clear: RawFtp, tls: ClientTls = {}): Promise<SecureFtp> {
    await clear.expect(234, 'AUTH TLS');
    clear.release();
    return new SecureFtp(await tlsOver(clear.socket, tls), tls);
  }

  /** On a connection that is encrypted already. */
  static on(socket: TLSSocket, tls: ClientTls): SecureFtp {
    return new SecureFtp(socket, tls);
  }

  /** TLS from the first byte. */
  static async implicit(port: number, tls: ClientTls = {}): Promise<SecureFtp> {
    const socket = connectTcp({ port, host: '127.0.0.1' });
    await within(once(socket, 'connect'), 'the control connection');
    const client = new SecureFtp(await tlsOver(socket, tls), tls);
    await client.expect(220);
    return client;
  }

  /** Logs in, and agrees on encrypted data. */
  static async private(port: number, tls: ClientTls = {}): Promise<SecureFtp> {
    const client = await SecureFtp.explicit(port, tls);
    await client.expect(331, 'USER u');
    await client.expect(230, 'PASS p');
    await client.expect(200, 'PBSZ 0');
    await client.expect(200, 'PROT P');
    await client.expect(200, 'TYPE I');
    return client;
  }

  /** EPSV and TCP to it, then the command, then TLS: the order in which clients do it. */
  async openData(command: string, tls: ClientTls = this.resuming()): Promise<TLSSocket> {
    const raw = await this.passive();
    await this.expect(150, command);
    return await tlsOver(raw, { ...this.tls, ...tls });
  }

  /** The same over a connection that the server makes. */
  async openActiveData(command: string): Promise<TLSSocket> {
    const port = await this.active();
    await this.expect(150, command);
    return await tlsOver(await port.socket, { ...this.tls, ...this.resuming() });
  }

  /** What continues the control connection's session. */
  resuming(): ClientTls {
    return this.session === undefined ? {} : { session: this.session };
  }
}
