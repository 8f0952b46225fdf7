/** What a TFTP server may be told. */
import type { Account } from '../../../accounts/account.ts';
import type { Admission } from '../../../accounts/admission.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Observer } from '../../../observe/event.ts';
import type { SessionInfo } from '../../../observe/session-info.ts';
import type { Timing } from '../transfer/round-trip.ts';
import type { Caps } from '../wire/negotiation.ts';
import type { NameMap } from './name-map.ts';

export interface TftpLimits extends Caps {
  /** At once, all together. Each takes at most about half a megabyte. */
  readonly transfers: number;
  /** At once, of one address group (IPv6: /64). */
  readonly transfersPerAddress: number;
  /** Of one file that is written. */
  readonly uploadBytes: number;
  /** Of one transfer, however it moves. */
  readonly transferMs: number;
}

const HOUR_MS = 3_600_000;

export const DEFAULT_TFTP_LIMITS: TftpLimits = {
  blockBytes: 65_464,
  windowBlocks: 256,
  windowBytes: 160 * 1024,
  transfers: 256,
  transfersPerAddress: 128,
  uploadBytes: 8 * 1024 ** 3,
  transferMs: 12 * HOUR_MS,
};

/** An address of this machine. */
export interface LocalAddress {
  readonly address: string;
  /** That of its network, where it has one (IPv4). */
  readonly broadcast?: string;
  /** The largest datagram that the interface carries in one piece, headers included. */
  readonly mtuBytes?: number;
}

export interface TftpServerOptions {
  /** `0.0.0.0` and `::` are all addresses of the machine, each with a socket of its own when `localAddresses` is given. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** What a client at this address may do; `undefined`: nothing. Throws when its folder cannot be opened. */
  readonly accountFor: (address: string) => Account | undefined;
  readonly observe: Observer;
  readonly clock?: Clock;
  readonly admission?: Admission;
  readonly limits?: Partial<TftpLimits>;
  readonly timing?: Partial<Timing>;
  /** Names the next transfer, so that servers that share a log do not use a name twice. */
  readonly nextSession?: () => string;
  /** `single`: everything goes through the one port, for NAT and strict firewalls. */
  readonly ports?: 'one-per-transfer' | 'single';
  /** Where the ports of transfers lie; any free one when left out. */
  readonly transferPorts?: { readonly first: number; readonly last: number };
  /** What names of requests become before they are looked for. */
  readonly names?: NameMap;
  /**
   * The addresses of this machine, asked now and then. An answer comes from the address that was asked only when it is
   * known: Node does not tell to which one a datagram was sent.
   */
  readonly localAddresses?: () => readonly LocalAddress[];
  /** Requests to the address of everybody; RFC 1123 §4.2.3.5 wants them ignored, a device without an address needs them. */
  readonly broadcast?: 'ignored' | 'answered';
  /** `avoided`: no block is larger than what the interface carries in one piece. */
  readonly fragments?: 'allowed' | 'avoided';
}

/** A running server. */
export interface TftpServer extends AsyncDisposable {
  /** As it was asked for. */
  readonly host: string;
  readonly port: number;
  /** The transfers that run now, as an operator sees them. */
  sessions(): readonly SessionInfo[];
  /** Ends the transfers of an account; gives their number. */
  endSessions(account: string, reason: string): number;
  /** Ends a transfer; the reason is told to the client and the log. False: there is none of that name. */
  kick(session: string, reason: string): boolean;
  /** Takes no new request, lets transfers finish for at most `graceMs`, then ends them with an ERROR. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}
