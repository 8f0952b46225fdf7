/** argon2id (RFC 9106) as a PHC string: what Portcall itself makes. */
import { timingSafeEqual } from 'node:crypto';
import { parsePhc, type StoredPassword } from '../../base/phc.ts';
import type { HashScheme, PasswordCheck } from './scheme.ts';

export const checkArgon2id =
  ({ cost, salt, tag }: StoredPassword): PasswordCheck =>
  async (password, { argon2 }) =>
    timingSafeEqual(await argon2({ password, salt, tagBytes: tag.length, cost }), tag);

/** Bounds: `src/base/phc.ts`. */
export const argon2idScheme: HashScheme = {
  prefixes: ['$argon2id$'],
  parse(text) {
    const stored = parsePhc(text);
    return stored && checkArgon2id(stored);
  },
};
