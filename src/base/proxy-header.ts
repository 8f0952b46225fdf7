/**
 * What a load balancer says about the client before the client's first byte: the PROXY protocol, versions 1 and 2
 * (HAProxy's proxy-protocol.txt, whose sections are named here). Pure; never throws, whatever the bytes.
 */
import { canonicalAddress, parseAddress } from './cidr.ts';

export type ProxyHeader =
  /** The proxy's own connection, or one that it can say nothing of: the connection's own addresses count. */
  | { readonly kind: 'local' }
  /** Addresses are canonical: no IPv4 inside IPv6. */
  | {
      readonly kind: 'proxied';
      readonly sourceAddress: string;
      readonly sourcePort: number;
      readonly destinationAddress: string;
      readonly destinationPort: number;
    };

export type ProxyHeaderParse =
  | { readonly outcome: 'incomplete' }
  /** `reason` is a clause that says what is wrong. */
  | { readonly outcome: 'invalid'; readonly reason: string }
  /** `lengthBytes` is where the client's own bytes begin. */
  | { readonly outcome: 'complete'; readonly header: ProxyHeader; readonly lengthBytes: number };

/** Longer headers are invalid: §2.1 bounds version 1, §2.2 says what every sender of version 2 should keep to. */
const LONGEST_V1_BYTES = 107;
const LONGEST_V2_BYTES = 536;

const V1_PREFIX = Uint8Array.from('PROXY ', (letter) => letter.charCodeAt(0));
const V2_SIGNATURE = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a);
const V2_FIXED_BYTES = 16;
const CR = 13;
const LF = 10;

const INCOMPLETE: ProxyHeaderParse = { outcome: 'incomplete' };
const LOCAL: ProxyHeader = { kind: 'local' };

const invalid = (reason: string): ProxyHeaderParse => ({ outcome: 'invalid', reason });
const complete = (header: ProxyHeader, lengthBytes: number): ProxyHeaderParse => ({
  outcome: 'complete',
  header,
  lengthBytes,
});

/**
 * Reads the header at the beginning of `bytes`, which is everything received so far. Never `incomplete` for more bytes
 * than the longest header has.
 */
export function parseProxyHeader(bytes: Uint8Array): ProxyHeaderParse {
  if (beginsAlike(bytes, V2_SIGNATURE)) return bytes.length < V2_FIXED_BYTES ? beginningOfV2(bytes) : parseV2(bytes);
  if (beginsAlike(bytes, V1_PREFIX)) return parseV1(bytes);
  return invalid('it does not begin with a PROXY header');
}

/** True while what there is of the bytes agrees with the prefix. */
const beginsAlike = (bytes: Uint8Array, prefix: Uint8Array): boolean =>
  prefix.every((byte, index) => index >= bytes.length || bytes[index] === byte);

function parseV1(bytes: Uint8Array): ProxyHeaderParse {
  const end = bytes.subarray(0, LONGEST_V1_BYTES).indexOf(LF);
  if (end === -1) return bytes.length < LONGEST_V1_BYTES ? INCOMPLETE : invalid('its line does not end');
  if (bytes[end - 1] !== CR) return invalid('its line does not end with CR LF');
  const header = headerOfLine(String.fromCharCode(...bytes.subarray(0, end - 1)));
  return header === undefined ? invalid('its line is malformed') : complete(header, end + 1);
}

const LINE_ADDRESS_BYTES: ReadonlyMap<string, number> = new Map([
  ['TCP4', 4],
  ['TCP6', 16],
]);

