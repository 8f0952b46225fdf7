/**
 * How a session's data connection will be made, and making it (RFC 959 §3.2, RFC 2428).
 *
 * Passive: one listener is kept per session and answered again to the next PASV or EPSV; only the client's own address
 * may come in, once per command. Active: we connect to where the client said, from the port beside the control port.
 */
import { connect as connectTo, type Socket } from 'node:net';
import { canonicalAddress, isPrivateAddress } from '../../../base/cidr.ts';
import type { Lessee, PassiveListener } from './passive-ports.ts';
import type { Ends } from '../../door/entrance.ts';
import type { ServerContext } from './context.ts';
import { TransferFailure } from './transfer.ts';

type Way =
  | { readonly kind: 'none' }
  | { readonly kind: 'active'; readonly host: string; readonly port: number }
  /** The client may come; `arrived` holds who has, until one of them is `taken`. */
  | { readonly kind: 'passive'; readonly arrived: Socket[]; taken?: true };

/** Makes of a data connection one that is encrypted, or refuses it with a {@link TransferFailure}. */
export type Protect = (socket: Socket) => Promise<Socket>;

type Passive = Extract<Way, { kind: 'passive' }>;

const inTheClear: Protect = (socket) => Promise.resolve(socket);

const NONE: Way = { kind: 'none' };
/** Connections that are looked at for one encrypted transfer: a stranger behind the client's address may be quicker. */
const MOST_CANDIDATES = 8;
/** Once a connection was refused, how long the client's own may still be on its way. */
const LATE_CLIENT_MS = 1_000;
/** With an explicit local port of an earlier connection these mean "not that port"; any other port serves as well. */
const PORT_ERRORS = new Set(['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'EPERM']);

/** Whose channel it is. */
export interface DataChannelOwner {
  /** Somebody came from another address than the client's. */
  readonly onStranger: (address: string, port: number) => void;
  /** `one`: the first connection is the client's; `several`: encryption will tell which. */
  readonly candidates: () => 'one' | 'several';
}

/** How many connections of proxies may wait for their header at once. */
const UNREAD_HEADERS = 8;

export class DataChannel implements Lessee {
  readonly #ends: Ends;
  readonly #context: ServerContext;
  readonly #onStranger: DataChannelOwner['onStranger'];
  readonly #candidates: DataChannelOwner['candidates'];
  #way: Way = NONE;
  #listener: PassiveListener | undefined;
  #onArrival: ((socket: Socket) => void) | undefined;
  /** Connections of proxies whose header has not come yet. */
  readonly #unread = new Set<Socket>();
  #told = '';
  #usedMs = 0;
  #closed = false;

  constructor(ends: Ends, context: ServerContext, { onStranger, candidates }: DataChannelOwner) {
    this.#ends = ends;
    this.#context = context;
    this.#onStranger = onStranger;
    this.#candidates = candidates;
  }

  /**
   * Expects the client on the session's port, which it opens when there is none; `undefined` when no port is free.
   * `told` is the address that the client is told to come to.
   */
  async expect(told: string): Promise<number | undefined> {
    this.reset();
    this.#told = told;
    this.#listener ??= await this.#context.passivePorts.lease(this.#ends.bindAddress, this, (socket) =>
      this.#admit(socket),
    );
    if (this.#listener !== undefined) this.#way = { kind: 'passive', arrived: [] };
    // The session may have ended while the port was being opened.
    if (this.#closed) this.close();
    return this.#listener?.port;
  }

  /** The next transfer will connect to this place. The caller has judged it. */
  willConnectTo(host: string, port: number): void {
    this.reset();
    this.#way = { kind: 'active', host, port };
  }

  /**
   * The data connection for one transfer; rejects with a {@link TransferFailure} or the signal's abort. Of several that
   * come, the first that `protect` accepts is it.
   */
  async connect(signal: AbortSignal, protect: Protect = inTheClear): Promise<Socket> {
    signal.throwIfAborted();
    const way = this.#way;
    switch (way.kind) {
      case 'none':
        throw new TransferFailure(425, 'The data connection has been given up.');
      case 'active':
        return await this.#protectOurs(await this.#reach(way.host, way.port, signal), protect, signal);
      case 'passive':
        return await this.#wait(way, protect, signal);
    }
  }

  /**
   * Forgets what was agreed; a connection that waits is closed. The listener stays for the next time, unless a client that
   * was told of it has not come: it may be on its way, and would be taken for the one that the next command waits for.
   */
  reset(): void {
    if (this.#way.kind === 'passive') {
      if (this.#way.taken !== true && this.#way.arrived.length === 0) this.release();
      for (const socket of this.#way.arrived) socket.destroy();
    }
    this.#way = NONE;
    this.#onArrival = undefined;
    this.#usedMs = this.#context.clock.monotonic();
  }

  /** Whether PASV, EPSV, PORT or EPRT has prepared the next transfer. */
  get agreed(): boolean {
    return this.#way.kind !== 'none';
  }

  idleSince(): number | undefined {
    return this.#way.kind === 'none' && this.#listener !== undefined ? this.#usedMs : undefined;
  }

  release(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    if (listener === undefined) return;
    listener.server.close();
    this.#context.passivePorts.returned(listener.port);
  }

  /** The end of the session. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#unread) socket.destroy();
    this.reset();
    this.release();
  }

  #admit(socket: Socket): void {
    socket.on('error', () => undefined);
    const address = canonicalAddress(socket.remoteAddress ?? '');
    if (this.#context.proxies.trusts(address)) void this.#admitProxied(socket, address);
    else this.#judge(socket, address);
  }

  /** A trusted proxy says on each connection whom it speaks for. */
  async #admitProxied(socket: Socket, proxyAddress: string): Promise<void> {
    if (this.#unread.size >= UNREAD_HEADERS) return void socket.destroy();
    this.#unread.add(socket);
    try {
      const header = await this.#context.proxies.readHeader(socket);
      this.#judge(socket, header.kind === 'proxied' ? header.sourceAddress : proxyAddress);
    } catch {
      socket.destroy();
    } finally {
      this.#unread.delete(socket);
    }
  }

  #judge(socket: Socket, address: string): void {
    if (address !== this.#ends.peerAddress) {
      this.#onStranger(address, this.#listener?.port ?? 0);
      socket.destroy();
    } else if (this.#way.kind !== 'passive' || this.#way.taken === true || !this.#hasRoom(this.#way)) socket.destroy();
    else {
      this.#way.arrived.push(socket);
      this.#onArrival?.(socket);
    }
  }

  /** In the clear the first to come is the client; where encryption tells, the one that has kept silent longest makes room. */
  #hasRoom({ arrived }: Passive): boolean {
    if (this.#candidates() === 'one') return arrived.length === 0;
    if (arrived.length >= MOST_CANDIDATES) arrived.shift()?.destroy();
    return true;
  }

  async #wait(way: Passive, protect: Protect, signal: AbortSignal): Promise<Socket> {
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    let underWay = 0;
    const refuse = (error: unknown): void => {
      underWay -= 1;
      this.#context.clock.after(LATE_CLIENT_MS, () => {
        // While another is being judged, it may be the client's own.
        if (underWay === 0) reject(error instanceof Error ? error : new Error('refused'));
      });
    };
    const take = (socket: Socket, chosen: Socket): void => {
      // Of two that are accepted, or one that comes too late, nobody would be the owner.
      if (way.taken === true) return void chosen.destroy();
      // Whoever got it closes it; the others are closed with the agreement.
      way.taken = true;
      const index = way.arrived.indexOf(socket);
      if (index >= 0) way.arrived.splice(index, 1);
      resolve(chosen);
    };
    const judge = (socket: Socket): void => {
      underWay += 1;
      void protect(socket).then((chosen) => take(socket, chosen), refuse);
    };
    this.#onArrival = judge;
    for (const socket of way.arrived) judge(socket);
    const late = notCome(this.#listener?.port ?? 0, this.#told, this.#ends.peerAddress);
    try {
      return await this.#within(promise, reject, signal, late);
    } finally {
      this.#onArrival = undefined;
      way.taken = true;
    }
  }

  /** A connection that we made. */
  async #protectOurs(socket: Socket, protect: Protect, signal: AbortSignal): Promise<Socket> {
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    protect(socket).then(resolve, reject);
    try {
      return await this.#within(promise, reject, signal, 'The client did not begin TLS on the data connection.');
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  async #reach(host: string, port: number, signal: AbortSignal): Promise<Socket> {
    try {
      return await this.#connectFrom(this.#ends.localPort - 1, host, port, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && PORT_ERRORS.has(String(error.code))))
        throw refused(error, host, port);
    }
    try {
      return await this.#connectFrom(0, host, port, signal);
    } catch (error) {
      throw refused(error, host, port);
    }
  }

  /** `localPort` 0 takes any. RFC 959 §3.2: the default is the port beside the control port. */

  async #connectFrom(localPort: number, host: string, port: number, signal: AbortSignal): Promise<Socket> {
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    const socket = connectTo({
      host,
      port,
      localAddress: this.#ends.bindAddress,
      ...(localPort > 0 ? { localPort } : {}),
      noDelay: true,
    });
    // What the client sends must wait for the one who will read it.
    socket.pause();
    socket.on('error', reject);
    socket.once('connect', () => resolve(socket));
    try {
      return await this.#within(
        promise,
        reject,
        signal,
        `No answer from ${host} port ${port}; is a firewall in between?`,
      );
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  async #within(
    promise: Promise<Socket>,
    reject: (error: Error) => void,
    signal: AbortSignal,
    late: string,
  ): Promise<Socket> {
    const cancel = this.#context.clock.after(this.#context.limits.dataConnectMs, () =>
      reject(new TransferFailure(425, late)),
    );
    const onAbort = (): void => reject(new Error('stopped'));
    signal.addEventListener('abort', onAbort);
    try {
      return await promise;
    } finally {
      cancel();
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** The two usual reasons: a firewall, and an address that means nothing where the client is. */
function notCome(port: number, told: string, client: string): string {
  if (isPrivateAddress(told) && !isPrivateAddress(client))
    return `The client did not come to data port ${port}: it was told to come to ${told}, which is private, and comes from a public address; set --masquerade.`;
  return `The client did not come to data port ${port} of ${told}; is a firewall in between?`;
}

function refused(error: unknown, host: string, port: number): unknown {
  if (error instanceof TransferFailure || !(error instanceof Error && 'code' in error)) return error;
  return new TransferFailure(425, `Cannot connect to ${host} port ${port} (${String(error.code)}).`, { cause: error });
}
