/** Which algorithms a server offers: today's to all, yesterday's to the networks for which somebody has switched them on. */
import { type Network, networkContains } from '../../../base/cidr.ts';
import { LEGACY_ALGORITHMS, type LegacyAlgorithm } from '../../../base/legacy-algorithm.ts';
import { requireNetworks } from '../../../accounts/networks.ts';
import type { KeyExchangeOffer } from '../wire/key-exchange-offer.ts';

export interface AlgorithmLists {
  readonly kex: readonly string[];
  readonly hostKeys: readonly string[];
  readonly ciphers: readonly string[];
  readonly macs: readonly string[];
}

/**
 * In the order of preference. AES-GCM runs in Node's own cryptography; chacha20-poly1305 would run in JavaScript, and
 * OpenSSH would choose it first. Group exchange is not here because the library's server cannot do it.
 */
const MODERN: AlgorithmLists = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group14-sha256',
  ],
  hostKeys: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  ciphers: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'],
  macs: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
};

const NONE: AlgorithmLists = { kex: [], hostKeys: [], ciphers: [], macs: [] };

/** What each switch adds, behind everything else. */
const ADDED: Readonly<Record<LegacyAlgorithm, AlgorithmLists>> = {
  'group14-sha1': { ...NONE, kex: ['diffie-hellman-group14-sha1'] },
  'group1-sha1': { ...NONE, kex: ['diffie-hellman-group1-sha1'] },
  'ssh-rsa': { ...NONE, hostKeys: ['ssh-rsa'] },
  'aes-cbc': { ...NONE, ciphers: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc'] },
  '3des-cbc': { ...NONE, ciphers: ['3des-cbc'] },
  'hmac-sha1': { ...NONE, macs: ['hmac-sha1-etm@openssh.com', 'hmac-sha1', 'hmac-sha1-96'] },
};

/** Old algorithms for clients from some networks, with the reason and the day on which that ends. */
export interface LegacyRow {
  /** Networks (CIDR). */
  readonly clients: readonly string[];
  readonly algorithms: readonly LegacyAlgorithm[];
  readonly reason: string;
  /** Milliseconds since 1970 (UTC) from which on it holds no more. */
  readonly untilMs: number;
}

/** What one client is offered. */
export interface Offered {
  readonly lists: AlgorithmLists;
  readonly legacy: ReadonlySet<LegacyAlgorithm>;
  /** Why there are old ones among them. */
  readonly reasons: readonly string[];
}

export class AlgorithmPolicy {
  readonly #rows: readonly (LegacyRow & { readonly networks: readonly Network[] })[];

  /** Throws a RangeError that names a network that is malformed. */
  constructor(rows: readonly LegacyRow[]) {
    this.#rows = rows.map((row) => ({ ...row, networks: requireNetworks(row.clients, 'ssh.legacy') }));
  }

  /** `nowMs`: since 1970 (UTC). */
  offerTo(address: string, nowMs: number): Offered {
    const rows = this.#rows.filter(
      ({ untilMs, networks }) => nowMs < untilMs && networks.some((network) => networkContains(network, address)),
    );
    const legacy = new Set(rows.flatMap(({ algorithms }) => algorithms));
    const added = LEGACY_ALGORITHMS.filter((name) => legacy.has(name)).map((name) => ADDED[name]);
    return { lists: joined([MODERN, ...added]), legacy, reasons: rows.map(({ reason }) => reason) };
  }
}

const joined = (all: readonly AlgorithmLists[]): AlgorithmLists => ({
  kex: all.flatMap(({ kex }) => kex),
  hostKeys: all.flatMap(({ hostKeys }) => hostKeys),
  ciphers: all.flatMap(({ ciphers }) => ciphers),
  macs: all.flatMap(({ macs }) => macs),
});

const KINDS = [
  { what: 'key exchange', of: (offer: KeyExchangeOffer) => offer.keyExchanges, ours: 'kex' },
  { what: 'kind of host key', of: (offer: KeyExchangeOffer) => offer.hostKeys, ours: 'hostKeys' },
  { what: 'cipher', of: (offer: KeyExchangeOffer) => offer.ciphers, ours: 'ciphers' },
  { what: 'MAC', of: (offer: KeyExchangeOffer) => offer.macs, ours: 'macs' },
] as const;

const MOST_SHOWN = 8;

/** In which a peer offers more than we could ever have in common. */
const shown = (names: readonly string[]): string =>
  names.length > MOST_SHOWN ? `${names.slice(0, MOST_SHOWN).join(', ')} and more` : names.join(', ') || 'nothing';

/** Ciphers that bring their own proof of what was sent, and need no MAC. */
const hasOwnMac = (cipher: string): boolean => cipher.includes('gcm') || cipher.includes('poly1305');

/**
 * Why a client and this server have no algorithm in common, with the switches that would change it; `undefined` when they
 * have all that is needed. The client's words are not yet escaped.
 */
export function whyNothingInCommon(offer: KeyExchangeOffer, { lists }: Offered): string | undefined {
  for (const { what, of, ours } of KINDS) {
    const theirs = of(offer);
    const common = theirs.filter((name) => lists[ours].includes(name));
    if (common.length > 0 || (ours === 'macs' && theirsNeedNoMac(offer, lists))) continue;
    const switches = LEGACY_ALGORITHMS.filter((name) => ADDED[name][ours].some((added) => theirs.includes(added)));
    const cure =
      switches.length === 0
        ? 'nothing here could serve it'
        : `it needs ${switches.join(' or ')} under ssh.legacy, for its network`;
    return `no ${what} in common: it offers ${shown(theirs)}; ${cure}`;
  }
  return undefined;
}

const theirsNeedNoMac = ({ ciphers }: KeyExchangeOffer, lists: AlgorithmLists): boolean => {
  const agreed = ciphers.find((name) => lists.ciphers.includes(name));
  return agreed !== undefined && hasOwnMac(agreed);
};

/** Which old algorithms are among those that were agreed on. */
export const legacyAmong = (agreed: readonly string[]): readonly LegacyAlgorithm[] =>
  LEGACY_ALGORITHMS.filter((name) => {
    const { kex, hostKeys, ciphers, macs } = ADDED[name];
    return [...kex, ...hostKeys, ...ciphers, ...macs].some((added) => agreed.includes(added));
  });
