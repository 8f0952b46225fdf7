/** What all sessions of a server share, and the ends of one of them. */
import type { Authenticator } from '../../../accounts/account.ts';
import type { Admission } from '../../../accounts/admission.ts';
import type { Bans } from '../../../accounts/ban-list.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Observer } from '../../../observe/event.ts';
import type { TrustedProxies } from '../../door/trusted-proxies.ts';
import type { TransferBuffers } from './buffer-pool.ts';
import type { FtpLimits } from './options.ts';
import type { PassiveAddresses } from './passive-address.ts';
import type { PassivePortPool } from './passive-ports.ts';
import type { TlsService } from './tls/session-security.ts';

/** What all sessions of one server share. */
export interface ServerContext {
  readonly authenticator: Authenticator;
  readonly observe: Observer;
  readonly clock: Clock;
  readonly limits: FtpLimits;
  readonly greeting: string;
  readonly buffers: TransferBuffers;
  readonly passivePorts: PassivePortPool;
  readonly passiveAddresses: PassiveAddresses;
  /** Left out where the listener has no certificate. */
  readonly tls?: TlsService;
  readonly admission: Admission;
  readonly bans: Bans | undefined;
  readonly proxies: TrustedProxies;
}
