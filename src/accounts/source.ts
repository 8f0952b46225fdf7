/** Where accounts come from: a file, a database, a hook. */
import type { LoginAttempt } from './account.ts';
import type { AccountDefinition } from './definition.ts';

/** An account of a source. */
export interface FoundAccount {
  readonly definition: AccountDefinition;
  /** `wanted`: the password is still to be compared with the hash; `given`: the source has judged it itself. */
  readonly proof: 'wanted' | 'given';
}

export interface AccountSource {
  /** For logs: `portcall.yaml`, `accounts.sqlite`, the hook's URL without secrets. */
  readonly name: string;
  /** The account for this attempt; `undefined` when the source has none. A rejection means that it cannot be asked: nobody gets in. */
  find(attempt: LoginAttempt): Promise<FoundAccount | undefined>;
  /**
   * One of its stored hashes, always the same for a number while accounts stay: an unknown name is checked against it,
   * so that a refusal takes as long. Only of sources that hold hashes; `undefined` when it has none now.
   */
  standIn?(spread: number): string | undefined;
}
