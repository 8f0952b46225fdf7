/** What a password hash is to the hasher: a prefix that names its scheme, and a check whose cost is known before it is paid. */
import type { Argon2Cost } from '../../base/phc.ts';

export interface Argon2Request {
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly tagBytes: number;
  readonly cost: Argon2Cost;
}

export type ComputeArgon2 = (request: Argon2Request) => Promise<Uint8Array>;

/** A computation of crypt(3) that Node has not built in. */
export interface CryptRequest {
  readonly scheme: 'bcrypt' | 'sha512-crypt';
  readonly password: Uint8Array;
  /** The stored string up to its salt: `$2b$10$…`, `$6$rounds=5000$salt`. */
  readonly setting: string;
}

/** Gives the whole stored string that the password would have. */
export type ComputeCrypt = (request: CryptRequest) => Promise<string>;

/** Who does the work; passed in, so that tests can count it. */
export interface HashWork {
  readonly argon2: ComputeArgon2;
  readonly crypt: ComputeCrypt;
}

/** True when the password is the stored one. */
export type PasswordCheck = (password: Uint8Array, work: HashWork) => Promise<boolean>;

export interface HashScheme {
  readonly prefixes: readonly string[];
  /** Reads a stored string; `undefined` when it is malformed, and when its check would cost more than the scheme's bound. */
  parse(text: string): PasswordCheck | undefined;
}
