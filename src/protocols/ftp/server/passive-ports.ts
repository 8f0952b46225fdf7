/**
 * Where passive data connections are listened for. Ports are drawn at random and bound by number: to ask the system for
 * "any" port makes it search through all recently used ones, which gets slow after a few thousand small transfers.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { PassivePorts } from './options.ts';

/** Where ports are drawn from when none are configured: IANA's dynamic ports (RFC 6335 §6). */
const DYNAMIC_PORTS: PassivePorts = { first: 49_152, last: 65_535 };
const DRAWS = 64;
const BACKLOG = 16;

/** A listener lent to one session. */
export interface PassiveListener {
  readonly server: Server;
  readonly port: number;
}

/** Somebody who holds a listener, and may be asked to give it back when ports run short. */
export interface Lessee {
  /** Monotonic milliseconds of the last use; `undefined` while it may not be taken away. */
  idleSince(): number | undefined;
  release(): void;
}

export class PassivePortPool {
  readonly #range: PassivePorts;
  readonly #randomInt: (below: number) => number;
  readonly #lessees = new Map<number, Lessee>();

  constructor(range: PassivePorts | undefined, randomInt: (below: number) => number) {
    this.#range = range ?? DYNAMIC_PORTS;
    this.#randomInt = randomInt;
  }

  /** Opens a listener on an unused port of the range; `undefined` when there is none. Rejects when the address is not ours. */
  async lease(host: string, lessee: Lessee, onSocket: (socket: Socket) => void): Promise<PassiveListener | undefined> {
    for (const port of this.#candidates()) {
      if (this.#lessees.has(port)) continue;
      this.#lessees.set(port, lessee);
      let server: Server | undefined;
      try {
        server = await listen(host, port, onSocket);
      } finally {
        if (server === undefined) this.#lessees.delete(port);
      }
      if (server !== undefined) return { server, port };
    }
    return undefined;
  }

  /** True for a port that a session listens on. */
  holds(port: number): boolean {
    return this.#lessees.has(port);
  }

  /** To be called when a listener has been closed. */
  returned(port: number): void {
    this.#lessees.delete(port);
  }

  /** Random ports of the range, each once in a small range; when all are lent, the one that has been idle longest. */
  *#candidates(): Generator<number> {
    const { first, last } = this.#range;
    const count = last - first + 1;
    const start = this.#randomInt(count);
    if (count > DRAWS) for (let draw = 0; draw < DRAWS; draw++) yield first + this.#randomInt(count);
    for (let step = 0; step < Math.min(count, 4 * DRAWS); step++) yield first + ((start + step) % count);
    const port = this.#reclaim();
    if (port !== undefined) yield port;
  }

  #reclaim(): number | undefined {
    let oldest: { readonly port: number; readonly since: number; readonly lessee: Lessee } | undefined;
    for (const [port, lessee] of this.#lessees) {
      const since = lessee.idleSince();
      if (since !== undefined && (oldest === undefined || since < oldest.since)) oldest = { port, since, lessee };
    }
    oldest?.lessee.release();
    return oldest?.port;
  }
}

/** Listens on exactly this port; `undefined` when somebody else has it. */
async function listen(host: string, port: number, onSocket: (socket: Socket) => void): Promise<Server | undefined> {
  const server = createServer({ pauseOnConnect: true, noDelay: true, allowHalfOpen: false }, onSocket);
  const { promise, resolve, reject } = Promise.withResolvers<Server | undefined>();
  server.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
    else reject(error);
  });
  server.listen({ host, port, backlog: BACKLOG, exclusive: true }, () => resolve(server));
  return promise;
}
