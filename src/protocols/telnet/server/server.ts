/** The listener of a Telnet server: takes connections within bounds, and ends them in good order. */
import { createServer, type Server, type Socket } from 'node:net';
import { createAdmission } from '../../../accounts/admission.ts';
import { authority } from '../../../base/authority.ts';
import { type Clock, systemClock } from '../../../base/clock.ts';
import type { Observer } from '../../../observe/event.ts';
import { type Arrival, type Ends, Entrance } from '../../door/entrance.ts';
import { createTrustedProxies } from '../../door/trusted-proxies.ts';
import {
  DEFAULT_TELNET_LIMITS,
  type TelnetLimits,
  type TelnetServer,
  type TelnetServerOptions,
  type TelnetSession,
} from './options.ts';
import { Session } from './session.ts';

const BACKLOG = 1024;
const KEEP_ALIVE_MS = 30_000;
const DEFAULT_GRACE_MS = 10_000;
/** Text that waits for a peer; beyond, writing waits. */
const MOST_WAITING_BYTES = 64 * 1024;
const SHUTTING_DOWN = 'the server is shutting down';

/** Starts a server; rejects when it cannot listen, and with a `RangeError` that names a limit or network that is none. */
export async function startTelnetServer(options: TelnetServerOptions): Promise<TelnetServer> {
  const server = new Listener(options);
  await server.listen(options.host, options.port);
  return server;
}

class Listener implements TelnetServer {
  readonly #onSession: (session: TelnetSession) => Promise<void>;
  readonly #observe: Observer;
  readonly #clock: Clock;
  readonly #limits: TelnetLimits;
  readonly #nextSession: () => string;
  readonly #entrance: Entrance;
  readonly #server: Server;
  readonly #sessions = new Set<Session>();
  #closed: Promise<void> | undefined;
  #allGone: () => void = () => undefined;
  host = '';
  port = 0;

  constructor(options: TelnetServerOptions) {
    const { clock = systemClock, observe = () => undefined } = options;
    this.#limits = { ...DEFAULT_TELNET_LIMITS, ...options.limits };
    this.#clock = clock;
    this.#observe = observe;
    this.#onSession = options.onSession;
    this.#nextSession = options.nextSession ?? countingSessions();
    const { connections, connectionsPerAddress, connectionsPerMinute } = this.#limits;
    const limits = { connections, connectionsPerAddress, connectionsPerMinute };
    const admission = options.admission ?? createAdmission({ limits, clock });
    const proxies = createTrustedProxies(options.trustedProxies ?? [], clock);
    this.#entrance = new Entrance(admission, proxies, (arrival) => this.#decide(arrival));
    const sockets = {
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
      // Who has sent all its commands may end, and still reads the output.
      allowHalfOpen: true,
      highWaterMark: MOST_WAITING_BYTES,
    };
    this.#server = createServer(sockets, (socket) => this.#entrance.receive(socket));
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  async listen(host: string, port: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.#server.once('error', reject);
    this.#server.listen({ host, port, backlog: BACKLOG }, () => resolve(undefined));
    await promise;
    this.#server.off('error', reject);
    // A connection that cannot be accepted (no descriptor left, say) concerns nobody else.
    this.#server.on('error', (cause) => this.#observe({ kind: 'fault', where: 'telnet accept', cause }));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener has no address');
    this.host = address.address;
    this.port = address.port;
    this.#observe({ kind: 'listening', protocol: 'telnet', host: this.host, port: this.port });
  }

  async close({ graceMs = DEFAULT_GRACE_MS }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#finish();
    const cancel = this.#clock.after(graceMs, () => {
      for (const session of this.#sessions) session.destroy(SHUTTING_DOWN);
    });
    await this.#closed;
    cancel();
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
    for (const session of this.#sessions) session.endInput();
    if (this.#sessions.size === 0) this.#allGone();
    await Promise.all([closed, gone]);
  }

  #decide({ socket, ends, verdict }: Arrival): void {
    if (verdict.outcome === 'refused') this.#refuse(socket, ends, verdict.reason);
    else if (this.#closed === undefined) this.#open(socket, ends, () => verdict.leave());
    else {
      verdict.leave();
      this.#refuse(socket, ends, SHUTTING_DOWN);
    }
  }

  #refuse(socket: Socket, ends: Ends, reason: string): void {
    const peer = authority(ends.peerAddress, ends.peerPort);
    const session = this.#nextSession();
    this.#observe({ kind: 'connection-refused', protocol: 'telnet', session, peer, reason });
    socket.end(`Not now: ${reason}.\r\n`);
    socket.resume();
    socket.destroySoon();
  }

  #open(socket: Socket, ends: Ends, leave: () => void): void {
    const id = this.#nextSession();
    const origin = { protocol: 'telnet', session: id, peer: authority(ends.peerAddress, ends.peerPort) } as const;
    const openedMs = this.#clock.monotonic();
    const session = new Session({ id, socket, ends, clock: this.#clock, limits: this.#limits });
    this.#sessions.add(session);
    this.#observe({ ...origin, kind: 'session-opened' });
    const closed = (): void => {
      this.#sessions.delete(session);
      leave();
      const durationMs = this.#clock.monotonic() - openedMs;
      this.#observe({ ...origin, kind: 'session-closed', account: undefined, durationMs, reason: session.reason });
      if (this.#sessions.size === 0) this.#allGone();
    };
    session.signal.addEventListener('abort', closed, { once: true });
    if (session.signal.aborted) closed();
    else void this.#serve(session);
  }

  async #serve(session: Session): Promise<void> {
    try {
      await this.#onSession(session);
    } catch (cause) {
      this.#observe({ kind: 'fault', where: 'telnet session', cause });
    }
    session.end();
  }
}

function countingSessions(): () => string {
  let count = 0;
  return () => (count += 1).toString(36);
}
