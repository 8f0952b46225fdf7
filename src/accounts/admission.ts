/**
 * Who may come in, and how many at once: one object that all listeners of all protocols share, so that a bound holds for
 * the server and not for each of its doors.
 */
import { type Network, networkContains } from '../base/cidr.ts';
import type { Clock } from '../base/clock.ts';
import { addressGroup } from './address-group.ts';
import type { Bans } from './ban-list.ts';
import type { AccountLimits } from './definition.ts';
import { requireNetworks } from './networks.ts';
import { createPlaces, type Places } from './places.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';

/** Addresses count by their group: IPv6 by /64. */
export interface AdmissionLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** New connections of one address; as many may come at once after a quiet minute. */
  readonly connectionsPerMinute: number;
  /** Logins tried from one address, right or wrong. */
  readonly loginsPerMinute: number;
}

const DEFAULT_ADMISSION_LIMITS: AdmissionLimits = {
  connections: 10_000,
  connectionsPerAddress: 50,
  connectionsPerMinute: 600,
  loginsPerMinute: 600,
};

/** Where connections may come from (CIDR). */
export interface AdmissionNetworks {
  /** Left out: from everywhere. An empty list lets nobody in. */
  readonly allowed?: readonly string[];
  /** Counts more than `allowed`. */
  readonly denied?: readonly string[];
}

export interface AdmissionOptions {
  readonly limits?: Partial<AdmissionLimits>;
  readonly networks?: AdmissionNetworks;
  readonly bans?: Bans;
  readonly clock: Clock;
}

/** A place taken. `leave` gives it back; to call it again does nothing. */
export interface Admitted {
  readonly outcome: 'admitted';
  leave(): void;
}

/** `reason` is a clause without a full stop that the peer may be told. */
export interface Refused {
  readonly outcome: 'refused';
  readonly reason: string;
}

/** Whose sessions and transfers are counted: an account, by its name. */
export interface LimitedAccount {
  readonly name: string;
  readonly limits?: Pick<AccountLimits, 'sessions' | 'transfers'>;
}

export interface Admission {
  /**
   * A new connection of a client. Who only claims to be at the address (over UDP anybody can) is counted while it lasts,
   * but nothing of it is held against the address, and it may come as often as it likes: a device fetches a hundred small
   * files within seconds.
   */
  enter(address: string, proof?: 'connected' | 'claimed'): Admitted | Refused;
  /** A connection of which the client's address is not known yet: it counts in the total only. */
  reserve(): Admitted | Refused;
  /** A login that is about to be tried. `retryAfterMs` tells when the next one may be. */
  tryLogin(address: string): { readonly outcome: 'admitted' } | (Refused & { readonly retryAfterMs: number });
  /** A session of an account, to be left with the session or the next login. */
  join(account: LimitedAccount): Admitted | Refused;
  beginTransfer(account: LimitedAccount): Admitted | Refused;
}

/** Throws a RangeError that names a network that is malformed or a limit that is none. */
export function createAdmission(options: AdmissionOptions): Admission {
  return new Gate(options);
}

/** Addresses whose rates are remembered. */
const GROUPS = 10_000;
const MINUTE_MS = 60_000;
const TOTAL = '';

const refuse = (reason: string): Refused => ({ outcome: 'refused', reason });
const seconds = (ms: number): string => `${Math.max(1, Math.ceil(ms / 1_000))} s`;
const untilThen = (ms: number): string => (ms > 2 * MINUTE_MS ? `${Math.ceil(ms / MINUTE_MS)} min` : seconds(ms));

class Gate implements Admission {
  readonly #limits: AdmissionLimits;
  readonly #allowed: readonly Network[] | undefined;
  readonly #denied: readonly Network[];
  readonly #bans: Bans | undefined;
  readonly #all: Places = createPlaces();
  readonly #perGroup: Places = createPlaces();
  readonly #sessions: Places = createPlaces();
  readonly #transfers: Places = createPlaces();
  readonly #connectionRate: RateLimit;
  readonly #loginRate: RateLimit;
  readonly #offenceRate: RateLimit;

