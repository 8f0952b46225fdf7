/** A server as all transfers of one client see it. */
import type { Clock } from '../../../base/clock.ts';
import type { VirtualPath } from '../../../base/virtual-path.ts';
import type { ClientObserver } from '../../../observe/client-event.ts';
import type { Timing } from '../transfer/round-trip.ts';
import type { TransferMode } from '../wire/mode.ts';
import type { Wishes } from '../wire/negotiation.ts';

export interface Remote {
  readonly host: string;
  /** Where requests go. */
  readonly address: string;
  readonly port: number;
  readonly mode: TransferMode;
  /** `undefined`: no option is asked for. */
  readonly wishes: Wishes | undefined;
  readonly names: 'relative' | 'absolute';
  readonly timing: Timing;
  readonly clock: Clock;
  readonly observe: ClientObserver;
  /** Ends all transfers. */
  readonly closing: AbortSignal;
  /** Counts transfers, from 1. */
  readonly nextTransfer: () => number;
  /** Whether the server has ever answered. */
  hasAnswered: boolean;
}

/** The name as it is sent. */
export const nameFor = ({ names }: Remote, path: VirtualPath): string => (names === 'absolute' ? path : path.slice(1));
