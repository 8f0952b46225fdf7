/** The listener of an SSH server: takes connections within bounds, watches their deadlines, and ends them in good order. */
import { createServer, type Server, type Socket } from 'node:net';
import { addressGroup } from '../../../accounts/address-group.ts';
import { createAdmission } from '../../../accounts/admission.ts';
import { createRateLimit, type RateLimit } from '../../../accounts/rate-limit.ts';
import { authority } from '../../../base/authority.ts';
import { systemClock } from '../../../base/clock.ts';
import type { SessionInfo } from '../../../observe/session-info.ts';
import { type Arrival, type Ends, Entrance } from '../../door/entrance.ts';
import { createTrustedProxies } from '../../door/trusted-proxies.ts';
import { AlgorithmPolicy } from './algorithms.ts';
import { Connection } from './connection.ts';
import type { SshContext } from './context.ts';
import { readHostKeys } from './host-keys.ts';
import { DEFAULT_SSH_LIMITS, type SshLimits, type SshServer, type SshServerOptions } from './options.ts';

const BACKLOG = 1024;
/** How often deadlines are looked at. */
const WATCH_MS = 1_000;
/** Events of connections refused, for each address; the others are only counted. */
const REFUSALS_TOLD = { perMinute: 60, burst: 20, keys: 1_000 };
const DEFAULT_GRACE_MS = 10_000;
const IDENTIFICATION = 'Portcall';

/** Starts a server; rejects when it cannot listen, and throws a sentence for a host key that cannot be read. */
export async function startSshServer(options: SshServerOptions): Promise<SshServer> {
  const server = new Listener(options);
  await server.listen(options.host, options.port);
  return server;
}

class Listener implements SshServer {
  readonly #context: SshContext;
  readonly #server: Server;
  readonly #entrance: Entrance;
  readonly #connections = new Set<Connection>();
  readonly #refusalsTold: RateLimit;
  #refusalsUntold = 0;
  readonly #nextSession: () => string;
  #stopWatch: () => void = () => undefined;
  #closed: Promise<void> | undefined;
  #allGone: () => void = () => undefined;
  host = '';
  port = 0;

  constructor(options: SshServerOptions) {
    const { clock = systemClock, bans } = options;
    const limits = { ...DEFAULT_SSH_LIMITS, ...options.limits };
    const admission =
      options.admission ?? createAdmission({ limits: entranceOf(limits), clock, ...(bans && { bans }) });
    this.#context = {
      authenticator: options.authenticator,
      admission,
      bans,
      observe: options.observe,
      clock,
      limits,
      algorithms: new AlgorithmPolicy(options.legacy ?? []),
      hostKeys: readHostKeys(options.hostKeys),
      programs: options.programs,
      keyboardInteractive: options.keyboardInteractive ?? 'offered',
      terminals: options.terminals ?? 'refused',
      identification: options.identification ?? IDENTIFICATION,
    };
    this.#nextSession = options.nextSession ?? countingSessions();
    this.#refusalsTold = createRateLimit({ ...REFUSALS_TOLD, clock });
    const proxies = createTrustedProxies(options.trustedProxies ?? [], clock);
    this.#entrance = new Entrance(admission, proxies, (arrival) => this.#decide(arrival));
    this.#server = createServer({ noDelay: true, keepAlive: true }, (socket) => this.#entrance.receive(socket));
  }

  get sessionCount(): number {
    return this.#connections.size;
  }

  sessions(): readonly SessionInfo[] {
    const nowMs = this.#context.clock.monotonic();
    return Array.from(this.#connections, (connection) => connection.info(nowMs));
  }

  endSessions(account: string, reason: string): number {
    const ending = [...this.#connections].filter(({ accountName }) => accountName === account);
    for (const connection of ending) connection.finish(reason);
    return ending.length;
  }

  kick(session: string, reason: string): boolean {
    const kicked = [...this.#connections].filter(({ id }) => id === session);
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
    this.#server.on('error', (cause) => this.#context.observe({ kind: 'fault', where: 'ssh accept', cause }));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener has no address');
    this.host = address.address;
    this.port = address.port;
    this.#context.observe({ kind: 'listening', protocol: 'sftp', host: this.host, port: this.port });
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

  /** RFC 4253 §4.2: a server may send lines before its identification; OpenSSH's client shows them. */
  #refuse(socket: Socket, ends: Ends, reason: string): void {
    const session = this.#nextSession();
    const peer = authority(ends.peerAddress, ends.peerPort);
    // A crowd that is turned away must not fill the log either.
    if (this.#refusalsTold.take(addressGroup(ends.peerAddress)) > 0) this.#refusalsUntold += 1;
    else {
      const more = this.#refusalsUntold === 0 ? '' : `; ${this.#refusalsUntold} more refusals were not told`;
      this.#refusalsUntold = 0;
      const told = `${reason}${more}`;
      this.#context.observe({ kind: 'connection-refused', protocol: 'sftp', session, peer, reason: told });
    }
    socket.end(`Not now: ${reason}.\r\n`);
    socket.resume();
    socket.destroySoon();
  }

  #open(socket: Socket, ends: Ends, leave: () => void): void {
    const { observe, clock } = this.#context;
    const openedMs = clock.monotonic();
    const connection: Connection = new Connection(socket, ends, {
      id: this.#nextSession(),
      context: this.#context,
      onClosed: (reason) => {
        this.#connections.delete(connection);
        leave();
        const durationMs = clock.monotonic() - openedMs;
        const account = connection.accountName;
        observe({ ...connection.origin, kind: 'session-closed', account, durationMs, reason });
        if (this.#connections.size === 0) this.#allGone();
      },
    });
    this.#connections.add(connection);
    observe({ ...connection.origin, kind: 'session-opened' });
  }

  #watch(): void {
    const nowMs = this.#context.clock.monotonic();
    for (const connection of this.#connections) connection.watch(nowMs);
    this.#stopWatch = this.#context.clock.after(WATCH_MS, () => this.#watch());
  }
}

const entranceOf = ({ connections, connectionsPerAddress, connectionsPerMinute, loginsPerMinute }: SshLimits) => ({
  connections,
  connectionsPerAddress,
  connectionsPerMinute,
  loginsPerMinute,
});

function countingSessions(): () => string {
  let count = 0;
  return () => (count += 1).toString(36);
}
