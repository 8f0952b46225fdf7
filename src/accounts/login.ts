/**
 * Decides who may in.
 *
 * A wrong password, an unknown name and a door that is shut to the account cost the same work and the same delay, so
 * that nobody learns which it was. The password that was right once is recognised by a keyed digest, so that a hundred
 * switches log in quickly.
 */
import type { Clock } from '../base/clock.ts';
import { orAborted, pause } from '../base/wait.ts';
import type { Account, Authenticator, KeyAttempt, KeyVerdict, LoginAttempt, LoginVerdict } from './account.ts';
import { addressGroup } from './address-group.ts';
import { type KeyRestrictions } from './authorized-key.ts';
import type { Bans, Offence } from './ban-list.ts';
import type { AccountDefinition } from './definition.ts';
import { judgeKey } from './key-judgement.ts';
import type { PasswordHasher } from './password.ts';
import { Register, SourceDownError } from './register.ts';
import { restrictionOf } from './restriction.ts';
import type { AccountSource, FoundAccount } from './source.ts';
import { createKeyedTurnstile, QueueFullError } from './turnstile.ts';

export interface LoginPolicy {
  /** Delay of the first failure of an address; it doubles with each further offence, up to the longest. */
  readonly failureDelayMs: number;
  readonly longestDelayMs: number;
}

const DEFAULT_LOGIN_POLICY: LoginPolicy = { failureDelayMs: 1_000, longestDelayMs: 8_000 };

export interface AuthenticatorOptions {
  /** Asked in this order; the first that has the name decides. */
  readonly sources: readonly AccountSource[];
  /** Makes the account of a definition, at each login that is let in. When it throws, the login is refused. */
  readonly build: (definition: AccountDefinition) => Account;
  /** Who logs in as `anonymous` or `ftp`, with any password, when no source has that name. */
  readonly anonymous?: (attempt: LoginAttempt) => Account | undefined;
  readonly hasher: PasswordHasher;
  readonly bans: Bans;
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

type Checked =
  | { readonly account: Account }
  | { readonly bannedForMs: number }
  /** `offences`: how many the address committed lately, this one with it; 0 when it is not to blame. */
  | { readonly offences: number; readonly reason: string };

type LockedOut = Extract<LoginVerdict, { outcome: 'locked-out' }>;

type CheckedKey =
  | { readonly account: Account; readonly restrictions: KeyRestrictions }
  /** `blame`: what it counts as, when the key was proved; nothing where the client is not to blame. */
  | { readonly reason: string; readonly blame: Offence | undefined };

const lockedOut = (retryAfterMs: number, reason: string): LockedOut => ({
  outcome: 'locked-out',
  retryAfterMs,
  reason,
});

const banned = (retryAfterMs: number): LockedOut => lockedOut(retryAfterMs, 'that address is banned');

/** One login after another of each address, with what a refusal costs. */
class Desk {
  readonly #options: AuthenticatorOptions;
  readonly #policy: LoginPolicy;
  readonly #register: Register;
  readonly #oneByOne = createKeyedTurnstile({ running: 1, waiting: WAITING_PER_ADDRESS });

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#policy = { ...DEFAULT_LOGIN_POLICY, ...options.policy };
    this.#register = new Register(options.sources, options.hasher);
  }

