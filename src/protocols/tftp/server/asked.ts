/** What a request is on its way to a transfer. */
import type { Account } from '../../../accounts/account.ts';
import type { Admission } from '../../../accounts/admission.ts';
import type { Clock } from '../../../base/clock.ts';
import type { VirtualPath } from '../../../base/virtual-path.ts';
import type { Observer } from '../../../observe/event.ts';
import type { Ending, Transfer } from '../channel/ending.ts';
import type { Timing } from '../transfer/round-trip.ts';
import type { TransferMode } from '../wire/mode.ts';
import type { Request } from '../wire/packet.ts';
import type { NameMap } from './name-map.ts';
import type { TftpLimits } from './options.ts';

/** What all requests of a server share. */
export interface ServerContext {
  readonly accountFor: (address: string) => Account | undefined;
  readonly observe: Observer;
  readonly clock: Clock;
  readonly admission: Admission | undefined;
  readonly limits: TftpLimits;
  readonly timing: Timing;
  readonly names: NameMap | undefined;
}

export interface RequestOrigin {
  readonly session: string;
  /** The client's, canonical. */
  readonly address: string;
  /** Address and port, as logs have them. */
  readonly peer: string;
}

/** A transfer that is open, with what is left to do behind it. */
export interface OpenTransfer {
  readonly transfer: Transfer;
  readonly totalBytes: number | undefined;
  /** Lets go of the file, whatever became of it; and of an upload says how sure it is. */
  settle(ending: Ending): Promise<Completed>;
}

export interface Completed {
  readonly evidence?: 'proven' | 'likely';
  /** What it has turned out to be: a client that gives up while its file is published has come too late. */
  readonly ending?: Ending;
  /** Resolves when the last packet will not be asked for again. */
  readonly gone?: Promise<unknown>;
}

/** What is known of a request once its name has been looked at. */
export interface Asked {
  readonly request: Request;
  readonly mode: TransferMode;
  readonly account: Account;
  readonly path: VirtualPath;
  readonly signal: AbortSignal;
  readonly origin: RequestOrigin;
}
