/** The listener of an FTP server: takes connections within bounds, watches their deadlines, and ends them in good order. */
import { randomInt } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { authority } from '../../../base/authority.ts';
import { canonicalAddress } from '../../../base/cidr.ts';
import { systemClock } from '../../../base/clock.ts';
import type { SessionInfo } from '../../../observe/session-info.ts';
import { BufferPool } from './buffer-pool.ts';
import { ControlConnection } from './control-connection.ts';
import { DataChannel } from './data-channel.ts';
import { overdue } from './deadline.ts';
import { DEFAULT_FTP_LIMITS, type FtpServer, type FtpServerOptions } from './options.ts';
import { PassiveAddresses } from './passive-address.ts';
import { PassivePortPool } from './passive-ports.ts';
import { RECEIVE_BUFFER_BYTES } from './receive.ts';
import { SEND_BUFFER_BYTES } from './send.ts';
import type { Ends, ServerContext } from './context.ts';
import { Session } from './session.ts';
import { sessionInfo } from './session-info.ts';
import { encodeText, printReply, reply } from '../wire/reply.ts';

/** Memory that all transfers of one server together may take for their buffers, beyond a small one each. */
const BUFFER_BUDGET_BYTES = 64 * 1024 * 1024;
const BACKLOG = 1024;
/** How often deadlines are looked at. */
const WATCH_MS = 1_000;
const DEFAULT_GRACE_MS = 10_000;

/** Starts a server; rejects when it cannot listen. */
export async function startFtpServer(options: FtpServerOptions): Promise<FtpServer> {
  const server = new Listener(options);
  await server.listen(options.host, options.port);
  return server;
}

class Listener implements FtpServer {
  readonly #context: ServerContext;
  readonly #server: Server;
  readonly #connections = new Set<ControlConnection>();
  readonly #perAddress = new Map<string, number>();
  #count = 0;
  #stopWatch: () => void = () => undefined;
  #closed: Promise<void> | undefined;
  #allGone: () => void = () => undefined;
  host = '';
  port = 0;

