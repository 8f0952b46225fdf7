/**
 * What `known_hosts` says (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT): lines in, a verdict on a host's key out.
 *
 * A line that cannot be read is told of and trusts nobody. Text is taken byte by byte (latin1), so that no bytes are
 * lost and none can end a line but LF.
 */
import { createHmac } from 'node:crypto';
import { canonicalAddress } from '../../../base/cidr.ts';
import { matchesHostList, MAX_LISTED_PATTERN_LENGTH } from '../../../base/pattern-list.ts';

/** Larger files are no lists of hosts: some 100,000 lines fit. */
export const MAX_KNOWN_HOSTS_BYTES = 32 * 1024 * 1024;
const MAX_LINE_LENGTH = 65_536;
const HASH_BYTES = 20;
const SSH_PORT = 22;

export interface KnownHostPlace {
  readonly file: string;
  /** The first line is 1. */
  readonly line: number;
}

export interface KnownHostLine extends KnownHostPlace {
  /** `revoked`: this key is never to be trusted. `authority`: it signs certificates of hosts, and is no host's own. */
  readonly marker: 'none' | 'revoked' | 'authority';
  readonly names: string | HashedName;
  readonly keyType: string;
  /** The wire form (RFC 4253 §6.6). */
  readonly key: Uint8Array;
}

