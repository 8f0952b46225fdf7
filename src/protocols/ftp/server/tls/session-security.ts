/** What one session has agreed on about encryption, and whether its data connections prove to be of the same client. */
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContext, TLSSocket } from 'node:tls';
import { endedByFin, refuseTruncation, withholdFin } from '../../channel/withheld-fin.ts';
import {
  isControlPrivate,
  isDataPrivate,
  nextProtection,
  type ProtectionEvent,
  type ProtectionState,
} from '../../session/protection.ts';
import type { TlsOptions } from '../tls-options.ts';
import { TransferFailure } from '../transfer.ts';
import type { SecureContexts } from './secure-contexts.ts';
import { type Alpn, certificateNamesOf, HandshakeFailure, secureSocket } from './secure-socket.ts';
import { releasable } from './releasable.ts';
import { createSessionDesk } from './session-desk.ts';

/** What a listener speaks TLS with. */
export interface TlsService {
  readonly options: TlsOptions;
  readonly contexts: SecureContexts;
}

/**
 * TLS 1.3 tickets that each full handshake hands out. A client that uses each only once (Java's, say) has none left
 * afterwards, and nothing says so; only one that continues more often than that has shown that it always can.
 */
const TICKETS_TLS_1_3 = 2;

const truncated = (): TransferFailure =>
  new TransferFailure(426, 'The data connection ended without TLS close_notify, so the file may be incomplete.');

export class SessionSecurity {
  readonly #service: TlsService | undefined;
  #state: ProtectionState = 'clear';
  #context: SecureContext | undefined;
  #desk: Server | undefined;
  #certificateNames: readonly string[] = [];
  #release: (() => Promise<Socket>) | undefined;
  /** Data connections that continued the control connection's TLS session. */
  #continued = 0;
  /** Tickets that can be used once each. */
  #tickets = 0;

  constructor(service: TlsService | undefined) {
    this.#service = service;
  }

  get options(): TlsOptions | undefined {
    return this.#service?.options;
  }

  get state(): ProtectionState {
    return this.#state;
  }

  get isControlPrivate(): boolean {
    return isControlPrivate(this.#state);
  }

  get isDataPrivate(): boolean {
    return isDataPrivate(this.#state);
  }

  /** Whether names and passwords must wait for encryption. */
  get demandsControl(): boolean {
    const demand = this.#service?.options.demand ?? 'nothing';
    return demand !== 'nothing' && !this.isControlPrivate;
  }

  /** Whether files and listings must wait for encryption. */
  get demandsData(): boolean {
    return this.#service?.options.demand === 'data' && !this.isDataPrivate;
  }

  /** Names in the client's certificate, which has been verified. */
  get certificateNames(): readonly string[] {
    return this.#certificateNames;
  }

  /** Moves the state; false when the table refuses. */
  advance(event: ProtectionEvent): boolean {
    const next = nextProtection(this.#state, event);
    if (next === undefined) return false;
    this.#state = next;
    return true;
  }

  /** Encrypts the control connection. Rejects with a {@link HandshakeFailure}. */
  async secureControl(clear: Socket, signal: AbortSignal): Promise<TLSSocket> {
    const canEnd = this.options?.clearControl === 'allowed' ? releasable(clear) : undefined;
    const socket = await this.#handshake(canEnd?.stream ?? clear, 'ftp', signal);
    this.#release = canEnd && (() => canEnd.release(socket));
    this.#countTickets(socket);
    this.#certificateNames = certificateNamesOf(socket);
    this.advance('secured');
    return socket;
  }

  /** Whether CCC is allowed, and possible now. */
  get canReleaseControl(): boolean {
    return this.#release !== undefined && nextProtection(this.#state, 'control-released') !== undefined;
  }

  /** Ends TLS on the control connection, and gives the connection below it. Rejects when the client leaves. */
  async releaseControl(): Promise<Socket> {
    if (this.#release === undefined) throw new Error('CCC was not allowed when TLS began');
    this.advance('control-released');
    return await this.#release();
  }

  /**
   * Encrypts a data connection. An upload ends only at close_notify. Rejects with a {@link TransferFailure}: the
   * handshake failed, or somebody else's data connection is refused.
   */
  async secureData(clear: Socket, direction: 'receives' | 'sends', signal: AbortSignal): Promise<TLSSocket> {
    const pipe = direction === 'receives' ? withholdFin(clear) : undefined;
    try {
      const handshake = this.#handshake(pipe?.stream ?? clear, 'ftp-data', signal);
      const socket = await (pipe === undefined ? handshake : endedByFin(handshake, pipe));
      this.#confirmBinding(socket);
      if (pipe !== undefined) refuseTruncation(socket, pipe, truncated);
      return socket;
    } catch (error) {
      clear.destroy();
      if (!(error instanceof HandshakeFailure)) throw error;
      throw new TransferFailure(425, `TLS on the data connection failed: ${error.message}.`, { cause: error });
    }
  }

  async #handshake(clear: Socket | Duplex, alpn: Alpn, signal: AbortSignal): Promise<TLSSocket> {
    if (this.#service === undefined) throw new HandshakeFailure('this listener has no certificate');
    const { contexts, options } = this.#service;
    this.#context ??= contexts.take();
    return await secureSocket(clear, {
      context: this.#context,
      desk: (this.#desk ??= createSessionDesk()),
      alpn,
      contextFor: (serverName) => contexts.named(serverName),
      clientCertificates: options.clientCertificates,
      signal,
    });
  }

  /** Whether a data connection that does not continue the session is refused. */
  #demandsBinding(version: string | null): boolean {
    const binding = this.#service?.options.dataBinding ?? 'off';
    if (binding !== 'auto') return binding === 'required';
    return this.#continued > (version === 'TLSv1.3' ? this.#tickets : 0);
  }

  #countTickets(socket: TLSSocket): void {
    if (socket.getProtocol() === 'TLSv1.3') this.#tickets += TICKETS_TLS_1_3;
  }

  #confirmBinding(socket: TLSSocket): void {
    if (socket.isSessionReused()) {
      this.#continued += 1;
      return;
    }
    const version = socket.getProtocol();
    if (!this.#demandsBinding(version)) {
      this.#countTickets(socket);
      return;
    }
    socket.destroy();
    const ranDry =
      version === 'TLSv1.3' && this.#continued > 0
        ? ' It did so before: a client that uses each ticket once runs out of them under TLS 1.3; serve it with `maxVersion: 1.2`, or `dataBinding: auto`.'
        : '';
    throw new TransferFailure(
      522,
      `The data connection must continue the TLS session of the control connection.${ranDry}`,
    );
  }
}
