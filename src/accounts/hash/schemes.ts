/** The password hashes that are understood: a row each. Others' are verified as they are, and never rewritten. */
import { argon2idScheme } from './argon2id.ts';
import { bcryptScheme } from './bcrypt.ts';
import type { HashScheme, PasswordCheck } from './scheme.ts';
import { scryptScheme } from './scrypt.ts';
import { sha512CryptScheme } from './sha512-crypt.ts';

const SCHEMES: readonly HashScheme[] = [argon2idScheme, bcryptScheme, scryptScheme, sha512CryptScheme];

/** The check that belongs to a stored string; `undefined` for one of no known scheme, malformed, or beyond its scheme's bounds. */
export const parsePasswordHash = (stored: string): PasswordCheck | undefined =>
  SCHEMES.find(({ prefixes }) => prefixes.some((prefix) => stored.startsWith(prefix)))?.parse(stored);

export const isPasswordHash = (stored: string): boolean => parsePasswordHash(stored) !== undefined;
