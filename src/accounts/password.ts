/** Makes and checks argon2id password hashes, so many at a time as the machine bears. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { encodeName } from '../base/name.ts';
import { DEFAULT_COST, formatPhc, parsePhc, type Argon2Cost, type StoredPassword } from '../base/phc.ts';
import { createTurnstile, type TurnstileBounds } from './turnstile.ts';

const SALT_BYTES = 16;
const TAG_BYTES = 32;

/** Longest password that is looked at, in bytes; a longer one is refused after the same work. */
const MAX_PASSWORD_BYTES = 1024;

/** What is checked when there is nothing to check against: the work is real, the answer is always no. */
const NOTHING_STORED: StoredPassword = {
  cost: DEFAULT_COST,
  salt: new Uint8Array(SALT_BYTES),
  tag: new Uint8Array(TAG_BYTES),
};

export interface Argon2Request {
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly tagBytes: number;
  readonly cost: Argon2Cost;
}

type ComputeArgon2 = (request: Argon2Request) => Promise<Uint8Array>;

export interface PasswordHasher {
  /** The PHC string of a new password. Rejects with a RangeError when it is empty or longer than 1,024 bytes. */
  hash(password: string): Promise<string>;
  /**
   * True when the password belongs to the PHC string. Anything that is not such a string is denied after the same
   * work. Rejects with `QueueFullError`, or with the signal's reason while it waits for its turn.
   */
  verify(password: string, stored: string, signal?: AbortSignal): Promise<boolean>;
}

interface PasswordHasherOptions {
  readonly compute?: ComputeArgon2;
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
  const compute = options.compute ?? computeWithNode;
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
      const tag = await turnstile.run(() => compute(request));
      return formatPhc({ cost: DEFAULT_COST, salt, tag });
    },

    async verify(password, storedText, signal) {
      const stored = parsePhc(storedText);
      const { cost, salt, tag } = stored ?? NOTHING_STORED;
      const bytes = encodeName(password);
      const fits = bytes.length <= MAX_PASSWORD_BYTES;
      const request = { password: bytes.subarray(0, MAX_PASSWORD_BYTES), salt, tagBytes: tag.length, cost };
      const computed = await turnstile.run(() => compute(request), signal);
      return timingSafeEqual(computed, tag) && stored !== undefined && fits;
    },
  };
}
