/**
 * File names are bytes on the wire and on disk, but text in a program.
 *
 * UTF-8 is decoded as UTF-8. A byte that is not part of valid UTF-8 becomes one lone surrogate, U+DC80 to U+DCFF, so
 * that any sequence of bytes survives the way to text and back. The idea is Python's (PEP 383, "surrogateescape").
 */

const ESCAPE_BASE = 0xdc00;
const LONE_ESCAPE = /[\uDC80-\uDCFF]/;
const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** How many bytes the well-formed UTF-8 sequence at `index` has; 0 when the byte there begins none (RFC 3629 §4). */
function sequenceLength(bytes: Uint8Array, index: number): number {
  const first = bytes[index] ?? 0;
  const length =
    first < 0x80
      ? 1
      : first >= 0xc2 && first < 0xe0
        ? 2
        : first >= 0xe0 && first < 0xf0
          ? 3
          : first >= 0xf0 && first < 0xf5
            ? 4
            : 0;
  if (length < 2) return length;
  try {
    strictDecoder.decode(bytes.subarray(index, index + length));
    return length;
  } catch {
    return 0;
  }
}

/** Bytes of a name to text; bytes that are not UTF-8 become lone surrogates. Never throws. */
export function decodeName(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return decodeMixed(bytes);
  }
}

function decodeMixed(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length;) {
    const length = sequenceLength(bytes, index);
    if (length === 0) text += String.fromCharCode(ESCAPE_BASE + (bytes[index] ?? 0));
    else text += strictDecoder.decode(bytes.subarray(index, index + length));
    index += Math.max(1, length);
  }
  return text;
}

/** True when the text stands for bytes that are not UTF-8, so that it must be encoded before the system sees it. */
export const holdsRawBytes = (text: string): boolean => LONE_ESCAPE.test(text) && !text.isWellFormed();

/** Text of a name to its bytes: the inverse of {@link decodeName}. Never throws. */
export function encodeName(text: string): Uint8Array {
  if (!holdsRawBytes(text)) return encoder.encode(text);
  const parts: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point >= ESCAPE_BASE + 0x80 && point <= ESCAPE_BASE + 0xff) parts.push(point - ESCAPE_BASE);
    else for (const byte of encoder.encode(character)) parts.push(byte);
  }
  return Uint8Array.from(parts);
}
