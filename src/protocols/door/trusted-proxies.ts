/** Whose word about the client is believed: connections from these networks begin with a PROXY header, all others never do. */
import type { Socket } from 'node:net';
import { requireNetworks } from '../../accounts/networks.ts';
import { networkContains } from '../../base/cidr.ts';
import type { Clock } from '../../base/clock.ts';
import type { ProxyHeader } from '../../base/proxy-header.ts';
import { readProxyHeader } from './proxied-socket.ts';

/** §3: a proxy sends its header at once; 3 s and more allow for one lost packet. */
const HEADER_MS = 5_000;

export interface TrustedProxies {
  /** True when a connection from this address begins with a header, which must then be read before anything else. */
  trusts(address: string): boolean;
  /** See `readProxyHeader`. */
  readHeader(socket: Socket): Promise<ProxyHeader>;
}

/** Throws a RangeError that names a network (CIDR) that is malformed. */
export function createTrustedProxies(networks: readonly string[], clock: Clock): TrustedProxies {
  const trusted = requireNetworks(networks, 'the trusted proxies');
  return {
    trusts: (address) => trusted.some((network) => networkContains(network, address)),
    readHeader: (socket) => readProxyHeader(socket, { clock, timeoutMs: HEADER_MS }),
  };
}
