/**
 * A stored password: the PHC string of argon2id, `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
 *
 * The string says how much memory and time its check takes, so it is bounded here before anyone pays for it.
 */

export interface Argon2Cost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

export interface StoredPassword {
  readonly cost: Argon2Cost;
  readonly salt: Uint8Array;
  readonly tag: Uint8Array;
}

/** What OWASP's password storage page asks of argon2id at least: 19 MiB, two passes. */
export const DEFAULT_COST: Argon2Cost = { memoryKib: 19_456, passes: 2, lanes: 1 };

const MAX_MEMORY_KIB = 262_144;
const MAX_LANES = 16;
/** Memory times passes, some 25 times the default: about a second and a half. */
const MAX_WORK_KIB = 1_048_576;

const SHAPE = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** RFC 9106 §3.1: at least one pass and 8 KiB a lane; above, our own bounds. */
function isBearable({ memoryKib, passes, lanes }: Argon2Cost): boolean {
  if (passes < 1 || lanes < 1 || lanes > MAX_LANES) return false;
  return memoryKib >= 8 * lanes && memoryKib <= MAX_MEMORY_KIB && memoryKib * passes <= MAX_WORK_KIB;
}

/** Reads a PHC string; `undefined` for any other text, and for one whose check would cost too much. */
export function parsePhc(text: string): StoredPassword | undefined {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const cost = { memoryKib: Number(match[1]), passes: Number(match[2]), lanes: Number(match[3]) };
  if (!isBearable(cost)) return undefined;
  return { cost, salt: Buffer.from(match[4] ?? '', 'base64'), tag: Buffer.from(match[5] ?? '', 'base64') };
}

const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

export const formatPhc = ({ cost, salt, tag }: StoredPassword): string =>
  `$argon2id$v=19$m=${cost.memoryKib},t=${cost.passes},p=${cost.lanes}$${unpadded(salt)}$${unpadded(tag)}`;
