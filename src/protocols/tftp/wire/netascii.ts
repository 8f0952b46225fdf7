/** netascii (RFC 764 by way of RFC 1350): LF travels as CR LF, and a CR that stands alone as CR NUL. */

const [NUL, LF, CR] = [0x00, 0x0a, 0x0d];

/** Of a stream piece by piece: what is given is what is sent. Each byte may become two. */
export function encodeNetascii(bytes: Uint8Array): Uint8Array {
  let extra = 0;
  for (const byte of bytes) if (byte === LF || byte === CR) extra += 1;
  if (extra === 0) return bytes;
  const encoded = new Uint8Array(bytes.length + extra);
  let at = 0;
  for (const byte of bytes) {
    if (byte === LF) encoded[at++] = CR;
    encoded[at++] = byte;
    if (byte === CR) encoded[at++] = NUL;
  }
  return encoded;
}

/** CR LF becomes LF and CR NUL becomes CR; a CR before anything else is kept, with what follows. A pair may lie across two pieces. */
export class NetasciiDecoder {
  #heldCr = false;

  decode(bytes: Uint8Array): Uint8Array {
    const decoded = new Uint8Array(bytes.length + 1);
    let at = 0;
    for (const byte of bytes) {
      if (this.#heldCr) {
        this.#heldCr = false;
        if (byte === LF || byte === NUL) {
          decoded[at++] = byte === LF ? LF : CR;
          continue;
        }
        decoded[at++] = CR;
      }
      if (byte === CR) this.#heldCr = true;
      else decoded[at++] = byte;
    }
    return decoded.subarray(0, at);
  }

  /** What was held back for what might follow. */
  end(): Uint8Array {
    const rest = this.#heldCr ? Uint8Array.of(CR) : new Uint8Array(0);
    this.#heldCr = false;
    return rest;
  }
}
