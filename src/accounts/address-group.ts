/** Which addresses count as one client: an IPv4 address is its own group, an IPv6 address belongs to its /64. */
import { canonicalAddress, parseAddress } from '../base/cidr.ts';

/** A home or an office gets a /64 as it once got one IPv4 address, and may use any address in it. */
const GROUP_BYTES = 8;

/**
 * The group that an address counts in: `192.0.2.1`, or `2001:db8:0:1::/64`. An IPv4-mapped IPv6 address is judged as
 * the IPv4 address that it is, however it is spelled. Text that is no address is its own group.
 */
export function addressGroup(address: string): string {
  const canonical = canonicalAddress(address);
  const bytes = parseAddress(canonical);
  if (bytes?.length !== 16) return canonical;
  const fields = Array.from({ length: GROUP_BYTES / 2 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  return `${fields.join(':')}::/64`;
}
