/** Whether a public key is one of an account's, and what it allows. */
import { timingSafeEqual } from 'node:crypto';
import type { KeyAttempt } from './account.ts';
import { type AuthorizedKey, keyFlaw, type KeyRestrictions, parseAuthorizedKey } from './authorized-key.ts';

const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && timingSafeEqual(one, other);

/** Lines that cannot be read open nothing; the configuration has refused them where it could. `nowMs`: since 1970 (UTC). */
export function judgeKey(
  lines: readonly string[],
  { publicKey, address }: Pick<KeyAttempt, 'publicKey' | 'address'>,
  nowMs: number,
): { readonly restrictions: KeyRestrictions } | { readonly flaw: string } {
  const keys = lines.map(parseAuthorizedKey).filter((key): key is AuthorizedKey => !('flaw' in key));
  const own = keys.filter(({ blob }) => isSame(blob, publicKey));
  const flaws = own.map((key) => keyFlaw(key, address, nowMs));
  // The same key may stand there twice, with different options.
  const good = own[flaws.indexOf(undefined)];
  if (good !== undefined) return { restrictions: good.restrictions };
  return { flaw: flaws[0] ?? 'that key is none of the account' };
}
