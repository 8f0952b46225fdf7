/** What a transfer wants done: the machines themselves touch no socket, no disk and no clock. */

export type Effect =
  /** Send the packet that opens the transfer: a request, an OACK, or ACK 0. */
  | { readonly kind: 'open' }
  /** Send DATA, blocks counted from 1; the wire's numbers come from `wireBlock`. */
  | { readonly kind: 'send'; readonly first: number; readonly last: number }
  /** Send ACK with this number, as it is on the wire. */
  | { readonly kind: 'acknowledge'; readonly block: number }
  /** The bytes at hand are the next of the file. */
  | { readonly kind: 'accept' }
  /** The file is whole: make it safe, then call `finished`. */
  | { readonly kind: 'finish' }
  /** `unconfirmed`: all was sent, and the last ACK is missing, which some clients never send. */
  | { readonly kind: 'end'; readonly outcome: 'confirmed' | 'unconfirmed' }
  | { readonly kind: 'fail'; readonly why: 'silent' | 'oversized' };

export const NOTHING: readonly Effect[] = [];