interface HashedName {
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** A line that could not be read; `what` is the end of a sentence that begins with its place. */
export interface KnownHostProblem extends KnownHostPlace {
  readonly what: string;
}

export interface KnownHostsText {
  readonly lines: readonly KnownHostLine[];
  readonly problems: readonly KnownHostProblem[];
}

/** Whom a key is looked up for. */
export interface HostName {
  /** A name, an address, or the alias that stands for them: then without a port. */
  readonly host: string;
  /** 22 unless told. */
  readonly port?: number | undefined;
}

export interface JudgedKey extends HostName {
  readonly keyType: string;
  readonly key: Uint8Array;
}

/**
 * `other-type`: the host is known, but by keys of other types only. `where` is the line that decided; `known` are the
 * host's own keys.
 */
export type HostKeyVerdict = { readonly known: readonly KnownHostLine[] } & (
  | { readonly verdict: 'trusted' | 'changed' | 'revoked' | 'other-type'; readonly where: KnownHostLine }
  | { readonly verdict: 'unknown' }
);

/** Reads the bytes of one file; `undefined` when they are more than {@link MAX_KNOWN_HOSTS_BYTES}. Never throws. */
export function parseKnownHosts(bytes: Uint8Array, file: string): KnownHostsText | undefined {
  if (bytes.length > MAX_KNOWN_HOSTS_BYTES) return undefined;
  const lines: KnownHostLine[] = [];
  const problems: KnownHostProblem[] = [];
  for (const [index, text] of Buffer.from(bytes).toString('latin1').split('\n').entries()) {
    const read = readLine(text.replace(/\r+$/, ''));
    const place = { file, line: index + 1 };
    if (typeof read === 'string') problems.push({ ...place, what: read });
    else if (read !== undefined) lines.push({ ...place, ...read });
  }
  return { lines, problems };
}

const MARKERS: ReadonlyMap<string, KnownHostLine['marker']> = new Map([
  ['@revoked', 'revoked'],
  ['@cert-authority', 'authority'],
]);

/** What is wrong with it as text; nothing for comments and empty lines. */
function readLine(line: string): Omit<KnownHostLine, 'file' | 'line'> | string | undefined {
  const text = line.replace(/^[ \t]+/, '');
  if (text === '' || text.startsWith('#')) return undefined;
  if (text.length > MAX_LINE_LENGTH) return 'is too long';
  if (text.includes('\0')) return 'holds a byte that is zero';
  const words = text.split(/[ \t]+/);
  const marker = text.startsWith('@') ? MARKERS.get(words.shift() ?? '') : 'none';
  if (marker === undefined) return 'begins with a marker that is not known: @revoked and @cert-authority are';
  const names = readNames(words[0]);
  if (names === undefined) return 'has names of hosts that cannot be read';
  const [, keyType = '', base64 = ''] = words;
  const key = readKey(keyType, base64);
  return key === undefined ? 'has no key that can be read' : { marker, names, keyType, key };
}

function readNames(hosts = ''): KnownHostLine['names'] | undefined {
  if (hosts === '' || hosts.startsWith('@')) return undefined;
  if (!hosts.startsWith('|'))
    return hosts.split(',').every((name) => name.length <= MAX_LISTED_PATTERN_LENGTH) ? hosts : undefined;
  const [, salt = '', hash = ''] = /^\|1\|([A-Za-z0-9+/]{27}=)\|([A-Za-z0-9+/]{27}=)$/.exec(hosts) ?? [];
  const hashed = { salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
  return hashed.salt.length === HASH_BYTES && hashed.hash.length === HASH_BYTES ? hashed : undefined;
}

/** The key's first field must be the type that the line says. */
function readKey(keyType: string, base64: string): Uint8Array | undefined {
  if (keyType === '' || !/^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64))
    return undefined;
  const key = Buffer.from(base64, 'base64');
  return wireType(key) === keyType ? key : undefined;
}

/** The type that a key in its wire form says it has; `undefined` when it has nothing but that. */
export function wireType(key: Uint8Array): string | undefined {
  if (key.length < 4) return undefined;
  const length = new DataView(key.buffer, key.byteOffset, key.byteLength).getUint32(0);
  return length > 0 && length < key.length - 4
    ? Buffer.from(key.subarray(4, 4 + length)).toString('latin1')
    : undefined;
}

/** One spelling of a host: small letters, and of an IPv6 address the canonical one (RFC 5952). */
function hostSpelling(host: string): string {
  const isLongAddress = host.includes(':') && !/[%.]/.test(host);
  return isLongAddress ? canonicalAddress(host) : host.toLowerCase();
}

/** How known_hosts names a host: `[name]:port` unless the port is 22. As latin1, byte by byte. */
export function knownHostName({ host, port = SSH_PORT }: HostName): string {
  const spelling = Buffer.from(hostSpelling(host), 'utf8').toString('latin1');
  return port === SSH_PORT ? spelling : `[${spelling}]:${port}`;
}

const hashOf = (salt: Uint8Array, name: string): Buffer => createHmac('sha1', salt).update(name, 'latin1').digest();

const isNamedBy = (name: string, { names }: KnownHostLine): boolean =>
  typeof names === 'string' ? matchesHostList(name, names) : hashOf(names.salt, name).equals(names.hash);

const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

/** The lines that speak of a host, of whatever marker; first those of the file that came first. */
export const linesFor = (lines: readonly KnownHostLine[], host: HostName): readonly KnownHostLine[] => {
  const name = knownHostName(host);
  return lines.filter((line) => isNamedBy(name, line));
};

/**
 * Judges a key that a host has shown. At another port than 22, a key that is known for the plain name is trusted, too,
 * when nothing is known of that port (as in OpenSSH); and one revoked for the plain name is revoked. An authority is
 * never a host's own key. Never throws.
 */
export function judgeHostKey(lines: readonly KnownHostLine[], judged: JudgedKey): HostKeyVerdict {
  const atPort = linesFor(lines, judged);
  const plain = (judged.port ?? SSH_PORT) === SSH_PORT ? [] : linesFor(lines, { host: judged.host });
  const known = atPort.filter(isOwn);
  const revoked = [...atPort, ...plain].find(({ marker, key }) => marker === 'revoked' && isSame(key, judged.key));
  if (revoked !== undefined) return { verdict: 'revoked', where: revoked, known };
  const trusted = find(known, judged);
  if (trusted !== undefined) return { verdict: 'trusted', where: trusted, known };
  const [other] = known;
  if (other !== undefined) {
    const changed = known.find(({ keyType }) => keyType === judged.keyType);
    return changed === undefined
      ? { verdict: 'other-type', where: other, known }
      : { verdict: 'changed', where: changed, known };
  }
  const elsewhere = find(plain.filter(isOwn), judged);
  return elsewhere === undefined ? { verdict: 'unknown', known } : { verdict: 'trusted', where: elsewhere, known };
}

const isOwn = ({ marker }: KnownHostLine): boolean => marker === 'none';

const find = (lines: readonly KnownHostLine[], { key }: JudgedKey): KnownHostLine | undefined =>
  lines.find((line) => isSame(line.key, key));

/** Best first; SHA-1 (`ssh-rsa`) is not among them. */
export const HOST_KEY_ALGORITHMS: readonly string[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

const RSA_ALGORITHMS: ReadonlySet<string> = new Set(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']);

/** The type of the keys that an algorithm signs with (RFC 8332 §3). */
const keyTypeOf = (algorithm: string): string => (RSA_ALGORITHMS.has(algorithm) ? 'ssh-rsa' : algorithm);

/**
 * An offer of algorithms for host keys, those first for whose key type the host is known, so that a server with several
 * keys shows one that can be recognised. The order among equals stays.
 */
export function hostKeyAlgorithmsFor(
  lines: readonly KnownHostLine[],
  host: HostName,
  offer: readonly string[] = HOST_KEY_ALGORITHMS,
): readonly string[] {
  const atPort = linesFor(lines, host).filter(isOwn);
  const known = atPort.length > 0 ? atPort : linesFor(lines, { host: host.host }).filter(isOwn);
  const types = new Set(known.map(({ keyType }) => keyType));
  const isKnown = (algorithm: string): boolean => types.has(keyTypeOf(algorithm));
  return [...offer.filter(isKnown), ...offer.filter((algorithm) => !isKnown(algorithm))];
}

/** What would end a name in known_hosts, or make it mean more than itself. */
const UNWRITABLE = /[\s\0,*?!|@#]/;

/**
 * A line to add for a host, without its end. With `hashed`, a salt of 20 random bytes, the name cannot be read from it.
 * `undefined` when the host has a name that cannot stand in such a line (`*` would be every host), or the key no type.
 */
export function knownHostLine(
  host: HostName,
  key: Uint8Array,
  { hashed }: { readonly hashed?: Uint8Array | undefined } = {},
): string | undefined {
  const name = knownHostName(host);
  const type = wireType(key);
  if (name === '' || UNWRITABLE.test(name) || type === undefined || /[^!-~]/.test(type)) return undefined;
  const shown = hashed === undefined ? name : `|1|${base64Of(hashed)}|${base64Of(hashOf(hashed, name))}`;
  return `${shown} ${type} ${base64Of(key)}`;
}

const base64Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
