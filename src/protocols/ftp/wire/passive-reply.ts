/** Where a server listens, out of the text of its reply to PASV and EPSV. */
import type { HostPort } from './host-port.ts';

/** Six numbers anywhere in the text: servers put them in brackets or not (RFC 1123 §4.1.2.6). */
const SIX_NUMBERS = /(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})(?!\d)/;
const EXTENDED = /\(([\x21-\x7e])\1\1(\d{1,5})\1\)/;
/** A reply is bounded already; its numbers stand near its beginning. */
const SEARCHED_CHARACTERS = 1024;

const port = (number: number): number | undefined => (number >= 1 && number <= 65_535 ? number : undefined);

/** The text of a 227 (RFC 959 §4.1.2); `undefined` when there are no six bytes in it or the port is 0. Never throws. */
export function parsePassive(text: string): HostPort | undefined {
  const match = SIX_NUMBERS.exec(text.slice(0, SEARCHED_CHARACTERS));
  const numbers = match?.slice(1).map(Number) ?? [];
  if (numbers.length !== 6 || numbers.some((number) => number > 255)) return undefined;
  const found = port((numbers[4] ?? 0) * 256 + (numbers[5] ?? 0));
  return found === undefined ? undefined : { family: 4, host: numbers.slice(0, 4).join('.'), port: found };
}

/** The port in the text of a 229 (RFC 2428 §3). Never throws. */
export function parseExtendedPassive(text: string): number | undefined {
  const [, , digits] = EXTENDED.exec(text.slice(0, SEARCHED_CHARACTERS)) ?? [];
  return digits === undefined ? undefined : port(Number(digits));
}

/** The argument of PORT (RFC 959 §4.1.2) for an IPv4 address, of EPRT (RFC 2428 §2) for any. */
export const printPort = (ipv4: string, number: number): string =>
  `${ipv4.replaceAll('.', ',')},${number >> 8},${number & 255}`;

export const printEprt = (family: 4 | 6, host: string, number: number): string =>
  `|${family === 4 ? 1 : 2}|${host}|${number}|`;
