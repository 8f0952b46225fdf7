/**
 * What stands at the end of images that Portcall makes: the size of the whole and the SHA-512 of all bytes before.
 *
 * It plays the part of the embedded hash that `verify` finds in real images: it tells damage, it proves no origin.
 */

export const TRAILER_BYTES = 256;

export interface Trailer {
  readonly sizeBytes: number;
  /** In hexadecimal. */
  readonly sha512: string;
}

const SHAPE = /^PORTCALL-IMAGE-END 1\nsize (\d{1,15})\nsha512 ([0-9a-f]{128})\n+$/;
const ANNOUNCEMENT = /^1 sha512 (\d{1,15})$/;

export const writeTrailer = ({ sizeBytes, sha512 }: Trailer): Buffer =>
  Buffer.from(`PORTCALL-IMAGE-END 1\nsize ${sizeBytes}\nsha512 ${sha512}\n`.padEnd(TRAILER_BYTES, '\n'), 'latin1');

/** Reads the last {@link TRAILER_BYTES} bytes of a file; `undefined` when they are something else. */
export function readTrailer(bytes: Buffer): Trailer | undefined {
  const match = bytes.length === TRAILER_BYTES ? SHAPE.exec(bytes.toString('latin1')) : null;
  return match === null ? undefined : { sizeBytes: Number(match[1]), sha512: match[2] ?? '' };
}

/** The value of CW_PORTCALL, at the beginning of the file: without it one that was cut would look like one without trailer. */
export const announceTrailer = (sizeBytes: number): string => `1 sha512 ${sizeBytes}`;

/** The size that was announced, in bytes. */
export function announcedSize(value: string | undefined): number | undefined {
  const match = ANNOUNCEMENT.exec(value ?? '');
  return match === null ? undefined : Number(match[1]);
}
