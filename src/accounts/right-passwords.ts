/** Recognises passwords that were right before without keeping them, so that argon2 is not paid for them again. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { encodeName } from '../base/name.ts';

interface NamedPassword {
  readonly name: string;
  readonly password: string;
}

interface RightPasswords {
  recognises(login: NamedPassword): boolean;
  remember(login: NamedPassword): void;
  /** A number from 0 to 2^32 - 1, always the same for a name, that nobody outside can foretell. */
  spread(name: string): number;
}

/** One password per name is kept, as HMAC-SHA256 under a key that lives and dies with the process. */
export function createRightPasswords(): RightPasswords {
  const key = randomBytes(32);
  const digests = new Map<string, Buffer>();
  const digestOf = ({ name, password }: NamedPassword): Buffer =>
    createHmac('sha256', key).update(encodeName(name)).update('\0').update(encodeName(password)).digest();
  return {
    recognises(login) {
      const known = digests.get(login.name);
      return known !== undefined && timingSafeEqual(known, digestOf(login));
    },
    remember: (login) => void digests.set(login.name, digestOf(login)),
    spread: (name) => digestOf({ name, password: '' }).readUInt32BE(0),
  };
}
