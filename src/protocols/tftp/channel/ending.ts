/** How a transfer ended, as both of its sides tell it. */
import type { Packet } from '../wire/packet.ts';

export type Ending =
  /** `unconfirmed`: all was sent and only the last ACK is missing, which some clients never send. */
  | { readonly kind: 'complete'; readonly confirmation: 'confirmed' | 'unconfirmed' }
  /** The peer answered no more. */
  | { readonly kind: 'silent' }
  /** The peer sent an ERROR. */
  | { readonly kind: 'refused'; readonly code: number; readonly message: string }
  /** The peer does not keep to the protocol. */
  | { readonly kind: 'broken'; readonly why: string }
  /** Ended from our side. */
  | { readonly kind: 'aborted'; readonly why: string }
  /** The file could not be read or written. */
  | { readonly kind: 'failed'; readonly error: unknown };

/** An ERROR packet as it is to be sent. */
export interface Refusal {
  readonly code: number;
  /** ASCII, short, and nothing of our own paths. */
  readonly message: string;
}

/** Where packets go: to one peer. */
export interface PacketChannel {
  send(packet: Uint8Array): void;
}

/** What a running transfer is to those who bring its packets. */
export interface Transfer {
  /** Settles once, and never rejects. */
  readonly ended: Promise<Ending>;
  /** Settles when no packet matters any more: behind `ended` where a last ACK may have been lost. */
  readonly gone: Promise<unknown>;
  /** Of the file, as far as the peer has shown that it has them, or has sent them. */
  readonly bytes: number;
  start(): void;
  received(packet: Packet): void;
  /** Sends ERROR and ends it. */
  abort(refusal: Refusal): void;
}
