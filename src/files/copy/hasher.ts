/** Hashes that are computed while bytes pass. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { HashAlgorithm } from '../file-system.ts';

export interface Hasher {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal. Nothing may be added afterwards. */
  digest(): string;
}

function crcHasher(): Hasher {
  let value = 0;
  return {
    update: (bytes) => {
      value = crc32(bytes, value);
    },
    digest: () => value.toString(16).padStart(8, '0'),
  };
}

export function createHasher(algorithm: HashAlgorithm): Hasher {
  if (algorithm === 'crc32') return crcHasher();
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
}
