/** The name under which what arrived of a file waits beside it until all of it is there. */
import { encodeName } from '../base/name.ts';

const SUFFIX = '.portcall-part';
const PART = /^\..+\.[0-9a-f]{16}\.portcall-part$/s;
/** Names on most disks, and in most protocols, have no more. */
const MAX_NAME_BYTES = 255;
const MAX_KEPT_BYTES = MAX_NAME_BYTES - `..${'0'.repeat(16)}${SUFFIX}`.length;
/** What begins so beside the leading dot belongs to the local file system itself. */
const RESERVED = /^portcall-/i;

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

/** FNV-1a of 64 bits: it tells names apart, and keeps nobody out. */
function shortHash(text: string): string {
  let hash = FNV_OFFSET;
  for (const byte of encodeName(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  return hash.toString(16).padStart(16, '0');
}

/** The beginning of a name that has no more than so many bytes; no character is cut. */
function beginningOf(name: string, maxBytes: number): string {
  let kept = '';
  let bytes = 0;
  for (const character of name) {
    bytes += encodeName(character).length;
    if (bytes > maxBytes) break;
    kept += character;
  }
  return kept;
}

/**
 * The same for the same name and destination, on every run and machine: `.NAME.HASH.portcall-part`, never over 255 bytes.
 * `label` is how the destination is known: two destinations that meet in one directory do not share a part.
 */
export function partName(name: string, label: string): string {
  const shown = RESERVED.test(name) ? `-${name}` : name;
  return `.${beginningOf(shown, MAX_KEPT_BYTES)}.${shortHash(`${label}\0${name}`)}${SUFFIX}`;
}

/** True for a name that {@link partName} could have made: a walk passes over it. */
export const isPartName = (name: string): boolean => PART.test(name);
