/** md5crypt, `$1$salt$hash`, by P.-H. Kamp (FreeBSD, 1994): type 5 of IOS. Weak today, and what old devices know. */
import { hash } from 'node:crypto';

const ROUNDS = 1000;
const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Which bytes of the digest make each group of four characters, the most significant first. */
const GROUPS = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const;

const md5 = (parts: readonly Uint8Array[]): Buffer => hash('md5', Buffer.concat(parts), 'buffer');

/** The low bits of a number, six at a time. */
const characters = (value: number, count: number): string =>
  Array.from({ length: count }, (_, index) => ALPHABET[(value >> (6 * index)) & 63]).join('');

function beginning(password: Buffer, salt: Buffer): Buffer {
  const inner = md5([password, salt, password]);
  const repeated = Buffer.alloc(password.length, inner);
  const bits: Buffer[] = [];
  // A quirk of the original: for each bit of the length a zero or the password's first byte.
  for (let bit = password.length; bit > 0; bit >>= 1) bits.push(bit & 1 ? Buffer.alloc(1) : password.subarray(0, 1));
  return md5([password, Buffer.from('$1$'), salt, repeated, ...bits]);
}

function round(digest: Buffer, index: number, password: Buffer, salt: Buffer): Buffer {
  const isOdd = index % 2 === 1;
  const parts = [isOdd ? password : digest];
  if (index % 3 !== 0) parts.push(salt);
  if (index % 7 !== 0) parts.push(password);
  parts.push(isOdd ? digest : password);
  return md5(parts);
}

/** The 22 characters behind the salt. Some two milliseconds. */
export function md5Crypt(text: string, saltText: string): string {
  const [password, salt] = [Buffer.from(text), Buffer.from(saltText)];
  let digest = beginning(password, salt);
  for (let index = 0; index < ROUNDS; index += 1) digest = round(digest, index, password, salt);
  const byte = (index: number): number => digest[index] ?? 0;
  const groups = GROUPS.map(([high, middle, low]) =>
    characters((byte(high) << 16) | (byte(middle) << 8) | byte(low), 4),
  );
  return `${groups.join('')}${characters(byte(11), 2)}`;
}
