/**
 * Decides who may in.
 *
 * A wrong password and an unknown name cost the same work and the same delay, so that nobody learns which it was. The
 * password that was right once is recognised by a keyed digest, so that a hundred switches log in quickly.
 */
import type { Clock } from '../base/clock.ts';
import { orAborted, pause } from '../base/wait.ts';
import type { Account, Authenticator, LoginAttempt, LoginVerdict } from './account.ts';
import { addressGroup } from './address-group.ts';
import { createFailureLedger, type LockoutPolicy } from './failure-ledger.ts';
import type { PasswordHasher } from './password.ts';
import { createRightPasswords } from './right-passwords.ts';
import { createKeyedTurnstile, QueueFullError } from './turnstile.ts';

export interface Credential {
  readonly account: Account;
  /** A PHC string of argon2id; anything else denies every password. */
  readonly passwordHash: string;
}

export interface LoginPolicy extends LockoutPolicy {
  /** Delay of the first failure of an address; it doubles with each further one, up to the longest. */
  readonly failureDelayMs: number;
  readonly longestDelayMs: number;
}

const DEFAULT_LOGIN_POLICY: LoginPolicy = {
  failures: 10,
  windowMs: 600_000,
  lockoutMs: 600_000,
  addresses: 10_000,
  failureDelayMs: 1_000,
  longestDelayMs: 8_000,
};

export interface AuthenticatorOptions {
  readonly credentials: readonly Credential[];
  /** Who logs in as `anonymous` or `ftp`, with any password; nobody when it is left out. */
  readonly anonymous?: Account;
  readonly hasher: PasswordHasher;
  readonly clock: Clock;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
  readonly policy?: Partial<LoginPolicy>;
}

const ANONYMOUS_NAMES: ReadonlySet<string> = new Set(['anonymous', 'ftp']);
/** Checks of one address run one after another; this many may wait. */
const WAITING_PER_ADDRESS = 200;
const BUSY_RETRY_MS = 5_000;
/** At most this share of a delay is added to it. */
const JITTER = 0.25;

type Checked = { readonly account: Account } | { readonly failures: number } | { readonly lockedForMs: number };

const lockedOut = (retryAfterMs: number, reason = 'too many failures from that address'): LoginVerdict => ({
  outcome: 'locked-out',
  retryAfterMs,
  reason,
});

/** Looks names and passwords up; knows nothing of addresses, delays and lock-outs. */
class Register {
  readonly #credentials: readonly Credential[];
  readonly #byName: ReadonlyMap<string, Credential>;
  readonly #hasher: PasswordHasher;
  readonly #anonymous: Account | undefined;
  readonly #rightPasswords = createRightPasswords();

  constructor({ credentials, hasher, anonymous }: AuthenticatorOptions) {
    this.#credentials = credentials;
    this.#byName = new Map(credentials.map((credential) => [credential.account.name, credential]));
    this.#hasher = hasher;
    this.#anonymous = anonymous;
  }

  anonymousFor(name: string): Account | undefined {
    return !this.#byName.has(name) && ANONYMOUS_NAMES.has(name.toLowerCase()) ? this.#anonymous : undefined;
  }

  /** The account, when its password was right before and is the same again. Costs next to nothing. */
  recognise(attempt: LoginAttempt): Account | undefined {
    const account = this.#byName.get(attempt.name)?.account;
    return account !== undefined && this.#rightPasswords.recognises(attempt) ? account : undefined;
  }

  /** The account, when the password is right. One argon2 computation, whatever the name. */
  async verify(attempt: LoginAttempt): Promise<Account | undefined> {
    const credential = this.#byName.get(attempt.name);
    const stored = (credential ?? this.#standIn(attempt.name))?.passwordHash ?? '';
    const isRight = await this.#hasher.verify(attempt.password, stored, attempt.signal);
    if (!isRight || credential === undefined) return undefined;
    this.#rightPasswords.remember(attempt);
    return credential.account;
  }

  /** An unknown name pays for somebody's hash, always the same for that name: where costs differ, they do not tell either. */
  #standIn(name: string): Credential | undefined {
    return this.#credentials[this.#rightPasswords.spread(name) % Math.max(1, this.#credentials.length)];
  }
}

/**
 * Judges logins against a list of accounts. Of two credentials with one name the last counts. When too many logins
 * wait already, the verdict is `locked-out` for five seconds. `login` rejects with the reason of its signal.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { clock, random } = options;
  const policy: LoginPolicy = { ...DEFAULT_LOGIN_POLICY, ...options.policy };
  const register = new Register(options);
  const ledger = createFailureLedger(policy, clock);
  const oneByOne = createKeyedTurnstile({ running: 1, waiting: WAITING_PER_ADDRESS });

  const check = async (attempt: LoginAttempt, address: string): Promise<Checked> => {
    // Others of this address may have succeeded or failed while this one stood in the queue.
    const lockedForMs = ledger.lockedForMs(address);
    if (lockedForMs > 0) return { lockedForMs };
    const account = register.recognise(attempt) ?? (await register.verify(attempt));
    return account === undefined ? { failures: ledger.add(address) } : { account };
  };

  const delayMs = (failures: number): number =>
    Math.min(policy.longestDelayMs, policy.failureDelayMs * 2 ** Math.min(failures - 1, 30)) * (1 + JITTER * random());

  const conclude = async (checked: Checked, address: string, signal?: AbortSignal): Promise<LoginVerdict> => {
    if ('lockedForMs' in checked) return lockedOut(checked.lockedForMs);
    if ('account' in checked) {
      ledger.clear(address);
      return { outcome: 'accepted', account: checked.account };
    }
    // The queue of the address is left by now: neighbours with the right password do not sit the delay out.
    await pause(clock, delayMs(checked.failures), signal);
    return { outcome: 'refused', reason: 'unknown name or wrong password' };
  };

  return {
    async login(attempt) {
      const { name, signal } = attempt;
      signal?.throwIfAborted();
      const address = addressGroup(attempt.address);
      const lockedForMs = ledger.lockedForMs(address);
      if (lockedForMs > 0) return lockedOut(lockedForMs);
      // No secret was shown, so an anonymous login does not clear the failures either.
      const anonymous = register.anonymousFor(name);
      if (anonymous !== undefined) return { outcome: 'accepted', account: anonymous };
      const known = register.recognise(attempt);
      if (known !== undefined) return conclude({ account: known }, address);
      try {
        const checking = oneByOne(address, () => check(attempt, address), signal);
        return await conclude(await orAborted(checking, signal), address, signal);
      } catch (error) {
        if (error instanceof QueueFullError) return lockedOut(BUSY_RETRY_MS, 'too many logins wait already');
        throw error;
      }
    },
  };
}
