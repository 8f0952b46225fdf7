/** Remembers, for a bounded number of addresses, how often a login failed lately, and who is locked out for it. */
import type { Clock } from '../base/clock.ts';

export interface LockoutPolicy {
  /** This many failures within the window lock the address out. */
  readonly failures: number;
  readonly windowMs: number;
  readonly lockoutMs: number;
  /** Addresses remembered; beyond, the one that has been quiet longest is forgotten. */
  readonly addresses: number;
}

interface FailureLedger {
  /** How long the address is still locked out, in milliseconds; 0 when it is not. */
  lockedForMs(address: string): number;
  /** Counts a failure now; gives how many fell within the window. */
  add(address: string): number;
  readonly size: number;
}

interface AddressRecord {
  /** Times of the failures within the window; never more than the policy's number. */
  readonly failuresMs: readonly number[];
  readonly lockedUntilMs: number;
}

/** Times are the clock's monotonic ones: moving the system's date frees nobody. */
export function createFailureLedger(policy: LockoutPolicy, clock: Clock): FailureLedger {
  // A Map keeps the order of insertion, and each failure inserts anew: the first is the one quiet for longest.
  const records = new Map<string, AddressRecord>();

  const remember = (address: string, addressRecord: AddressRecord): void => {
    records.delete(address);
    records.set(address, addressRecord);
    const [quietest] = records.keys();
    if (records.size > policy.addresses && quietest !== undefined) records.delete(quietest);
  };

  return {
    lockedForMs: (address) => Math.max(0, (records.get(address)?.lockedUntilMs ?? 0) - clock.monotonic()),
    add(address) {
      const nowMs = clock.monotonic();
      const before = records.get(address);
      const lately = (before?.failuresMs ?? []).filter((failureMs) => nowMs - failureMs < policy.windowMs);
      const failuresMs = [...lately, nowMs];
      const isOut = failuresMs.length >= policy.failures;
      // After a lock-out the count begins anew, otherwise the next single failure would lock again.
      const next = isOut
        ? { failuresMs: [], lockedUntilMs: nowMs + policy.lockoutMs }
        : { failuresMs, lockedUntilMs: 0 };
      remember(address, next);
      return failuresMs.length;
    },
    get size() {
      return records.size;
    },
  };
}
