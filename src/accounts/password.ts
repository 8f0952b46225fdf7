/** Makes argon2id password hashes, and checks these and those of other programs, so many at a time as the machine bears. */
import { argon2, randomBytes } from 'node:crypto';
import { encodeName } from '../base/name.ts';
import { DEFAULT_COST, formatPhc } from '../base/phc.ts';
import { checkArgon2id } from './hash/argon2id.ts';
import { createCryptThread } from './hash/crypt-thread.ts';
import type { ComputeArgon2, ComputeCrypt, HashWork, PasswordCheck } from './hash/scheme.ts';
import { parsePasswordHash } from './hash/schemes.ts';
import { createTurnstile, type TurnstileBounds } from './turnstile.ts';

const SALT_BYTES = 16;
const TAG_BYTES = 32;

/** Longest password that is looked at, in bytes; a longer one is refused after the same work. */
const MAX_PASSWORD_BYTES = 1024;

/** What is checked when there is nothing to check against: the work is real, the answer is always no. */
const NOTHING_STORED: PasswordCheck = checkArgon2id({
  cost: DEFAULT_COST,
  salt: new Uint8Array(SALT_BYTES),
  tag: new Uint8Array(TAG_BYTES),
});

export interface PasswordHasher {
  /** The PHC string of a new password. Rejects with a RangeError when it is empty or longer than 1,024 bytes. */
  hash(password: string): Promise<string>;
  /**
   * True when the password belongs to the stored string, of any scheme in `hash/schemes.ts`. Anything else is denied
   * after the work of argon2id. Rejects with `QueueFullError`, or with the signal's reason while it waits for its turn.
   */
  verify(password: string, stored: string, signal?: AbortSignal): Promise<boolean>;
}

interface PasswordHasherOptions {
  readonly compute?: ComputeArgon2;
  /** bcrypt and sha512-crypt; a thread of its own when left out. */
  readonly computeCrypt?: ComputeCrypt;
  readonly randomBytes?: (count: number) => Uint8Array;
  /**
   * How many are computed at once, and how many may wait. Two by default: a computation takes some 19 MiB, and one of
   * the four threads that also serve files.
   */
  readonly bounds?: TurnstileBounds;
}

const computeWithNode: ComputeArgon2 = ({ password, salt, tagBytes, cost }) =>
  new Promise((resolve, reject) => {
    const parameters = {
      message: password,
      nonce: salt,
      parallelism: cost.lanes,
      tagLength: tagBytes,
      memory: cost.memoryKib,
      passes: cost.passes,
    };
    argon2('argon2id', parameters, (error, tag) => (error === null ? resolve(tag) : reject(error)));
  });

export function createPasswordHasher(options: PasswordHasherOptions = {}): PasswordHasher {
  const work: HashWork = {
    argon2: options.compute ?? computeWithNode,
    crypt: options.computeCrypt ?? createCryptThread(),
  };
  const makeRandom = options.randomBytes ?? randomBytes;
  const turnstile = createTurnstile(options.bounds ?? { running: 2, waiting: 1_000 });

  return {
    async hash(password) {
      const bytes = encodeName(password);
      if (bytes.length === 0 || bytes.length > MAX_PASSWORD_BYTES) {
        throw new RangeError(`a password has 1 to ${MAX_PASSWORD_BYTES} bytes`);
      }
      const salt = makeRandom(SALT_BYTES);
      const request = { password: bytes, salt, tagBytes: TAG_BYTES, cost: DEFAULT_COST };
      const tag = await turnstile.run(() => work.argon2(request));
      return formatPhc({ cost: DEFAULT_COST, salt, tag });
    },

    async verify(password, storedText, signal) {
      const check = parsePasswordHash(storedText);
      const bytes = encodeName(password);
      const fits = bytes.length <= MAX_PASSWORD_BYTES;
      const looked = bytes.subarray(0, MAX_PASSWORD_BYTES);
      const isRight = await turnstile.run(() => (check ?? NOTHING_STORED)(looked, work), signal);
      return isRight && check !== undefined && fits;
    },
  };
}
