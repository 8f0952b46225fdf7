/**
 * Secrets as IOS configurations hold them: `enable secret 5 $1$…`, `username x secret 9 $9$…`.
 *
 * One row per type. IOS fixes the costs, so that no stored text can make a check expensive.
 */
import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { md5Crypt } from './md5-crypt.ts';

/** 5 is md5crypt, 8 PBKDF2 with SHA-256, 9 scrypt. */
export type SecretType = 5 | 8 | 9;

/** So many random bytes. */
export type RandomBytes = (count: number) => Uint8Array;

interface Scheme {
  readonly prefix: string;
  readonly saltCharacters: number;
  /** Salt and hash of a stored text. */
  readonly shape: RegExp;
  readonly hash: (text: string, salt: string) => Promise<string>;
}

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Longer ones are no passwords: IOS takes 127 characters. */
const MAX_TEXT_CHARACTERS = 1024;
const KEY_BYTES = 32;
const PBKDF2_ROUNDS = 20_000;
const SCRYPT_COST = { N: 16_384, r: 1, p: 1 };

/** Base64 with the letters of Unix passwords, and no `=` at its end. */
const cisco64 = (bytes: Buffer): string =>
  bytes
    .toString('base64')
    .replace(/[^=]/g, (letter) => ALPHABET[BASE64.indexOf(letter)] ?? '')
    .replaceAll('=', '');

type Derived = (error: Error | null, key: Buffer) => void;

/** Runs a function of Node's own threads. */
const derive = (start: (done: Derived) => void): Promise<string> =>
  new Promise((resolve, reject) => {
    start((error, key) => (error === null ? resolve(cisco64(key)) : reject(error)));
  });

const SCHEMES: Readonly<Record<SecretType, Scheme>> = {
  5: {
    prefix: '$1$',
    saltCharacters: 4,
    shape: /^\$1\$([./0-9A-Za-z]{1,8})\$([./0-9A-Za-z]{22})$/,
    hash: async (text, salt) => md5Crypt(text, salt),
  },
  8: {
    prefix: '$8$',
    saltCharacters: 14,
    shape: /^\$8\$([./0-9A-Za-z]{14})\$([./0-9A-Za-z]{43})$/,
    hash: (text, salt) => derive((done) => pbkdf2(text, salt, PBKDF2_ROUNDS, KEY_BYTES, 'sha256', done)),
  },
  9: {
    prefix: '$9$',
    saltCharacters: 14,
    shape: /^\$9\$([./0-9A-Za-z]{14})\$([./0-9A-Za-z]{43})$/,
    hash: (text, salt) => derive((done) => scrypt(text, salt, KEY_BYTES, SCRYPT_COST, done)),
  },
};

/** What a configuration holds of a secret: `$9$salt$hash`. Throws a `RangeError` for texts beyond 1,024 characters. */
export async function hashSecret(type: SecretType, text: string, random: RandomBytes): Promise<string> {
  if (text.length > MAX_TEXT_CHARACTERS) throw new RangeError('the secret is too long');
  const { prefix, saltCharacters, hash } = SCHEMES[type];
  const salt = Array.from(random(saltCharacters), (byte) => ALPHABET[byte & 63]).join('');
  return `${prefix}${salt}$${await hash(text, salt)}`;
}

/** Which type a stored text is of; `undefined` for text that is none. */
export function secretTypeOf(stored: string): SecretType | undefined {
  return ([5, 8, 9] as const).find((type) => SCHEMES[type].shape.test(stored));
}

/** Whether this is the secret that was stored, in a time that tells nothing of it; false for a stored text of no known type. */
export async function checkSecret(stored: string, text: string): Promise<boolean> {
  const type = secretTypeOf(stored);
  if (type === undefined || text.length > MAX_TEXT_CHARACTERS) return false;
  const { shape, hash } = SCHEMES[type];
  const [, salt = '', expected = ''] = shape.exec(stored) ?? [];
  return timingSafeEqual(Buffer.from(await hash(text, salt)), Buffer.from(expected));
}
