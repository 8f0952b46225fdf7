/** What the server of SCP needs to know of the session that a client has asked for it in. */
import type { Account } from '../../../accounts/account.ts';
import type { Admitted, Refused } from '../../../accounts/admission.ts';
import type { Clock } from '../../../base/clock.ts';
import type { VirtualPath } from '../../../base/virtual-path.ts';
import type { Observer } from '../../../observe/event.ts';
import type { SessionActivity } from '../../../observe/session-activity.ts';

export interface ScpLimits {
  /** Most directories below each other, received or sent; 64 unless told. */
  readonly depth: number;
  /** Most bytes of one file that is received; no bound unless told. */
  readonly uploadBytes: number;
}

export interface ScpSession {
  readonly account: Account;
  readonly origin: { readonly protocol: 'scp'; readonly session: string; readonly peer: string };
  readonly observe: Observer;
  readonly clock: Clock;
  readonly activity: SessionActivity;
  /** Whose interrupted uploads these are. */
  readonly uploadOwner: string;
  readonly access: 'read-write' | 'read-only';
  /** Where names begin that do not begin with `/`, and what `~` stands for. */
  readonly startDirectory: VirtualPath;
  /** Asked for each file. */
  readonly beginTransfer: () => Admitted | Refused;
  /** Aborted: everything ends at once. */
  readonly signal: AbortSignal;
  readonly limits?: Partial<ScpLimits>;
}
