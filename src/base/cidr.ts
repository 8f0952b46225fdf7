/**
 * IP addresses and networks as text, parsed strictly: what is malformed is `undefined` and never matches anything.
 *
 * An IPv4 address inside IPv6 (`::ffff:10.0.0.1`, RFC 4291 §2.5.5.2) is judged as the IPv4 address that it is, so that
 * one rule cannot be walked around by writing the other form.
 */

const MAPPED_PREFIX: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** A network: 4 bytes for IPv4 or 16 for IPv6, and how many leading bits count. */
export interface Network {
  readonly bytes: readonly number[];
  readonly prefixBits: number;
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. Bits behind the prefix are not looked at. Never throws. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', prefix, ...more] = text.split('/');
  const written = parseAddress(address);
  if (written === undefined || more.length > 0) return undefined;
  const bytes = unmapped(written);
  const mappedBits = (written.length - bytes.length) * 8;
  const prefixBits = prefix === undefined ? bytes.length * 8 : parsePrefix(prefix) - mappedBits;
  return prefixBits >= 0 && prefixBits <= bytes.length * 8 ? { bytes, prefixBits } : undefined;
}

/** Whether an address lies in a network; false for text that is no address. Never throws. */
export function networkContains(network: Network, address: string): boolean {
  const bytes = parseAddress(withoutZone(address));
  return bytes !== undefined && startsAlike(network, unmapped(bytes));
}

/** One spelling for one address: no zone, no IPv4 inside IPv6, RFC 5952 for IPv6. Text that is no address stays. */
export function canonicalAddress(text: string): string {
  const written = parseAddress(withoutZone(text));
  if (written === undefined) return text;
  const bytes = unmapped(written);
  return bytes.length === 4 ? bytes.join('.') : printIPv6(bytes);
}

/** RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291 §2.5: networks that the Internet does not lead to. */
const PRIVATE_NETWORKS: readonly string[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  'fc00::/7',
  'fe80::/10',
  '::1/128',
];

/** Whether an address is one of those that the Internet does not lead to; false for text that is no address. */
export const isPrivateAddress = (address: string): boolean =>
  PRIVATE_NETWORKS.some((text) => {
    const network = parseNetwork(text);
    return network !== undefined && networkContains(network, address);
  });

/** 4 or 16 bytes, or `undefined` for what is no address: no zone, no leading zeros, no missing parts. */
export const parseAddress = (text: string): readonly number[] | undefined =>
  text.includes(':') ? parseIPv6(text) : parseIPv4(text);

const parsePrefix = (text: string): number => (/^(0|[1-9]\d{0,2})$/.test(text) ? Number(text) : NaN);

const withoutZone = (text: string): string => (text.includes(':') ? (text.split('%', 1)[0] ?? '') : text);

function startsAlike({ bytes, prefixBits }: Network, address: readonly number[]): boolean {
  if (bytes.length !== address.length) return false;
  return bytes.every((byte, index) => {
    const counted = Math.min(8, Math.max(0, prefixBits - index * 8));
    return (byte ^ (address[index] ?? 0)) >> (8 - counted) === 0;
  });
}

const unmapped = (bytes: readonly number[]): readonly number[] =>
  bytes.length === 16 && MAPPED_PREFIX.every((byte, index) => bytes[index] === byte) ? bytes.slice(12) : bytes;

function parseIPv4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  // A leading zero is refused: some systems read `010` as eight.
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function parseIPv6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves[1] === undefined ? [] : parseGroups(halves[1], true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

/** The bytes of `a:b:c`; the last group may be an IPv4 address when it ends the text. */
function parseGroups(text: string, endsText: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    const parsed = parseGroup(group, endsText && index === groups.length - 1);
    if (parsed === undefined) return undefined;
    bytes.push(...parsed);
  }
  return bytes;
}

function parseGroup(group: string, isLast: boolean): readonly number[] | undefined {
  if (isLast && group.includes('.')) return parseIPv4(group);
  if (!/^[0-9A-Fa-f]{1,4}$/.test(group)) return undefined;
  const value = parseInt(group, 16);
  return [value >> 8, value & 0xff];
}

/** RFC 5952 §4: lower case, no leading zeros, the longest run of two or more zero groups as `::`, the first of equals. */
function printIPv6(bytes: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  const run = longestZeroRun(groups);
  if (run.length < 2) return groups.join(':');
  return `${groups.slice(0, run.start).join(':')}::${groups.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly string[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === '0') length += 1;
    if (length > best.length) best = { start, length };
  }
  return best;
}
