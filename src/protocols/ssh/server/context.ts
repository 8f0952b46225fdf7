/** What all sessions of an SSH server share. */
import type { Authenticator } from '../../../accounts/account.ts';
import type { Admission } from '../../../accounts/admission.ts';
import type { Bans } from '../../../accounts/ban-list.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Observer } from '../../../observe/event.ts';
import type { AlgorithmPolicy } from './algorithms.ts';
import type { ParsedKey } from './library.ts';
import type { Programs, SshLimits } from './options.ts';

export interface SshContext {
  readonly authenticator: Authenticator;
  readonly admission: Admission;
  readonly bans: Bans | undefined;
  readonly observe: Observer;
  readonly clock: Clock;
  readonly limits: SshLimits;
  readonly algorithms: AlgorithmPolicy;
  readonly hostKeys: readonly ParsedKey[];
  readonly programs: Programs;
  readonly keyboardInteractive: 'offered' | 'off';
  readonly terminals: 'offered' | 'refused';
  readonly identification: string;
}
