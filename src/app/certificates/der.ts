/** Writes DER (ITU-T X.690 §10), the bytes of certificates: just the types that a certificate and its lists need. */
import { calendarDate, compactTime } from '../../base/calendar.ts';

/** The tag bytes of universal types (X.680 §8.6); constructed ones have bit 0x20. */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

const CONTEXT_CLASS = 0x80;
const CONSTRUCTED = 0x20;

/** RFC 5280 §4.1.2.5: years from 2050 on are written with four digits, earlier ones with two. */
const FIRST_FOUR_DIGIT_YEAR = 2050;

function lengthBytes(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

const element = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(contents);
  return Buffer.concat([Uint8Array.from([tag, ...lengthBytes(body.length)]), body]);
};

export const sequence = (...elements: readonly Uint8Array[]): Buffer => element(TAG.sequence, ...elements);
export const set = (...elements: readonly Uint8Array[]): Buffer => element(TAG.set, ...elements);
export const octetString = (bytes: Uint8Array): Buffer => element(TAG.octetString, bytes);
export const utf8String = (text: string): Buffer => element(TAG.utf8String, Buffer.from(text));
export const yes = (): Buffer => element(TAG.boolean, Uint8Array.of(0xff));

/** A whole number that is not negative, from its bytes, the most significant first. */
export function integer(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Uint8Array.of(0) : bytes.subarray(start);
  // A leading bit of one would make it negative.
  return (digits[0] ?? 0) >= 0x80 ? element(TAG.integer, Uint8Array.of(0), digits) : element(TAG.integer, digits);
}

/** Bits; of the last byte the lowest `unusedBits` do not count. */
export const bitString = (bytes: Uint8Array, unusedBits = 0): Buffer =>
  element(TAG.bitString, Uint8Array.of(unusedBits), bytes);

/** `1.2.840.10045.4.3.2` and the like, at least two numbers. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(TAG.objectIdentifier, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(value: number): number[] {
  const groups = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) groups.unshift(0x80 | (rest % 128));
  return groups;
}

/** A moment in milliseconds since 1970, to the second. */
export function time(ms: number): Buffer {
  const digits = compactTime(ms);
  return calendarDate(ms).getUTCFullYear() < FIRST_FOUR_DIGIT_YEAR
    ? element(TAG.utcTime, Buffer.from(`${digits.slice(2)}Z`))
    : element(TAG.generalizedTime, Buffer.from(`${digits}Z`));
}

/** `[number] EXPLICIT`: the element whole, in an envelope. */
export const explicit = (number: number, content: Uint8Array): Buffer =>
  element(CONTEXT_CLASS | CONSTRUCTED | number, content);

/** `[number] IMPLICIT` of a type that holds bytes. */
export const implicit = (number: number, bytes: Uint8Array): Buffer => element(CONTEXT_CLASS | number, bytes);

/** DER as the text that files hold (RFC 7468). */
export const pem = (label: string, der: Uint8Array): string => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
};