  constructor({ limits, networks = {}, bans, clock }: AdmissionOptions) {
    this.#limits = { ...DEFAULT_ADMISSION_LIMITS, ...limits };
    for (const [name, limit] of Object.entries(this.#limits))
      if (!(limit > 0 && Number.isFinite(limit))) throw new RangeError(`the limit ${name} cannot be ${limit}`);
    const { connectionsPerMinute, loginsPerMinute } = this.#limits;
    const { allowed, denied = [] } = networks;
    this.#allowed = allowed && requireNetworks(allowed, 'the allowed networks');
    this.#denied = requireNetworks(denied, 'the denied networks');
    this.#bans = bans;
    const rate = (perMinute: number, burst: number): RateLimit =>
      createRateLimit({ perMinute, burst: Math.max(1, burst), keys: GROUPS, clock });
    this.#connectionRate = rate(connectionsPerMinute, connectionsPerMinute);
    this.#loginRate = rate(loginsPerMinute, loginsPerMinute);
    this.#offenceRate = rate(60, 1);
  }

  enter(address: string, proof: 'connected' | 'claimed' = 'connected'): Admitted | Refused {
    const group = addressGroup(address);
    const reason = this.#unwelcome(address) ?? this.#full() ?? this.#crowded(address, group, proof);
    if (reason !== undefined) return refuse(reason);
    const places = [this.#all.take(TOTAL), this.#perGroup.take(group)];
    return { outcome: 'admitted', leave: () => places.forEach((leave) => leave()) };
  }

  reserve(): Admitted | Refused {
    const reason = this.#full();
    return reason === undefined ? { outcome: 'admitted', leave: this.#all.take(TOTAL) } : refuse(reason);
  }

  tryLogin(address: string): { readonly outcome: 'admitted' } | (Refused & { readonly retryAfterMs: number }) {
    const retryAfterMs = this.#loginRate.take(addressGroup(address));
    if (retryAfterMs === 0) return { outcome: 'admitted' };
    return { ...refuse(`too many logins from your address; try again in ${seconds(retryAfterMs)}`), retryAfterMs };
  }

  join({ name, limits }: LimitedAccount): Admitted | Refused {
    return takeBelow(this.#sessions, name, limits?.sessions, 'sessions');
  }

  beginTransfer({ name, limits }: LimitedAccount): Admitted | Refused {
    return takeBelow(this.#transfers, name, limits?.transfers, 'transfers');
  }

  #unwelcome(address: string): string | undefined {
    const bannedForMs = this.#bans?.bannedForMs(address) ?? 0;
    if (bannedForMs > 0) return `your address is banned; try again in ${untilThen(bannedForMs)}`;
    const isIn = (network: Network): boolean => networkContains(network, address);
    const isWelcome = !this.#denied.some(isIn) && (this.#allowed?.some(isIn) ?? true);
    return isWelcome ? undefined : 'this server does not serve your network';
  }

  #full(): string | undefined {
    const { connections } = this.#limits;
    return this.#all.taken(TOTAL) >= connections ? `${connections} connections are open already` : undefined;
  }

  #crowded(address: string, group: string, proof: 'connected' | 'claimed'): string | undefined {
    if (proof === 'claimed') return this.#overCap(group);
    const reason = this.#overCap(group) ?? this.#tooQuick(group);
    if (reason === undefined) return undefined;
    // A client in a tight loop is judged by how long it goes on, not by how quick its machine is.
    if (this.#bans !== undefined && this.#offenceRate.take(group) === 0)
      this.#bans.offence(address, 'too-many-connections');
    return reason;
  }

  #overCap(group: string): string | undefined {
    const open = this.#perGroup.taken(group);
    const { connectionsPerAddress } = this.#limits;
    return open >= connectionsPerAddress ? `${open} connections from your address are open already` : undefined;
  }

  #tooQuick(group: string): string | undefined {
    const earlyMs = this.#connectionRate.take(group);
    return earlyMs > 0 ? `too many connections from your address; try again in ${seconds(earlyMs)}` : undefined;
  }
}

function takeBelow(places: Places, name: string, most: number | undefined, what: string): Admitted | Refused {
  if (most !== undefined && places.taken(name) >= most)
    return refuse(`the account has as many ${what} at once as it may have (${most})`);
  return { outcome: 'admitted', leave: places.take(name) };
}