  constructor(options: FtpServerOptions) {
    const clock = options.clock ?? systemClock;
    this.#context = {
      authenticator: options.authenticator,
      observe: options.observe,
      clock,
      limits: { ...DEFAULT_FTP_LIMITS, ...options.limits },
      greeting: options.greeting ?? 'Portcall FTP ready.',
      buffers: {
        sending: new BufferPool(SEND_BUFFER_BYTES, BUFFER_BUDGET_BYTES),
        receiving: new BufferPool(RECEIVE_BUFFER_BYTES, BUFFER_BUDGET_BYTES),
      },
      passivePorts: new PassivePortPool(options.passivePorts, (below) => randomInt(below)),
      passiveAddresses: new PassiveAddresses(options.masquerade ?? [], clock),
    };
    this.#server = createServer({ noDelay: true, keepAlive: true, allowHalfOpen: true }, (socket) =>
      this.#accept(socket),
    );
  }

  get sessionCount(): number {
    return this.#connections.size;
  }

  sessions(): readonly SessionInfo[] {
    const nowMs = this.#context.clock.monotonic();
    return Array.from(this.#connections, ({ session, waiting }) => sessionInfo(session, waiting, nowMs));
  }

  kick(session: string, reason: string): boolean {
    const kicked = [...this.#connections].filter((connection) => connection.session.id === session);
    for (const connection of kicked) connection.kick(reason);
    return kicked.length > 0;
  }

  async listen(host: string, port: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.#server.once('error', reject);
    this.#server.listen({ host, port, backlog: BACKLOG }, () => resolve(undefined));
    await promise;
    this.#server.off('error', reject);
    // A connection that cannot be accepted (no descriptor left, say) concerns nobody else.
    this.#server.on('error', (cause) => this.#context.observe({ kind: 'fault', where: 'ftp accept', cause }));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener has no address');
    this.host = address.address;
    this.port = address.port;
    this.#context.observe({ kind: 'listening', protocol: 'ftp', host: this.host, port: this.port });
    this.#watch();
  }

  close({ graceMs = DEFAULT_GRACE_MS }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#finish();
    this.#context.clock.after(graceMs, () => {
      for (const connection of this.#connections) connection.destroy('the server is shutting down');
    });
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ graceMs: 0 });
  }

  async #finish(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const gone = new Promise<void>((resolve) => {
      this.#allGone = resolve;
    });
    for (const connection of this.#connections) connection.finish('the server is shutting down');
    if (this.#connections.size === 0) this.#allGone();
    await Promise.all([closed, gone]);
    this.#stopWatch();
  }

  #accept(socket: Socket): void {
    // A client may be gone before it is accepted; its socket then has no address.
    const { remoteAddress, remotePort, localAddress, localPort } = socket;
    socket.on('error', () => undefined);
    if (remoteAddress === undefined || localAddress === undefined) return void socket.destroy();
    const ends: Ends = {
      peerAddress: canonicalAddress(remoteAddress),
      peerPort: remotePort ?? 0,
      localAddress: canonicalAddress(localAddress),
      localPort: localPort ?? 0,
      bindAddress: withZone(localAddress),
      reachAddress: withZone(remoteAddress),
    };
    const refusal = this.#refusal(ends.peerAddress);
    if (refusal === undefined) this.#open(socket, ends);
    else this.#refuse(socket, ends, refusal);
  }

  #refusal(address: string): string | undefined {
    const { connections, connectionsPerAddress } = this.#context.limits;
    if (this.#closed !== undefined) return 'the server is shutting down';
    if (this.#connections.size >= connections) return `${connections} connections are open already`;
    const open = this.#perAddress.get(address) ?? 0;
    return open >= connectionsPerAddress ? `${open} connections from your address are open already` : undefined;
  }

  #refuse(socket: Socket, ends: Ends, reason: string): void {
    const session = (this.#count += 1).toString(36);
    const peer = authority(ends.peerAddress, ends.peerPort);
    this.#context.observe({ kind: 'connection-refused', protocol: 'ftp', session, peer, reason });
    socket.end(encodeText(printReply(reply(421, `Not now: ${reason}.`))));
    socket.resume();
    socket.destroySoon();
  }

  #open(socket: Socket, ends: Ends): void {
    const { observe, clock } = this.#context;
    const openedMs = clock.monotonic();
    const id = (this.#count += 1).toString(36);
    const data = new DataChannel(ends, this.#context, (address, dataPort) =>
      observe({ ...session.origin, kind: 'stranger', address, dataPort }),
    );
    const session = new Session(id, ends, this.#context, data);
    const { peerAddress } = ends;
    this.#perAddress.set(peerAddress, (this.#perAddress.get(peerAddress) ?? 0) + 1);
    observe({ ...session.origin, kind: 'session-opened' });
    const connection = new ControlConnection(socket, session, (reason) => {
      this.#connections.delete(connection);
      this.#leave(peerAddress);
      const account = session.accountName;
      observe({ ...session.origin, kind: 'session-closed', account, durationMs: clock.monotonic() - openedMs, reason });
      if (this.#connections.size === 0) this.#allGone();
    });
    this.#connections.add(connection);
  }

  #leave(address: string): void {
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(address, left);
    else this.#perAddress.delete(address);
  }

  #watch(): void {
    const { clock, limits } = this.#context;
    const nowMs = clock.monotonic();
    for (const connection of this.#connections) {
      const late = overdue(connection.waiting, limits, nowMs);
      if (late !== undefined) connection.act(late);
    }
    this.#stopWatch = clock.after(WATCH_MS, () => this.#watch());
  }
}

/** Canonical, but for the zone, without which a link-local address leads nowhere (RFC 4007 §11). */
const withZone = (address: string): string => (address.includes('%') ? address : canonicalAddress(address));
