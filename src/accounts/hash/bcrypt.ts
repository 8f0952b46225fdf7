/** bcrypt, `$2b$10$salt and hash`: what htpasswd, PHP and many web programs make. */
import { timingSafeEqual } from 'node:crypto';
import type { HashScheme } from './scheme.ts';

const MIN_COST = 4;
/** Some three seconds of one core. */
const MAX_COST = 15;
/** The salt's end within the string; 31 characters of hash follow. */
const SETTING_CHARACTERS = 29;

const SHAPE = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

const hashOf = (stored: string): Buffer => Buffer.from(stored.slice(SETTING_CHARACTERS).padEnd(31), 'latin1');

/** Only the first 72 bytes of a password count, as everywhere with bcrypt. One with a NUL is denied: it would repeat. */
export const bcryptScheme: HashScheme = {
  prefixes: ['$2a$', '$2b$', '$2y$'],
  parse(text) {
    const cost = Number(SHAPE.exec(text)?.[1] ?? NaN);
    if (!(cost >= MIN_COST && cost <= MAX_COST)) return undefined;
    const setting = text.slice(0, SETTING_CHARACTERS);
    return async (password, { crypt }) => {
      const computed = await crypt({ scheme: 'bcrypt', password, setting });
      return timingSafeEqual(hashOf(computed), hashOf(text)) && !password.includes(0);
    };
  },
};
