/** The account that is made up where nobody was named, so that a newcomer has one. */
import { randomInt } from 'node:crypto';
import type { AccountSettings } from '../config/settings.ts';

/** An account whose password was made up, so that it must be shown. */
export interface MadeUpAccount {
  readonly name: string;
  readonly password: string;
}

/** No letters that look alike, none that a shell, a URL or an IOS prompt takes for something else. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const MADE_UP_LENGTH = 14;

/** A password of some 69 bits that can be typed at any prompt. */
const makeUpPassword = (): string =>
  Array.from({ length: MADE_UP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** The account whose password is to be made up, with one. */
export function makeUpAccount(accounts: readonly AccountSettings[]): MadeUpAccount | undefined {
  const settings = accounts.find(({ secret }) => secret.kind === 'made-up');
  return settings && { name: settings.definition.name, password: makeUpPassword() };
}
