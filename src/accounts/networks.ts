/** Lists of networks as rules name them: one that cannot be read must stop the start, never open a door. */
import { type Network, parseNetwork } from '../base/cidr.ts';

/** Parses networks (CIDR). Throws a RangeError that names the first malformed one and the list it stands in. */
export function requireNetworks(texts: readonly string[], list: string): readonly Network[] {
  return texts.map((text) => {
    const network = parseNetwork(text);
    if (network !== undefined) return network;
    throw new RangeError(`"${text}" in ${list} is no network: write it as 192.0.2.0/24, 2001:db8::/32 or one address`);
  });
}
