/** The listener of an FTP server: takes connections within bounds, watches their deadlines, and ends them in good order. */
import { randomInt } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { type Admission, createAdmission } from '../../../accounts/admission.ts';
import { addressGroup } from '../../../accounts/address-group.ts';
import type { Bans } from '../../../accounts/ban-list.ts';
import { createRateLimit, type RateLimit } from '../../../accounts/rate-limit.ts';
import { authority } from '../../../base/authority.ts';
import { type Clock, systemClock } from '../../../base/clock.ts';
import { type Arrival, type Ends, Entrance } from '../../door/entrance.ts';
import { createTrustedProxies } from '../../door/trusted-proxies.ts';
import type { SessionInfo } from '../../../observe/session-info.ts';
import { BufferPool } from './buffer-pool.ts';
import { ControlConnection } from './control-connection.ts';
import { DataChannel } from './data-channel.ts';
import { overdue } from './deadline.ts';
import { DEFAULT_FTP_LIMITS, type FtpLimits, type FtpServer, type FtpServerOptions } from './options.ts';
import { PassiveAddresses } from './passive-address.ts';
import { PassivePortPool } from './passive-ports.ts';
import { RECEIVE_BUFFER_BYTES } from './receive.ts';
import { SEND_BUFFER_BYTES } from './send.ts';
import type { ServerContext } from './context.ts';
import { Session } from './session.ts';
import { SecureContexts } from './tls/secure-contexts.ts';
import { sessionInfo } from './session-info.ts';
import { encodeText, printReply, reply } from '../wire/reply.ts';

