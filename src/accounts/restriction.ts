/** What keeps an account from being used at this time, from this address, through this door. */
import { networkContains, parseNetwork } from '../base/cidr.ts';
import type { Protocol } from '../base/protocol.ts';
import type { LoginAttempt } from './account.ts';
import type { AccountDefinition } from './definition.ts';

type Door = Pick<LoginAttempt, 'address' | 'protocol'>;

const expiryFlaw = ({ expiresMs }: AccountDefinition, nowMs: number): string | undefined =>
  expiresMs === undefined || nowMs < expiresMs ? undefined : 'the account has expired';

/** One malformed network shuts the account: nobody can know what it was to allow. */
function networkFlaw({ networks }: AccountDefinition, address: string): string | undefined {
  if (networks === undefined) return undefined;
  const parsed = networks.map(parseNetwork);
  const malformed = parsed.indexOf(undefined);
  if (malformed !== -1) return `the account's network ${JSON.stringify(networks[malformed])} is malformed`;
  const holds = parsed.some((network) => network !== undefined && networkContains(network, address));
  return holds ? undefined : "the address is in none of the account's networks";
}

/** Both come over one SSH connection: at the login nobody knows which it will be, so that either opens it. */
const OVER_SSH: readonly Protocol[] = ['sftp', 'scp'];

function protocolFlaw({ protocols }: AccountDefinition, protocol: Protocol): string | undefined {
  const doors = OVER_SSH.includes(protocol) ? OVER_SSH : [protocol];
  const isOpen = protocols === undefined || doors.some((door) => protocols.includes(door));
  return isOpen ? undefined : `the account is not open to ${protocol}`;
}

/** The first of expiry, networks and protocols that forbids the login, for the log; all are looked at every time. */
export function restrictionOf(definition: AccountDefinition, door: Door, nowMs: number): string | undefined {
  const flaws = [
    expiryFlaw(definition, nowMs),
    networkFlaw(definition, door.address),
    protocolFlaw(definition, door.protocol),
  ];
  return flaws.find((flaw) => flaw !== undefined);
}
