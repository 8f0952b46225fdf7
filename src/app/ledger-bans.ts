/** Keeps addresses out after too many failures, in memory only. */
import { addressGroup } from '../accounts/address-group.ts';
import type { Bans } from '../accounts/ban-list.ts';
import { createFailureLedger, type LockoutPolicy } from '../accounts/failure-ledger.ts';
import type { Clock } from '../base/clock.ts';

const DEFAULT_LOCKOUT_POLICY: LockoutPolicy = {
  failures: 10,
  windowMs: 600_000,
  lockoutMs: 600_000,
  addresses: 10_000,
};

/** Ten offences within ten minutes keep an address out for ten minutes, unless the policy says otherwise. */
export function createLedgerBans(policy: Partial<LockoutPolicy>, clock: Clock): Bans {
  const ledger = createFailureLedger({ ...DEFAULT_LOCKOUT_POLICY, ...policy }, clock);
  return {
    offence: (address) => ledger.add(addressGroup(address)),
    bannedForMs: (address) => ledger.lockedForMs(addressGroup(address)),
  };
}