  async login(attempt: LoginAttempt): Promise<LoginVerdict> {
    const { address, signal } = attempt;
    signal?.throwIfAborted();
    const bannedForMs = this.#options.bans.bannedForMs(address);
    if (bannedForMs > 0) return banned(bannedForMs);
    try {
      const quick = await orAborted(this.#quickly(attempt), signal);
      if (quick !== undefined) return await this.#conclude(quick, signal);
      const checking = this.#oneByOne(addressGroup(address), () => this.#check(attempt), signal);
      return await this.#conclude(await orAborted(checking, signal), signal);
    } catch (error) {
      if (error instanceof QueueFullError) return lockedOut(BUSY_RETRY_MS, 'too many logins wait already');
      throw error;
    }
  }

  /**
   * The signature has been checked where the connection ends, so that nobody can guess here: what remains is to look for
   * the key among those of the account. The same for a name that is not known.
   */
  async loginWithKey(attempt: KeyAttempt): Promise<KeyVerdict> {
    const { address, signal, stage } = attempt;
    signal?.throwIfAborted();
    const bannedForMs = this.#options.bans.bannedForMs(address);
    if (bannedForMs > 0) return banned(bannedForMs);
    const checked = await orAborted(this.#checkKey(attempt), signal);
    if ('restrictions' in checked) {
      const { account, restrictions } = checked;
      return { outcome: 'accepted', account, restrictions };
    }
    if (stage === 'asked' || checked.blame === undefined) return { outcome: 'refused', reason: checked.reason };
    const offences = this.#options.bans.offence(address, checked.blame);
    await pause(this.#options.clock, this.#delayMs(offences), signal);
    return { outcome: 'refused', reason: checked.reason };
  }

  async #checkKey(attempt: KeyAttempt): Promise<CheckedKey> {
    const asked = { ...attempt, password: '' };
    const found = await this.#find(asked);
    if (found instanceof SourceDownError) return { reason: found.message, blame: undefined };
    if (found === undefined) return { reason: 'unknown name', blame: 'unknown-account' };
    const { definition } = found;
    const key = judgeKey(definition.publicKeys, attempt, this.#options.clock.now());
    const flaw = this.#restriction(asked, found) ?? ('flaw' in key ? key.flaw : undefined);
    if (flaw !== undefined || 'flaw' in key) return { reason: flaw ?? '', blame: 'wrong-password' };
    const built = this.#built(found);
    return 'account' in built
      ? { account: built.account, restrictions: key.restrictions }
      : { reason: 'reason' in built ? built.reason : 'the address is banned', blame: undefined };
  }

  /** Lets in whom it costs nothing to judge: they do not wait for what neighbours behind their address guess. */
  async #quickly(attempt: LoginAttempt): Promise<Checked | undefined> {
    const hasCertificate = (attempt.certificateNames?.length ?? 0) > 0;
    if (!this.#register.knows(attempt) && !hasCertificate && !this.#isAnonymousName(attempt)) return undefined;
    try {
      const found = await this.#register.find(attempt);
      if (found === undefined) return this.#guest(attempt);
      const isProved = this.#register.provesQuickly(attempt, found) && this.#restriction(attempt, found) === undefined;
      return isProved ? this.#built(found) : undefined;
    } catch (error) {
      // The slow way asks again, and refuses as slowly as always.
      if (error instanceof SourceDownError) return undefined;
      throw error;
    }
  }

  async #check(attempt: LoginAttempt): Promise<Checked> {
    // Others of this address may have failed while this one stood in the queue.
    const bannedForMs = this.#options.bans.bannedForMs(attempt.address);
    if (bannedForMs > 0) return { bannedForMs };
    const found = await this.#find(attempt);
    if (found instanceof SourceDownError) {
      await this.#register.proves(attempt, undefined);
      return { offences: 0, reason: found.message };
    }
    const guest = found === undefined ? this.#guest(attempt) : undefined;
    if (guest !== undefined) return guest;
    const isProved = await this.#register.proves(attempt, found);
    if (found === undefined) return this.#offence(attempt, 'unknown-account', 'unknown name');
    const restriction = this.#restriction(attempt, found);
    // A shut door counts as a wrong password: if it did not, the next delay would tell that the password was right.
    if (restriction !== undefined) return this.#offence(attempt, 'wrong-password', restriction);
    return isProved ? this.#built(found) : this.#offence(attempt, 'wrong-password', 'wrong password');
  }

  async #find(attempt: LoginAttempt): Promise<FoundAccount | SourceDownError | undefined> {
    try {
      return await this.#register.find(attempt);
    } catch (error) {
      if (error instanceof SourceDownError) return error;
      throw error;
    }
  }

  #restriction(attempt: LoginAttempt, { definition }: FoundAccount): string | undefined {
    return restrictionOf(definition, attempt, this.#options.clock.now());
  }

  #isAnonymousName({ name }: LoginAttempt): boolean {
    return this.#options.anonymous !== undefined && ANONYMOUS_NAMES.has(name.toLowerCase());
  }

  #guest(attempt: LoginAttempt): Checked | undefined {
    const account = this.#isAnonymousName(attempt) ? this.#options.anonymous?.(attempt) : undefined;
    return account && { account };
  }

  #built({ definition }: FoundAccount): Checked {
    try {
      return { account: this.#options.build(definition) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { offences: 0, reason: `the account cannot be opened: ${why}` };
    }
  }

  #offence({ address }: LoginAttempt, offence: Offence, reason: string): Checked {
    return { offences: this.#options.bans.offence(address, offence), reason };
  }

  #delayMs(offences: number): number {
    const { failureDelayMs, longestDelayMs } = this.#policy;
    const doubled = failureDelayMs * 2 ** Math.min(Math.max(offences - 1, 0), 30);
    return Math.min(longestDelayMs, doubled) * (1 + JITTER * this.#options.random());
  }

  async #conclude(checked: Checked, signal: AbortSignal | undefined): Promise<LoginVerdict> {
    if ('bannedForMs' in checked) return banned(checked.bannedForMs);
    // What its address did before stays counted: who has an account could else guess at others'.
    if ('account' in checked) return { outcome: 'accepted', account: checked.account };
    // The queue of the address is left by now: neighbours with the right password do not sit the delay out.
    await pause(this.#options.clock, this.#delayMs(checked.offences), signal);
    return { outcome: 'refused', reason: checked.reason };
  }
}

/**
 * Judges logins against sources of accounts. When too many logins wait already, the verdict is `locked-out` for five
 * seconds. A source that cannot be asked lets nobody in, and is not held against the client. `login` rejects with the
 * reason of its signal.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const desk = new Desk(options);
  return { login: (attempt) => desk.login(attempt), loginWithKey: (attempt) => desk.loginWithKey(attempt) };
}
