/** From an accepted socket to a client that may stay: whom a trusted proxy speaks for, and whether there is a place. */
import type { Socket } from 'node:net';
import type { Admission, Admitted, Refused } from '../../accounts/admission.ts';
import { canonicalAddress } from '../../base/cidr.ts';
import type { ProxyHeader } from '../../base/proxy-header.ts';
import { ProxyGoneError } from './proxied-socket.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/**
 * The two ends of a connection, as the client sees them where a trusted proxy is in between. Addresses are
 * canonical: no IPv4 inside IPv6.
 */
export interface Ends {
  readonly peerAddress: string;
  readonly peerPort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Where this server really is, and the client, as the system wants them: a link-local one with its zone (`fe80::1%eth0`). */
  readonly bindAddress: string;
  readonly reachAddress: string;
}

/** Somebody at the door, and what the admission says of them. */
export interface Arrival {
  readonly socket: Socket;
  readonly ends: Ends;
  readonly verdict: Admitted | Refused;
}

export class Entrance {
  readonly #admission: Admission;
  readonly #proxies: TrustedProxies;
  readonly #onArrival: (arrival: Arrival) => void;
  /** Connections of which the header has not come yet. */
  readonly #waiting = new Set<Socket>();

  constructor(admission: Admission, proxies: TrustedProxies, onArrival: (arrival: Arrival) => void) {
    this.#admission = admission;
    this.#proxies = proxies;
    this.#onArrival = onArrival;
  }

  /** Tells of the client at once, behind a proxy as soon as its header has come; never when the socket is gone by then. */
  receive(socket: Socket): void {
    socket.on('error', () => undefined);
    const ends = endsOf(socket);
    // A client may be gone before it is accepted; its socket then has no address.
    if (ends === undefined) socket.destroy();
    else if (this.#proxies.trusts(ends.peerAddress)) void this.#receiveProxied(socket, ends);
    else this.#onArrival({ socket, ends, verdict: this.#admission.enter(ends.peerAddress) });
  }

  /** Closes what is still waiting. */
  close(): void {
    for (const socket of this.#waiting) socket.destroy();
  }

  async #receiveProxied(socket: Socket, ends: Ends): Promise<void> {
    const place = this.#admission.reserve();
    if (place.outcome === 'refused') {
      this.#onArrival({ socket, ends, verdict: place });
      return;
    }
    this.#waiting.add(socket);
    let arrival: Arrival | undefined;
    try {
      const real = withHeader(ends, await this.#proxies.readHeader(socket));
      place.leave();
      if (!socket.destroyed) arrival = { socket, ends: real, verdict: this.#admission.enter(real.peerAddress) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof ProxyGoneError) socket.destroy();
      else
        arrival = { socket, ends, verdict: { outcome: 'refused', reason: `you are a trusted proxy, but ${reason}` } };
    } finally {
      place.leave();
      this.#waiting.delete(socket);
    }
    if (arrival !== undefined) this.#onArrival(arrival);
  }
}

function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): Ends | undefined {
  if (remoteAddress === undefined || localAddress === undefined) return undefined;
  return {
    peerAddress: canonicalAddress(remoteAddress),
    peerPort: remotePort ?? 0,
    localAddress: canonicalAddress(localAddress),
    localPort: localPort ?? 0,
    bindAddress: withZone(localAddress),
    reachAddress: withZone(remoteAddress),
  };
}

/** The ends as the client sees them. Ports are bound and connected from where the server really is. */
function withHeader(ends: Ends, header: ProxyHeader): Ends {
  if (header.kind === 'local') return ends;
  const { sourceAddress, sourcePort, destinationAddress } = header;
  return {
    ...ends,
    peerAddress: sourceAddress,
    peerPort: sourcePort,
    localAddress: destinationAddress,
    reachAddress: sourceAddress,
  };
}

/** Canonical, but for the zone, without which a link-local address leads nowhere (RFC 4007 §11). */
const withZone = (address: string): string => (address.includes('%') ? address : canonicalAddress(address));
