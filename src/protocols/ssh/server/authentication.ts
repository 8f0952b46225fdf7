/** Logging in over SSH (RFC 4252): by key, by password, and by question and answer (RFC 4256). */
import type { Account, Authenticator, KeyAttempt, KeyRestrictions } from '../../../accounts/account.ts';
import type { Admission } from '../../../accounts/admission.ts';
import type { LegacyAlgorithm } from '../../../base/legacy-algorithm.ts';
import { type AuthContext, parsePublicKey, type PublicKeyAuthContext } from './library.ts';
import type { SshLimits } from './options.ts';

export interface AuthenticationOptions {
  readonly authenticator: Authenticator;
  readonly admission: Admission;
  readonly limits: SshLimits;
  readonly address: string;
  readonly legacy: ReadonlySet<LegacyAlgorithm>;
  readonly keyboardInteractive: 'offered' | 'off';
  readonly signal: AbortSignal;
  readonly told: Told;
}

/** What the connection does with the outcome. */
export interface Told {
  /** Takes a place for the account; a sentence when there is none. */
  join(account: Account, restrictions: KeyRestrictions | undefined): string | undefined;
  failed(name: string, reason: string): void;
  limited(reason: string): void;
  fault(cause: unknown): void;
  /** The connection is to be closed. */
  close(reason: string): void;
}

type Outcome =
  | { readonly kind: 'in'; readonly account: Account; readonly restrictions?: KeyRestrictions }
  | { readonly kind: 'wrong'; readonly reason: string }
  /** A key that was only asked about: neither right nor wrong yet. */
  | { readonly kind: 'key-would-do' }
  | { readonly kind: 'key-would-not-do' }
  | { readonly kind: 'not-now'; readonly reason: string };

/** SSH's own names of the methods, in the order in which clients should try them. */
type Method = 'publickey' | 'password' | 'keyboard-interactive';

export class Authentication {
  readonly #options: AuthenticationOptions;
  readonly #methods: Method[];
  #failures = 0;
  #requests = 0;

  constructor(options: AuthenticationOptions) {
    this.#options = options;
    this.#methods =
      options.keyboardInteractive === 'off'
        ? ['publickey', 'password']
        : ['publickey', 'password', 'keyboard-interactive'];
  }

  /** Answers one request; never rejects. */
  async answer(context: AuthContext): Promise<void> {
    const { told, limits, signal } = this.#options;
    this.#requests += 1;
    if (this.#requests > limits.loginRequests) {
      told.close('too many requests to log in');
      return;
    }
    try {
      const outcome = await this.#judge(context);
      if (!signal.aborted) this.#conclude(context, outcome);
    } catch (error) {
      // Whatever went wrong with the check, nobody is in.
      if (signal.aborted) return;
      told.fault(error);
      this.#refuse(context);
    }
  }

  async #judge(context: AuthContext): Promise<Outcome> {
    switch (context.method) {
      case 'publickey':
        return await this.#judgeKey(context);
      case 'password':
        return await this.#judgePassword(context.username, context.password);
      case 'keyboard-interactive':
        if (!this.#methods.includes('keyboard-interactive')) return { kind: 'key-would-not-do' };
        return await this.#judgePassword(context.username, await askPassword(context));
      case 'none':
      case 'hostbased':
        return { kind: 'key-would-not-do' };
    }
  }

