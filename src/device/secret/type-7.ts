/** Type 7: passwords that a glance over the shoulder does not reveal, and anybody who knows the table does. */

/** What IOS combines the password with, from an offset on and round again; published since 1995. */
const TABLE = 'dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87';
/** IOS itself takes offsets from 0 to 15. */
const OFFSETS = 16;
const MAX_TEXT_BYTES = 127;

const combine = (bytes: Buffer, offset: number): Buffer =>
  Buffer.from(bytes.map((byte, index) => byte ^ TABLE.charCodeAt((offset + index) % TABLE.length)));

/** `0822455D0A16` for `cisco` and 8. `offset` is any whole number; it is brought between 0 and 15. */
export function encode7(text: string, offset: number): string {
  const start = ((offset % OFFSETS) + OFFSETS) % OFFSETS;
  const hidden = combine(Buffer.from(text), start).toString('hex').toUpperCase();
  return `${String(start).padStart(2, '0')}${hidden}`;
}

/** The password behind a type 7 text; `undefined` for text that is none. */
export function decode7(stored: string): string | undefined {
  if (stored.length > 2 * (MAX_TEXT_BYTES + 1) || !/^\d\d(?:[0-9a-f]{2})+$/i.test(stored)) return undefined;
  const offset = Number(stored.slice(0, 2));
  return offset < TABLE.length ? combine(Buffer.from(stored.slice(2), 'hex'), offset).toString() : undefined;
}
