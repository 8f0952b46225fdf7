/** What is sent over Telnet, as bytes (RFC 854, 855). */
import { IAC, SB, SE, type Verb, VERB_CODES } from './code.ts';

const [NUL, LF, CR] = [0x00, 0x0a, 0x0d];

/**
 * Data as it travels: 255 twice, and a CR that stands alone as CR NUL, but for binary (RFC 856). CR LF stays, and so does
 * LF. A CR at the end stands alone, whatever is sent next: the peer may wait for what completes it.
 */
export function encodeData(bytes: Uint8Array, mode: 'text' | 'binary' = 'text'): Uint8Array {
  const isBareCr = (at: number): boolean => mode === 'text' && bytes[at] === CR && bytes[at + 1] !== LF;
  let extra = 0;
  for (const [at, byte] of bytes.entries()) if (byte === IAC || isBareCr(at)) extra += 1;
  if (extra === 0) return bytes;
  const encoded = new Uint8Array(bytes.length + extra);
  let to = 0;
  for (const [at, byte] of bytes.entries()) {
    encoded[to++] = byte;
    if (byte === IAC) encoded[to++] = IAC;
    if (isBareCr(at)) encoded[to++] = NUL;
  }
  return encoded;
}

export const encodeNegotiation = (verb: Verb, option: number): Uint8Array =>
  Uint8Array.of(IAC, VERB_CODES[verb], option);

/** Bytes of the payload that are 255 are sent twice (RFC 855). */
export const encodeSubnegotiation = (option: number, payload: Uint8Array): Uint8Array =>
  Uint8Array.of(IAC, SB, ...encodeData(Uint8Array.of(option, ...payload), 'binary'), IAC, SE);
