/** What a client offers unless told otherwise: nothing that rests on SHA-1, and group exchange where a server needs it. */
import type { OfferedAlgorithms } from './options.ts';

/**
 * AES-GCM first: Node's own cryptography runs it, and chacha20-poly1305 would run in JavaScript at a third of the speed.
 * It stands last, for servers that have nothing else.
 */
export const DEFAULT_OFFER: Required<OfferedAlgorithms> = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group14-sha256',
  ],
  hostKeys: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  ciphers: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
    'chacha20-poly1305@openssh.com',
  ],
  macs: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
};

/** What old devices need besides, for those who ask for it. */
export const LEGACY_OFFER: Required<OfferedAlgorithms> = {
  kex: ['diffie-hellman-group14-sha1', 'diffie-hellman-group-exchange-sha1', 'diffie-hellman-group1-sha1'],
  hostKeys: ['ssh-rsa'],
  ciphers: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
  macs: ['hmac-sha1-etm@openssh.com', 'hmac-sha1', 'hmac-sha1-96'],
};
