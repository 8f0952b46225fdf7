/** Who comes from a known network may do certain things without a login: as anonymous over FTP, and over TFTP. */
import { canonicalAddress, networkContains, parseAddress, parseNetwork } from '../base/cidr.ts';
import type { Protocol } from '../base/protocol.ts';
import type { AccountDefinition, MountDefinition, PermissionRule } from './definition.ts';

export interface NetworkRule {
  /** Networks (CIDR). */
  readonly clients: readonly string[];
  readonly mounts: readonly MountDefinition[];
  /** `{address}` in a path stands for the client's address, as {@link addressComponent} writes it. */
  readonly permissions: readonly PermissionRule[];
  readonly protocols: readonly Protocol[];
}

/** What stands for the client's address in the path of a permission. */
export const ADDRESS_PLACEHOLDER = '{address}';

/** What guests are called, whatever let them in. */
export const GUEST_NAME = 'anonymous';

/**
 * An address as one component of a path: `10.20.0.7`, and IPv6 as eight groups of four digits with hyphens,
 * `2001-0db8-0000-0000-0000-0000-0000-0007`. All have the same length, so that `{address}-*` for one client never fits
 * what another's address begins with. Throws a RangeError for what is no address.
 */
export function addressComponent(address: string): string {
  const canonical = canonicalAddress(address);
  const bytes = parseAddress(canonical);
  if (bytes === undefined) throw new RangeError(`${JSON.stringify(address)} is no IP address, so no rule holds for it`);
  if (bytes.length === 4) return canonical;
  const digits = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return (digits.match(/.{4}/g) ?? []).join('-');
}

function holds(network: string, address: string): boolean {
  const parsed = parseNetwork(network);
  if (parsed === undefined) throw new RangeError(`${JSON.stringify(network)} in a rule for networks is no network`);
  return networkContains(parsed, address);
}

/** The first rule with a network that holds the address. Throws a RangeError for a malformed network on the way there. */
export const findRule = (rules: readonly NetworkRule[], address: string): NetworkRule | undefined =>
  rules.find(({ clients }) => clients.some((network) => holds(network, address)));

/**
 * What a client at this address may do by the rule: an account called `anonymous`, which opens with any password or
 * none and holds for the rule's networks and protocols only. Throws a RangeError for what is no address.
 */
export function definitionFor(rule: NetworkRule, address: string): AccountDefinition {
  const component = addressComponent(address);
  return {
    name: GUEST_NAME,
    publicKeys: [],
    certificateNames: [],
    mounts: rule.mounts,
    permissions: rule.permissions.map(({ path, allow }) => ({
      path: path.replaceAll(ADDRESS_PLACEHOLDER, component),
      allow,
    })),
    networks: rule.clients,
    protocols: rule.protocols,
    limits: {},
  };
}
