/** The packets of TFTP (RFC 1350 §5, RFC 2347): bytes to values and back. */
import { decodeName, encodeName } from '../../../base/name.ts';

/** An option as it was written: names are compared without regard to case, and repeated as they came. */
export interface TftpOption {
  readonly name: string;
  readonly value: string;
}

export interface Request {
  readonly kind: 'request';
  /** As the client sees it: RRQ reads, WRQ writes. */
  readonly direction: 'read' | 'write';
  /** Bytes that are not UTF-8 are lone surrogates. */
  readonly name: string;
  readonly mode: string;
  readonly options: readonly TftpOption[];
}

export interface Data {
  readonly kind: 'data';
  readonly block: number;
  /** A view of what was parsed. */
  readonly bytes: Uint8Array;
}

export interface ErrorPacket {
  readonly kind: 'error';
  readonly code: number;
  readonly message: string;
}

export type Packet =
  | Request
  | Data
  | { readonly kind: 'ack'; readonly block: number }
  | ErrorPacket
  /** OACK (RFC 2347). */
  | { readonly kind: 'options'; readonly options: readonly TftpOption[] };

/** No packet. A request that cannot be read is answered; what is no request is not. */
export interface Malformed {
  readonly kind: 'malformed';
  readonly opcode: number | undefined;
  readonly why: string;
}

/** RFC 1350 §5, RFC 2347. */
export const OPCODE = { rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 } as const;
/** Opcode and block number of a DATA packet. */
export const DATA_HEADER_BYTES = 4;
/** A peer's sentence is shown, not stored. */
const MAX_MESSAGE_BYTES = 512;
/** RFC 2347 §2 has 512; some boot ROMs send what Ethernet carries. A name that is longer would only fill the log. */
const MAX_REQUEST_BYTES = 1_536;
/** No client sends more; the rest of a request is passed over. */
const MAX_OPTIONS = 32;

const bigEndian = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

/** The texts that end in NUL; what stands behind the last NUL is no text. */
function texts(bytes: Uint8Array, most: number): string[] {
  const found: string[] = [];
  let start = 0;
  while (found.length < most) {
    const end = bytes.indexOf(0, start);
    if (end < 0) break;
    found.push(decodeName(bytes.subarray(start, end)));
    start = end + 1;
  }
  return found;
}

/** PXE clients fill their requests up with NULs: an option without a name ends the list. */
function optionsIn(found: readonly string[]): TftpOption[] {
  const options: TftpOption[] = [];
  for (let at = 0; at + 1 < found.length; at += 2) {
    const [name = '', value = ''] = [found[at], found[at + 1]];
    if (name === '') break;
    options.push({ name, value });
  }
  return options;
}

function request(bytes: Uint8Array, opcode: number): Request | Malformed {
  if (bytes.length > MAX_REQUEST_BYTES)
    return { kind: 'malformed', opcode, why: `a request of ${bytes.length} bytes, which is too long` };
  const [name, mode, ...rest] = texts(bytes.subarray(2), 2 + 2 * MAX_OPTIONS);
  if (name === undefined || mode === undefined) return { kind: 'malformed', opcode, why: 'a request without its NULs' };
  if (name === '') return { kind: 'malformed', opcode, why: 'a request without a file name' };
  const direction = opcode === OPCODE.rrq ? 'read' : 'write';
  return { kind: 'request', direction, name, mode, options: optionsIn(rest) };
}

function errorIn(bytes: Uint8Array): ErrorPacket {
  const rest = bytes.subarray(4, 4 + MAX_MESSAGE_BYTES);
  const end = rest.indexOf(0);
  return { kind: 'error', code: bigEndian(bytes, 2), message: decodeName(end < 0 ? rest : rest.subarray(0, end)) };
}

/** Reads one datagram. Never throws. */
export function parsePacket(bytes: Uint8Array): Packet | Malformed {
  const opcode = bytes.length < 2 ? undefined : bigEndian(bytes, 0);
  const isShort = bytes.length < 4;
  switch (opcode) {
    case OPCODE.rrq:
    case OPCODE.wrq:
      return request(bytes, opcode);
    case OPCODE.data:
      if (isShort) break;
      return { kind: 'data', block: bigEndian(bytes, 2), bytes: bytes.subarray(DATA_HEADER_BYTES) };
    case OPCODE.ack:
      if (isShort) break;
      return { kind: 'ack', block: bigEndian(bytes, 2) };
    case OPCODE.error:
      if (isShort) break;
      return errorIn(bytes);
    case OPCODE.oack:
      return { kind: 'options', options: optionsIn(texts(bytes.subarray(2), 2 * MAX_OPTIONS)) };
    case undefined:
    default:
      return { kind: 'malformed', opcode, why: 'no packet of TFTP' };
  }
  return { kind: 'malformed', opcode, why: 'a packet that ends too early' };
}

/** Texts, each with its NUL, behind an opcode. A NUL within one would end it: the caller has refused such names. */
function printTexts(opcode: number, words: readonly string[]): Uint8Array {
  const parts = words.map(encodeName);
  const printed = new Uint8Array(2 + parts.reduce((sum, part) => sum + part.length + 1, 0));
  printed[1] = opcode;
  let at = 2;
  for (const part of parts) {
    printed.set(part, at);
    at += part.length + 1;
  }
  return printed;
}

const wordsOf = (options: readonly TftpOption[]): string[] => options.flatMap(({ name, value }) => [name, value]);

export const printRequest = ({ direction, name, mode, options }: Omit<Request, 'kind'>): Uint8Array =>
  printTexts(direction === 'read' ? OPCODE.rrq : OPCODE.wrq, [name, mode, ...wordsOf(options)]);

export const printOptions = (options: readonly TftpOption[]): Uint8Array => printTexts(OPCODE.oack, wordsOf(options));

/** `block` is the number on the wire, 0 to 65535. */
export function writeDataHeader(into: Uint8Array, block: number): void {
  into[0] = 0;
  into[1] = OPCODE.data;
  into[2] = block >> 8;
  into[3] = block & 0xff;
}

export function printData(block: number, bytes: Uint8Array): Uint8Array {
  const printed = new Uint8Array(DATA_HEADER_BYTES + bytes.length);
  writeDataHeader(printed, block);
  printed.set(bytes, DATA_HEADER_BYTES);
  return printed;
}

export const printAck = (block: number): Uint8Array => Uint8Array.of(0, OPCODE.ack, block >> 8, block & 0xff);

export function printError(code: number, message: string): Uint8Array {
  const text = encodeName(message);
  const printed = new Uint8Array(text.length + 5);
  printed.set([0, OPCODE.error, code >> 8, code & 0xff]);
  printed.set(text, 4);
  return printed;
}
