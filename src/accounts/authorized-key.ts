/**
 * Public keys that open an account, as `authorized_keys` has them (sshd(8), AUTHORIZED_KEYS FILE FORMAT): options, kind,
 * key, comment. What an option promises is kept, or the line is refused: a promise that nobody keeps is worse than none.
 */
import { networkContains, parseNetwork } from '../base/cidr.ts';
import { matchesHostList } from '../base/pattern-list.ts';

/** What a key allows no more than. */
export interface KeyRestrictions {
  readonly access: 'as-account' | 'read-only';
  /** Where names begin that do not begin with `/`. */
  readonly startDirectory?: string;
  /** The one program that the key is for. */
  readonly only?: 'sftp' | 'scp';
}

export interface AuthorizedKey {
  readonly type: string;
  /** The key in its SSH wire form. */
  readonly blob: Uint8Array;
  readonly comment: string;
  /** Lists of patterns and networks (`from=`), each of which must hold the client's address. */
  readonly from: readonly string[];
  /** Milliseconds since 1970 (UTC) from which on it opens nothing. */
  readonly expiresMs?: number;
  readonly restrictions: KeyRestrictions;
}

const TYPES = /^(ssh-(rsa|ed25519)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)$/;
const LONGEST_LINE = 16_384;
const SMALLEST_RSA_BITS = 2_048;

interface Parts {
  from: string[];
  expiresMs?: number;
  restrictions: KeyRestrictions;
}

/** Applies an option to what is known so far; gives what is wrong with it. */
type Option = (parts: Parts, value: string | undefined) => string | undefined;

/** There is no terminal, no forwarding and no file of commands, so that these are kept by themselves. */
const keptAnyway: Option = (_parts, value) => (value === undefined ? undefined : 'takes no value');

const refused =
  (why: string): Option =>
  () =>
    why;

const MOMENT = /^(\d{4})(0[1-9]|1[0-2])([0-2]\d|3[01])(?:([01]\d|2[0-3])([0-5]\d)([0-5]\d)?)?(Z?)$/;

/** `20270131`, with hours, minutes and seconds behind it and `Z` for UTC; else in this machine's time zone. */
function momentOf(text: string): number | undefined {
  const found = MOMENT.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 1, day = 1, ...time] = found.slice(1, 7).map((part) => Number(part || 0));
  const [hour = 0, minute = 0, second = 0] = time;
  const date =
    found[7] === 'Z'
      ? new Date(Date.UTC(year, month - 1, day, hour, minute, second))
      : new Date(year, month - 1, day, hour, minute, second);
  // The 31st of a month that has none would be a day of the next.
  const shownDay = found[7] === 'Z' ? date.getUTCDate() : date.getDate();
  return shownDay === day ? date.getTime() : undefined;
}

const expiry: Option = (parts, value) => {
  const expiresMs = momentOf(value ?? '');
  if (expiresMs === undefined) return 'must be a day such as 20271231 or a moment such as 20271231235959Z';
  // Of two the earlier one holds.
  parts.expiresMs = Math.min(expiresMs, parts.expiresMs ?? Infinity);
  return undefined;
};

const from: Option = (parts, value) => {
  if (value === undefined || value === '') return 'must name addresses';
  parts.from.push(value);
  return undefined;
};

/** `internal-sftp`, with -R for reading only and -d for the directory to begin in. */
const command: Option = (parts, value = '') => {
  const [program = '', ...words] = value.trim().split(/\s+/);
  if (!/^(internal-sftp|(\S*\/)?sftp-server)$/.test(program))
    return 'must be internal-sftp, with -R and -d DIRECTORY at most: Portcall runs no other command';
  let restrictions: KeyRestrictions = { ...parts.restrictions, only: 'sftp' };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const directory = word === '-d' ? words.shift() : undefined;
    if (word === '-R') restrictions = { ...restrictions, access: 'read-only' };
    else if (directory?.startsWith('/') === true) restrictions = { ...restrictions, startDirectory: directory };
    else return `must not have ${word}: -R and -d /DIRECTORY are what can be kept`;
  }
  parts.restrictions = restrictions;
  return undefined;
};

const OPTIONS: ReadonlyMap<string, Option> = new Map([
  ['from', from],
  ['expiry-time', expiry],
  ['command', command],
  ['restrict', keptAnyway],
  ['no-pty', keptAnyway],
  ['no-port-forwarding', keptAnyway],
  ['no-agent-forwarding', keptAnyway],
  ['no-x11-forwarding', keptAnyway],
  ['no-user-rc', keptAnyway],
  ['cert-authority', refused('is for certificates, which Portcall does not check: list the keys themselves')],
  ['principals', refused('is for certificates, which Portcall does not check: list the keys themselves')],
  ['environment', refused('has no meaning here: no program gets an environment')],
  ['verify-required', refused('cannot be kept: the signature is not asked whether a person was verified')],
]);