/** `PROXY TCP4 192.0.2.1 198.51.100.1 56324 21`; behind `PROXY UNKNOWN` anything may stand and is ignored (§2.1). */
function headerOfLine(line: string): ProxyHeader | undefined {
  if (/^PROXY UNKNOWN( |$)/.test(line)) return LOCAL;
  const [, family = '', source = '', destination = '', ...ports] = line.split(' ');
  const [sourcePort, destinationPort] = ports.map(parsePort);
  const addressBytes = LINE_ADDRESS_BYTES.get(family);
  const areRight = [source, destination].every((text) => parseAddress(text)?.length === addressBytes);
  if (addressBytes === undefined || !areRight || ports.length !== 2) return undefined;
  if (sourcePort === undefined || destinationPort === undefined) return undefined;
  return proxied({ source, sourcePort, destination, destinationPort });
}

const parsePort = (text: string): number | undefined =>
  /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;

/** Says what is wrong as soon as it can be known. */
function beginningOfV2(bytes: Uint8Array): ProxyHeaderParse {
  const versionAndCommand = bytes[12];
  const familyAndTransport = bytes[13];
  if (versionAndCommand !== undefined && versionAndCommand >> 4 !== 2)
    return invalid(`its version is ${versionAndCommand >> 4}, not 2`);
  if (versionAndCommand !== undefined && (versionAndCommand & 15) > 1)
    return invalid(`its command is ${versionAndCommand & 15}, which does not exist`);
  // What a LOCAL header says of families is not looked at (§2.2).
  if (versionAndCommand === 0x20 || familyAndTransport === undefined) return INCOMPLETE;
  if (familyAndTransport >> 4 > 3)
    return invalid(`its address family is ${familyAndTransport >> 4}, which does not exist`);
  if ((familyAndTransport & 15) > 2)
    return invalid(`its transport is ${familyAndTransport & 15}, which does not exist`);
  return INCOMPLETE;
}

function parseV2(bytes: Uint8Array): ProxyHeaderParse {
  const beginning = beginningOfV2(bytes);
  if (beginning.outcome === 'invalid') return beginning;
  const restBytes = number16(bytes, 14);
  const lengthBytes = V2_FIXED_BYTES + restBytes;
  if (lengthBytes > LONGEST_V2_BYTES) return invalid(`it has ${lengthBytes} bytes, more than ${LONGEST_V2_BYTES}`);
  const isLocal = (bytes[12] ?? 0) === 0x20;
  const size = isLocal ? undefined : STREAM_ADDRESS_BYTES.get(bytes[13] ?? 0);
  if (size !== undefined && restBytes < size * 2 + 4) return invalid('it is too short for its addresses');
  if (bytes.length < lengthBytes) return INCOMPLETE;
  // Additional fields (TLVs) may follow the addresses; nothing in them is needed.
  return complete(size === undefined ? LOCAL : addressesOfV2(bytes, size), lengthBytes);
}

/**
 * TCP over IPv4 and over IPv6. UNSPEC, UNIX sockets and datagrams say nothing of a client on the network: §2.2 lets the
 * receiver use the connection's own addresses.
 */
const STREAM_ADDRESS_BYTES: ReadonlyMap<number, number> = new Map([
  [0x11, 4],
  [0x21, 16],
]);

function addressesOfV2(bytes: Uint8Array, size: number): ProxyHeader {
  const portsAt = V2_FIXED_BYTES + 2 * size;
  return proxied({
    source: addressText(bytes.subarray(V2_FIXED_BYTES, V2_FIXED_BYTES + size)),
    sourcePort: number16(bytes, portsAt),
    destination: addressText(bytes.subarray(V2_FIXED_BYTES + size, portsAt)),
    destinationPort: number16(bytes, portsAt + 2),
  });
}

const number16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

const addressText = (bytes: Uint8Array): string =>
  bytes.length === 4
    ? bytes.join('.')
    : Array.from({ length: 8 }, (_, index) => number16(bytes, index * 2).toString(16)).join(':');

const proxied = (ends: {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
}): ProxyHeader => ({
  kind: 'proxied',
  sourceAddress: canonicalAddress(ends.source),
  sourcePort: ends.sourcePort,
  destinationAddress: canonicalAddress(ends.destination),
  destinationPort: ends.destinationPort,
});
