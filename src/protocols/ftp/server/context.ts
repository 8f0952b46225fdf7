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

/**
 * The two ends of a control connection, as the client sees them where a trusted proxy is in between. Addresses are
 * canonical: no IPv4 inside IPv6.
 */
export interface Ends {
  readonly peerAddress: string;
  readonly peerPort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Where this server really is, and the client, as the system wants them: a link-local one with its zone (`fe80::1%eth0`). */
  readonly bindAddress: string;
  readonly reachAddress: string;
}
