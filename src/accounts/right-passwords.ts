/** Recognises passwords that were right before without keeping them, so that their hash is not computed again. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { encodeName } from '../base/name.ts';

interface NamedPassword {
  readonly name: string;
  readonly password: string;
}

interface RightPasswords {
  /** Whether this password was right for the name once. That alone lets nobody in: the account may have changed. */
  knows(login: NamedPassword): boolean;
  /** Whether it was right for this very stored hash. */
  recognises(login: NamedPassword, stored: string): boolean;
  remember(login: NamedPassword, stored: string): void;
  /** A number from 0 to 2^32 - 1, always the same for a name, that nobody outside can foretell. */
  spread(name: string): number;
}

interface Digests {
  readonly password: Buffer;
  readonly withHash: Buffer;
}

/** Beyond, the name that was remembered first is forgotten, and pays for its hash again. */
const MAX_NAMES = 10_000;

/** One password per name is kept, as HMAC-SHA256 under a key that lives and dies with the process. */
export function createRightPasswords(): RightPasswords {
  const key = randomBytes(32);
  const known = new Map<string, Digests>();
  const digestOf = ({ name, password }: NamedPassword, stored = ''): Buffer => {
    const hmac = createHmac('sha256', key);
    // Each part with its length: no two triples are one text.
    for (const part of [name, password, stored].map(encodeName)) hmac.update(`${part.length}:`).update(part);
    return hmac.digest();
  };
  return {
    knows(login) {
      const digests = known.get(login.name);
      return digests !== undefined && timingSafeEqual(digests.password, digestOf(login));
    },
    recognises(login, stored) {
      const digests = known.get(login.name);
      return digests !== undefined && timingSafeEqual(digests.withHash, digestOf(login, stored));
    },
    remember(login, stored) {
      known.delete(login.name);
      known.set(login.name, { password: digestOf(login), withHash: digestOf(login, stored) });
      const [first] = known.keys();
      if (known.size > MAX_NAMES && first !== undefined) known.delete(first);
    },
    spread: (name) => digestOf({ name, password: '' }).readUInt32BE(0),
  };
}
