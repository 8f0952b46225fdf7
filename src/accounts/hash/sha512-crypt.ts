/** sha512-crypt, `$6$salt$hash`: what /etc/shadow of a Linux machine has, and `openssl passwd -6` makes. */
import { timingSafeEqual } from 'node:crypto';
import type { HashScheme } from './scheme.ts';

const DEFAULT_ROUNDS = 5_000;
const MIN_ROUNDS = 1_000;
/** Some two seconds of one core. */
const MAX_ROUNDS = 1_000_000;

const SHAPE = /^(\$6\$(?:rounds=([1-9]\d{3,6})\$)?[./A-Za-z0-9]{0,16})\$([./A-Za-z0-9]{86})$/;

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

export const sha512CryptScheme: HashScheme = {
  prefixes: ['$6$'],
  parse(text) {
    const [, setting = '', written, hash = ''] = SHAPE.exec(text) ?? [];
    const rounds = written === undefined ? DEFAULT_ROUNDS : Number(written);
    if (hash === '' || rounds < MIN_ROUNDS || rounds > MAX_ROUNDS) return undefined;
    return async (password, { crypt }) => {
      const computed = await crypt({ scheme: 'sha512-crypt', password, setting });
      return timingSafeEqual(bytesOf(computed.slice(-hash.length).padEnd(hash.length)), bytesOf(hash));
    };
  },
};
