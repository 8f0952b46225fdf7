/** Transfer modes (RFC 1350 §1): names are compared without regard to case, and two aliases are common. */

export type TransferMode = 'octet' | 'netascii';

const MODES: ReadonlyMap<string, TransferMode> = new Map([
  ['octet', 'octet'],
  ['binary', 'octet'],
  ['netascii', 'netascii'],
  ['ascii', 'netascii'],
]);

/** `undefined` for `mail` (RFC 1123 §4.2.3.1 does away with it) and for what nobody knows. */
export const modeOf = (name: string): TransferMode | undefined => MODES.get(name.toLowerCase());
