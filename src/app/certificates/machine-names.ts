/** The names and addresses under which this machine may be known. */
import { hostname, networkInterfaces } from 'node:os';
import { canonicalHost } from './host-table.ts';

/** Machines with containers have an address for each of them. */
const MAX_ADDRESSES = 64;

/** Addresses that hold on one cable only (RFC 4291 §2.5.6) are written with a zone, which no certificate has. */
const isLinkLocal = (address: string): boolean => /^fe[89ab]/i.test(address);

/** Host name, loopback and addresses, each once. */
export function machineNames(): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((known) => known ?? [])
    .map(({ address }) => address)
    .filter((address) => !isLinkLocal(address));
  const host = canonicalHost(hostname());
  const names = [...(host === undefined ? [] : [host]), 'localhost', '127.0.0.1', '::1'];
  return [...new Set([...names, ...addresses.slice(0, MAX_ADDRESSES)])];
}