/** `name`, or `name="value"` with `\"` inside. */
const OPTION = /^([\w-]+)(?:="((?:[^"\\]|\\"|\\)*)")?(,|$)/;

function readOptions(text: string, parts: Parts): string | undefined {
  for (let left = text; left !== '';) {
    const [all, name = '', value, end] = OPTION.exec(left) ?? [];
    if (all === undefined || (end === ',' && all.length === left.length)) return 'its options cannot be read';
    const option = OPTIONS.get(name.toLowerCase());
    if (option === undefined) return `its option ${name} is not known here, and a promise that nobody keeps is refused`;
    const flaw = option(parts, value?.replaceAll('\\"', '"'));
    if (flaw !== undefined) return `its option ${name} ${flaw}`;
    left = left.slice(all.length);
  }
  return undefined;
}

/** Where the options end: at the first blank that stands in no quotes. */
function endOfOptions(line: string): number {
  let isQuoted = false;
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === '\\' && line[at + 1] === '"') at += 1;
    else if (line[at] === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (line[at] === ' ' || line[at] === '\t')) return at;
  }
  return line.length;
}

/** The strings of a key's wire form (RFC 4253 §6.6); `undefined` when it is not whole. */
function fieldsOf(blob: Uint8Array): Uint8Array[] | undefined {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.length);
  const fields: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 4 > bytes.length) return undefined;
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

/** Bits of a number as SSH writes it, with a zero before a first bit that is set. */
const bitsOf = (number: Uint8Array): number => {
  const first = number.findIndex((byte) => byte !== 0);
  return first === -1 ? 0 : (number.length - first) * 8 - Math.clz32(number[first] ?? 0) + 24;
};

function blobFlaw(type: string, blob: Uint8Array): string | undefined {
  const fields = fieldsOf(blob);
  const [name, , modulus] = fields ?? [];
  if (name === undefined || Buffer.from(name).toString('latin1') !== type) return 'its key is damaged: copy it again';
  if (type !== 'ssh-rsa') return undefined;
  const bits = modulus === undefined ? 0 : bitsOf(modulus);
  return bits < SMALLEST_RSA_BITS ? `its key has ${bits} bits, and RSA needs ${SMALLEST_RSA_BITS}` : undefined;
}

/** Reads one line; a sentence, without its subject, when it cannot be kept or read. Never throws. */
export function parseAuthorizedKey(line: string): AuthorizedKey | { readonly flaw: string } {
  const text = line.trim();
  if (text.length > LONGEST_LINE) return { flaw: 'it is too long' };
  const parts: Parts = { from: [], restrictions: { access: 'as-account' } };
  const [first = ''] = text.split(/[ \t]/, 1);
  const at = TYPES.test(first) ? 0 : endOfOptions(text);
  const [type = '', base64 = '', ...comment] = text
    .slice(at)
    .trim()
    .split(/[ \t]+/);
  if (!TYPES.test(type) || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    return { flaw: 'it is no public key as in a .pub file, such as `ssh-ed25519 AAAA… comment`' };
  const blob = Uint8Array.from(Buffer.from(base64, 'base64'));
  const flaw = blobFlaw(type, blob) ?? readOptions(text.slice(0, at), parts);
  return flaw === undefined ? { type, blob, comment: comment.join(' '), ...parts } : { flaw };
}

/** OpenSSH's rule: names and addresses by patterns, addresses by networks too; one that is refused counts more. */
function isFrom(list: string, address: string): boolean {
  const entries = list.split(',').map((entry) => entry.trim());
  const isIn = (entry: string): boolean => {
    const network = parseNetwork(entry);
    return network === undefined ? matchesHostList(address, entry) : networkContains(network, address);
  };
  if (entries.some((entry) => entry.startsWith('!') && isIn(entry.slice(1)))) return false;
  return entries.some((entry) => !entry.startsWith('!') && isIn(entry));
}

/** Why a key opens nothing now and for this address; `undefined` when it does. `nowMs`: since 1970 (UTC). */
export function keyFlaw(key: AuthorizedKey, address: string, nowMs: number): string | undefined {
  if (key.expiresMs !== undefined && nowMs >= key.expiresMs) return 'the key has expired';
  return key.from.every((list) => isFrom(list, address)) ? undefined : 'the key is not for that address';
}
