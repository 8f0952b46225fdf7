/** Asks the sources for a name and judges the proof; knows nothing of delays and bans. */
import type { LoginAttempt } from './account.ts';
import type { AccountDefinition } from './definition.ts';
import type { PasswordHasher } from './password.ts';
import { createRightPasswords } from './right-passwords.ts';
import type { AccountSource, FoundAccount } from './source.ts';
import { QueueFullError } from './turnstile.ts';

/** A source could not be asked. The message is for the log. */
export class SourceDownError extends Error {
  override readonly name = 'SourceDownError';
}

const certificateFits = ({ certificateNames }: AccountDefinition, attempt: LoginAttempt): boolean =>
  attempt.certificateNames?.some((name) => certificateNames.includes(name)) ?? false;

export class Register {
  readonly #sources: readonly AccountSource[];
  readonly #hasher: PasswordHasher;
  readonly #rightPasswords = createRightPasswords();

  constructor(sources: readonly AccountSource[], hasher: PasswordHasher) {
    this.#sources = sources;
    this.#hasher = hasher;
  }

  /**
   * The account of the first source that has the name. Rejects with a {@link SourceDownError} when one that comes
   * before an answer cannot be asked, or with the signal's reason.
   */
  async find(attempt: LoginAttempt): Promise<FoundAccount | undefined> {
    for (const source of this.#sources) {
      const found = await this.#ask(source, attempt);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #ask(source: AccountSource, attempt: LoginAttempt): Promise<FoundAccount | undefined> {
    try {
      return await source.find(attempt);
    } catch (cause) {
      attempt.signal?.throwIfAborted();
      if (cause instanceof QueueFullError) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new SourceDownError(`the accounts of ${source.name} cannot be asked: ${why}`, { cause });
    }
  }

  /** Whether the password was right for the name once, so that asking again is no guess. */
  knows(attempt: LoginAttempt): boolean {
    return this.#rightPasswords.knows(attempt);
  }

  /** Whether the attempt is proved without computing a hash. */
  provesQuickly(attempt: LoginAttempt, { definition, proof }: FoundAccount): boolean {
    if (certificateFits(definition, attempt)) return true;
    if (proof === 'given') return this.knows(attempt);
    const stored = definition.passwordHash;
    return stored !== undefined && this.#rightPasswords.recognises(attempt, stored);
  }

  /** Whether the attempt proves to be the account's. Computes one hash, unless the proof needs none; nothing found costs one too. */
  async proves(attempt: LoginAttempt, found: FoundAccount | undefined): Promise<boolean> {
    const stored = found?.definition.passwordHash;
    if (found !== undefined && (found.proof === 'given' || this.provesQuickly(attempt, found))) {
      if (found.proof === 'given') this.#rightPasswords.remember(attempt, '');
      return true;
    }
    const isRight = await this.#hasher.verify(attempt.password, stored ?? this.#standIn(attempt), attempt.signal);
    if (!isRight || stored === undefined) return false;
    this.#rightPasswords.remember(attempt, stored);
    return true;
  }

  /** An unknown name pays for somebody's hash, always the same for that name: where costs differ, they do not tell either. */
  #standIn({ name }: LoginAttempt): string {
    const spread = this.#rightPasswords.spread(name);
    const hashes = this.#sources.flatMap((source) => source.standIn?.(spread) ?? []);
    return hashes[spread % Math.max(1, hashes.length)] ?? '';
  }
}
