/** The keys by which clients know a server. */
import { createHash } from 'node:crypto';
import { makePrivateKey, type ParsedKey, parsePrivateKey } from './library.ts';
import type { HostKey } from './options.ts';

export const HOST_KEY_TYPES = ['ed25519', 'ecdsa', 'rsa'] as const;
export type HostKeyType = (typeof HOST_KEY_TYPES)[number];

/** Makes a private key, in OpenSSH's format: Ed25519, ECDSA on P-256, or RSA of 3,072 bits, which takes a second or two. */
export const makeHostKey = (type: HostKeyType): string => makePrivateKey(type, 'portcall');

/** What people compare: the kind of key, and its fingerprint as OpenSSH prints it (`SHA256:…`). */
export interface HostKeyPrint {
  readonly type: string;
  readonly fingerprint: string;
  /** As a line of `known_hosts` has it behind the name: `ssh-ed25519 AAAA…`. */
  readonly line: string;
}

const read = ({ text, where }: HostKey): ParsedKey => {
  try {
    return parsePrivateKey(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${where} cannot be used as a host key (${why}); it must be a private key without a passphrase`, {
      cause: error,
    });
  }
};

/** Throws a sentence for a key that cannot be read, for two of one kind, and for none at all. */
export function readHostKeys(keys: readonly HostKey[]): readonly ParsedKey[] {
  if (keys.length === 0) throw new Error('an SSH server needs a host key');
  const byType = new Map<string, HostKey>();
  return keys.map((key) => {
    const parsed = read(key);
    const other = byType.get(parsed.type);
    if (other !== undefined)
      throw new Error(`${key.where} and ${other.where} are both of the type ${parsed.type}; leave one out`);
    byType.set(parsed.type, key);
    return parsed;
  });
}

/** Throws as {@link readHostKeys} does. */
export function hostKeyPrint(key: HostKey): HostKeyPrint {
  const parsed = read(key);
  const blob = parsed.getPublicSSH();
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return {
    type: parsed.type,
    fingerprint: `SHA256:${digest}`,
    line: `${parsed.type} ${blob.toString('base64')}`,
  };
}
