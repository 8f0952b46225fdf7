/** Bytes that look like compressed code, the same for the same seed: AES in counter mode over zeros, at gigabytes a second. */
import { createCipheriv, createHash } from 'node:crypto';

const CHUNK_BYTES = 262_144;
const ZEROS = Buffer.alloc(CHUNK_BYTES);

/** As many bytes as asked for, in chunks of at most 256 KiB, each the caller's own. */
export function* filler(seed: string, sizeBytes: number): Generator<Uint8Array, void> {
  const cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(seed).digest(), Buffer.alloc(16));
  for (let left = sizeBytes; left > 0; left -= CHUNK_BYTES)
    yield cipher.update(left < CHUNK_BYTES ? ZEROS.subarray(0, left) : ZEROS);
}