  async #judgePassword(name: string, password: string | undefined): Promise<Outcome> {
    if (password === undefined) return { kind: 'key-would-not-do' };
    const { authenticator, address, signal } = this.#options;
    const refusal = this.#mayTry();
    if (refusal !== undefined) return { kind: 'not-now', reason: refusal };
    const verdict = await authenticator.login({ name, password, address, protocol: 'sftp', signal });
    if (verdict.outcome === 'accepted') return { kind: 'in', account: verdict.account };
    this.#options.told.failed(name, verdict.reason);
    return verdict.outcome === 'locked-out'
      ? { kind: 'not-now', reason: verdict.reason }
      : { kind: 'wrong', reason: verdict.reason };
  }

  async #judgeKey(context: PublicKeyAuthContext): Promise<Outcome> {
    const { authenticator, address, signal } = this.#options;
    const { username: name, key, signature } = context;
    const stage = signature === undefined ? 'asked' : 'proved';
    const flaw = this.#flawOf(context);
    if (flaw !== undefined) return this.#wrongKey(name, stage, flaw);
    const refusal = stage === 'asked' ? undefined : this.#mayTry();
    if (refusal !== undefined) return { kind: 'not-now', reason: refusal };
    const attempt = { name, address, protocol: 'sftp', publicKey: key.data, stage, signal } as const;
    // Who embeds a server with an authenticator of its own may know no keys.
    const verdict = await authenticator.loginWithKey?.(attempt);
    if (verdict === undefined) return { kind: 'key-would-not-do' };
    if (verdict.outcome === 'locked-out') {
      this.#options.told.failed(name, verdict.reason);
      return { kind: 'not-now', reason: verdict.reason };
    }
    if (verdict.outcome === 'refused') return this.#wrongKey(name, stage, verdict.reason);
    if (stage === 'asked') return { kind: 'key-would-do' };
    return { kind: 'in', account: verdict.account, restrictions: verdict.restrictions };
  }

  /** To ask about a key that does not open the account is no failure: clients ask about all that they have. */
  #wrongKey(name: string, stage: KeyAttempt['stage'], reason: string): Outcome {
    if (stage === 'asked') return { kind: 'key-would-not-do' };
    this.#options.told.failed(name, reason);
    return { kind: 'wrong', reason };
  }

  /** What is wrong with the key or its signature, whoever it belongs to. */
  #flawOf({ key, signature, blob, hashAlgo }: PublicKeyAuthContext): string | undefined {
    const parsed = parsePublicKey(key.data);
    if (parsed === undefined) return 'a key that cannot be read';
    if (parsed.type !== key.algo) return `a key of the type ${parsed.type} that is said to be ${key.algo}`;
    if (parsed.type === 'ssh-dss') return 'a DSA key, which nobody should use any more';
    if (signature === undefined) return undefined;
    // RFC 8332: without a hash of its own it is SHA-1.
    if (parsed.type === 'ssh-rsa' && hashAlgo === undefined && !this.#options.legacy.has('ssh-rsa'))
      return 'a signature with SHA-1; newer clients sign with SHA-2, and ssh-rsa under ssh.legacy lets old ones in';
    const isRight = blob !== undefined && parsed.verify(blob, signature, hashAlgo);
    return isRight ? undefined : 'a signature that is not that of the key';
  }

  #mayTry(): string | undefined {
    const { admission, address, told } = this.#options;
    const verdict = admission.tryLogin(address);
    if (verdict.outcome === 'admitted') return undefined;
    told.limited(verdict.reason);
    return verdict.reason;
  }

  #conclude(context: AuthContext, outcome: Outcome): void {
    switch (outcome.kind) {
      case 'in': {
        const refusal = this.#options.told.join(outcome.account, outcome.restrictions);
        if (refusal === undefined) context.accept();
        else this.#options.told.close(refusal);
        return;
      }
      case 'key-would-do':
        context.accept();
        return;
      case 'not-now':
        this.#options.told.close(outcome.reason);
        return;
      case 'wrong':
        this.#failures += 1;
        if (this.#failures >= this.#options.limits.loginTries) this.#options.told.close('too many failed logins');
        else this.#refuse(context);
        return;
      case 'key-would-not-do':
        this.#refuse(context);
    }
  }

  #refuse(context: AuthContext): void {
    context.reject([...this.#methods]);
  }
}

/** One question, as a password would be asked for; `undefined` when the client has turned to something else. */
function askPassword(context: Extract<AuthContext, { method: 'keyboard-interactive' }>): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  context.on('abort', () => resolve(undefined));
  context.prompt([{ prompt: 'Password: ', echo: false }], (answers: unknown) => {
    const first: unknown = Array.isArray(answers) ? answers[0] : undefined;
    resolve(typeof first === 'string' ? first : undefined);
  });
  return promise;
}
