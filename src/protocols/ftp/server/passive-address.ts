/** Which address a client is told to come to for passive data connections: behind NAT it is not the one we listen on. */
import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import { type Network, networkContains, parseNetwork } from '../../../base/cidr.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Masquerade } from './options.ts';

/** How long the address of a name is remembered. */
const MEMORY_MS = 30_000;

interface Row {
  readonly network: Network | 'any';
  readonly address: string;
}

export class PassiveAddresses {
  readonly #rows: readonly Row[];
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly address: string; readonly untilMs: number }>();

  /** Throws a sentence when a row names no network, so that a server with a mistake in it does not start. */
  constructor(rows: readonly Masquerade[], clock: Clock) {
    this.#rows = rows.map(({ clients, address }) => ({ network: networkOf(clients), address }));
    this.#clock = clock;
  }

  /** The IPv4 address for a client; rejects with a `dns` error when a name has none. */
  async addressFor(client: string, local: string): Promise<string> {
    const row = this.#rows.find(({ network }) => network === 'any' || networkContains(network, client));
    if (row === undefined) return local;
    return isIPv4(row.address) ? row.address : await this.#resolve(row.address);
  }

  async #resolve(name: string): Promise<string> {
    const now = this.#clock.monotonic();
    const known = this.#known.get(name);
    if (known !== undefined && known.untilMs > now) return known.address;
    try {
      const { address } = await lookup(name, { family: 4 });
      this.#known.set(name, { address, untilMs: now + MEMORY_MS });
      return address;
    } catch (error) {
      // A name server that is away for a moment does not stop transfers: the last answer serves on.
      if (known !== undefined) return known.address;
      throw error;
    }
  }
}

function networkOf(clients: string): Network | 'any' {
  if (clients === 'any') return 'any';
  const network = parseNetwork(clients);
  if (network === undefined) throw new Error(`${clients} is no network (an example: 10.0.0.0/8)`);
  return network;
}
