/** The names of files that are not whole yet, beside the file that they will be. */
import { decodeName, encodeName } from '../base/name.ts';

const SUFFIX = '.portcall-part';
const PART = /^\..*\.[0-9a-f]{16}\.portcall-part$/s;
/** What Linux and most other systems allow a name. */
const MAX_NAME_BYTES = 255;
const HASH_DIGITS = 16;

/** FNV-1a of 64 bits (draft-eastlake-fnv §2): names need no secrecy, only to differ. */
function shortHash(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of encodeName(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(HASH_DIGITS, '0');
}

/**
 * The name under which the unfinished `name` waits: `.c2911.bin.0123456789abcdef.portcall-part`. The same owner finds it
 * again; another has a name of its own. A long name is cut, so that it stays within 255 bytes.
 */
export function partNameFor(name: string, owner: string): string {
  const hash = shortHash(`${owner}\0${name}`);
  const room = MAX_NAME_BYTES - SUFFIX.length - HASH_DIGITS - 2;
  const bytes = encodeName(name);
  return `.${bytes.length <= room ? name : decodeName(bytes.subarray(0, room))}.${hash}${SUFFIX}`;
}

/** True for a name that {@link partNameFor} may have made: such files are no part of a tree. */
export const isPartName = (name: string): boolean => PART.test(name);