/** Memory that all transfers of one server together may take for their buffers, beyond a small one each. */
const BUFFER_BUDGET_BYTES = 64 * 1024 * 1024;
const BACKLOG = 1024;
/** How often deadlines are looked at. */
const WATCH_MS = 1_000;
/** Events of connections refused, for each address; the others are only counted. */
const REFUSALS_TOLD = { perMinute: 60, burst: 20, keys: 1_000 };
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
  readonly #entrance: Entrance;
  readonly #refusalsTold: RateLimit;
  #refusalsUntold = 0;
  readonly #nextSession: () => string;
  #stopWatch: () => void = () => undefined;
  #closed: Promise<void> | undefined;
  #allGone: () => void = () => undefined;
  host = '';
  port = 0;

  constructor(options: FtpServerOptions) {
    const { clock = systemClock, bans } = options;
    const limits = { ...DEFAULT_FTP_LIMITS, ...options.limits };
    this.#context = {
      authenticator: options.authenticator,
      observe: options.observe,
      clock,
      limits,
      greeting: options.greeting ?? 'Portcall FTP ready.',
      buffers: {
        sending: new BufferPool(SEND_BUFFER_BYTES, BUFFER_BUDGET_BYTES),
        receiving: new BufferPool(RECEIVE_BUFFER_BYTES, BUFFER_BUDGET_BYTES),
      },
      passivePorts: new PassivePortPool(options.passivePorts, (below) => randomInt(below)),
      passiveAddresses: new PassiveAddresses(options.masquerade ?? [], clock),
      ...(options.tls && {
        tls: { options: options.tls, contexts: new SecureContexts(options.tls.credentials, clock) },
      }),
      admission: options.admission ?? ownAdmission(limits, clock, bans),
      bans,
      proxies: createTrustedProxies(options.trustedProxies ?? [], clock),
    };
    this.#nextSession = options.nextSession ?? countingSessions();
    this.#refusalsTold = createRateLimit({ ...REFUSALS_TOLD, clock });
    this.#entrance = new Entrance(this.#context.admission, this.#context.proxies, (arrival) => this.#decide(arrival));
    this.#server = createServer({ noDelay: true, keepAlive: true, allowHalfOpen: true }, (socket) =>
      this.#entrance.receive(socket),
    );
  }

  get #protocol(): 'ftp' | 'ftps' {
    return this.#context.tls?.options.start === 'implicit' ? 'ftps' : 'ftp';
  }

  get sessionCount(): number {
    return this.#connections.size;
  }

  sessions(): readonly SessionInfo[] {
    const nowMs = this.#context.clock.monotonic();
    return Array.from(this.#connections, ({ session, waiting }) => sessionInfo(session, waiting, nowMs));
  }

  endSessions(account: string, reason: string): number {
    const ending = [...this.#connections].filter(({ session }) => session.accountName === account);
    for (const connection of ending) connection.finish(reason);
    return ending.length;
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
    this.#context.observe({ kind: 'listening', protocol: this.#protocol, host: this.host, port: this.port });
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
    this.#entrance.close();
    for (const connection of this.#connections) connection.finish('the server is shutting down');
    if (this.#connections.size === 0) this.#allGone();
    await Promise.all([closed, gone]);
    this.#context.tls?.contexts.close();
    this.#stopWatch();
  }

  #decide({ socket, ends, verdict }: Arrival): void {
    if (verdict.outcome === 'refused') this.#refuse(socket, ends, verdict.reason);
    else if (this.#closed === undefined) this.#open(socket, ends, () => verdict.leave());
    else {
      verdict.leave();
      this.#refuse(socket, ends, 'the server is shutting down');
    }
  }

  #refuse(socket: Socket, ends: Ends, reason: string): void {
    const session = this.#nextSession();
    const peer = authority(ends.peerAddress, ends.peerPort);
    // A crowd that is turned away must not fill the log either.
    if (this.#refusalsTold.take(addressGroup(ends.peerAddress)) > 0) this.#refusalsUntold += 1;
    else {
      const more = this.#refusalsUntold === 0 ? '' : `; ${this.#refusalsUntold} more refusals were not told`;
      this.#refusalsUntold = 0;
      const told = `${reason}${more}`;
      this.#context.observe({ kind: 'connection-refused', protocol: this.#protocol, session, peer, reason: told });
    }
    socket.end(encodeText(printReply(reply(421, `Not now: ${reason}.`))));
    socket.resume();
    socket.destroySoon();
  }

  #open(socket: Socket, ends: Ends, leave: () => void): void {
    const { observe, clock, bans } = this.#context;
    const openedMs = clock.monotonic();
    const id = this.#nextSession();
    const data = new DataChannel(ends, this.#context, {
      onStranger(address, dataPort) {
        observe({ ...session.origin, kind: 'stranger', address, dataPort });
        bans?.offence(address, 'stranger-on-data-port');
      },
      candidates: () => (session.security.isDataPrivate ? 'several' : 'one'),
    });
    const session: Session = new Session(id, ends, this.#context, data);
    observe({ ...session.origin, kind: 'session-opened' });
    const connection = new ControlConnection(socket, session, (reason) => {
      this.#connections.delete(connection);
      leave();
      const account = session.accountName;
      observe({ ...session.origin, kind: 'session-closed', account, durationMs: clock.monotonic() - openedMs, reason });
      if (this.#connections.size === 0) this.#allGone();
    });
    this.#connections.add(connection);
  }

  #watch(): void {
    const { clock, limits, bans } = this.#context;
    const nowMs = clock.monotonic();
    for (const connection of this.#connections) {
      const late = overdue(connection.waiting, limits, nowMs);
      if (late === undefined) continue;
      if (late.act === 'close' && late.offence !== undefined)
        bans?.offence(connection.session.ends.peerAddress, late.offence);
      connection.act(late);
    }
    this.#stopWatch = clock.after(WATCH_MS, () => this.#watch());
  }
}

function countingSessions(): () => string {
  let count = 0;
  return () => (count += 1).toString(36);
}

/** Without one that is shared with other listeners. */
function ownAdmission(limits: FtpLimits, clock: Clock, bans: Bans | undefined): Admission {
  const { connections, connectionsPerAddress, connectionsPerMinute, loginsPerMinute } = limits;
  const own = { connections, connectionsPerAddress, connectionsPerMinute, loginsPerMinute };
  return createAdmission({ limits: own, clock, ...(bans && { bans }) });
}
