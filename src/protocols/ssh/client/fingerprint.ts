/** Fingerprints of keys, as OpenSSH prints them and as people compare them. */
import { createHash } from 'node:crypto';

/** `SHA256:` and base64 without padding, of a key in its wire form (RFC 4253 §6.6). */
export const fingerprintOf = (key: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/** The older form: `MD5:` and sixteen bytes in hexadecimal with colons (RFC 4716 §4). Only to compare by eye. */
export const md5FingerprintOf = (key: Uint8Array): string =>
  `MD5:${(createHash('md5').update(key).digest('hex').match(/../g) ?? []).join(':')}`;

/**
 * A fingerprint as {@link fingerprintOf} writes it: `SHA256:` before it and `=` behind it may be there or not, and 64
 * hexadecimal digits, with or without colons, are the same 32 bytes. `undefined` for what is none: MD5 proves nothing today.
 */
export function readFingerprint(text: string): string | undefined {
  const digest = text.trim().replace(/^sha256:/i, '');
  if (/^([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i.test(digest)) return written(Buffer.from(digest.replaceAll(':', ''), 'hex'));
  if (!/^[A-Za-z0-9+/]{43}=?$/.test(digest)) return undefined;
  return written(Buffer.from(digest, 'base64'));
}

const written = (digest: Uint8Array): string => `SHA256:${Buffer.from(digest).toString('base64').replace(/=+$/, '')}`;
