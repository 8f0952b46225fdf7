/** The algorithms of SSH that old devices need and nobody else should use, by the names under which they are switched on. */
export const LEGACY_ALGORITHMS = [
  'group14-sha1',
  'group1-sha1',
  'ssh-rsa',
  'aes-cbc',
  '3des-cbc',
  'hmac-sha1',
] as const;
export type LegacyAlgorithm = (typeof LEGACY_ALGORITHMS)[number];
