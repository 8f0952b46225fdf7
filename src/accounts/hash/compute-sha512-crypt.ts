/**
 * Computes sha512-crypt after U. Drepper's "Unix crypt using SHA-256 and SHA-512" (2008); step numbers are his.
 *
 * Our own, because the npm package for it errs for passwords of 64, 128, … bytes.
 */
import { hash } from 'node:crypto';

const DIGEST_BYTES = 64;
const DEFAULT_ROUNDS = 5_000;
const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const sha512 = (parts: readonly Uint8Array[]): Buffer => hash('sha512', Buffer.concat(parts), 'buffer');

/** The digest over and over until it is so long. */
const stretched = (digest: Uint8Array, length: number): Buffer => Buffer.alloc(length, digest);

const repeated = (part: Uint8Array, times: number): Uint8Array[] => Array.from({ length: times }, () => part);

/** Steps 1 to 12. */
function firstDigest(password: Uint8Array, salt: Uint8Array): Buffer {
  const inner = sha512([password, salt, password]);
  const parts: Uint8Array[] = [password, salt];
  if (password.length > 0) parts.push(stretched(inner, password.length));
  for (let bits = password.length; bits > 0; bits >>= 1) parts.push((bits & 1) === 1 ? inner : password);
  return sha512(parts);
}

/** Step 21. */
function round(index: number, digest: Uint8Array, password: Uint8Array, salt: Uint8Array): Buffer {
  const isOdd = index % 2 === 1;
  const parts = [isOdd ? password : digest];
  if (index % 3 !== 0) parts.push(salt);
  if (index % 7 !== 0) parts.push(password);
  parts.push(isOdd ? digest : password);
  return sha512(parts);
}

/** Six bits a character, lowest first. */
const characters = (value: number, count: number): string =>
  Array.from({ length: count }, (_, index) => ALPHABET[(value >> (6 * index)) & 63]).join('');

/** Step 22: three bytes, a third of the digest apart, whose order turns from group to group. */
function printed(digest: Uint8Array): string {
  let text = '';
  for (let group = 0; group < 21; group += 1) {
    const bytes = [group, group + 21, group + 42].map((index) => digest[index] ?? 0);
    const [high = 0, middle = 0, low = 0] = [0, 1, 2].map((place) => bytes[(place + group) % 3]);
    text += characters((high << 16) | (middle << 8) | low, 4);
  }
  return text + characters(digest[DIGEST_BYTES - 1] ?? 0, 2);
}

/** The whole stored string for a setting such as `$6$rounds=5000$salt`. Takes some 1 to 3 µs a round: not for the event loop. */
export function computeSha512Crypt(password: Uint8Array, setting: string): string {
  const [, , first = '', second] = setting.split('$');
  const salt = Buffer.from(second ?? first, 'latin1');
  const rounds = second === undefined ? DEFAULT_ROUNDS : Number(first.replace('rounds=', ''));
  let digest = firstDigest(password, salt);
  const passwordDigest = sha512(repeated(password, password.length));
  const passwordBytes = password.length === 0 ? Buffer.alloc(0) : stretched(passwordDigest, password.length);
  const saltDigest = sha512(repeated(salt, 16 + (digest[0] ?? 0)));
  const saltBytes = salt.length === 0 ? Buffer.alloc(0) : stretched(saltDigest, salt.length);
  for (let index = 0; index < rounds; index += 1) digest = round(index, digest, passwordBytes, saltBytes);
  return `${setting}$${printed(digest)}`;
}
