/** Addresses that misbehave: what they did, what it counts, and until when they are kept out. */
import { type Network, networkContains, parseAddress } from '../base/cidr.ts';
import type { Clock } from '../base/clock.ts';
import { addressGroup } from './address-group.ts';
import { banSnapshot, LONGEST_ORDERED_BAN_MS, readBanSnapshot, type StoredBan } from './ban-snapshot.ts';
import { requireNetworks } from './networks.ts';

export const OFFENCES = [
  'wrong-password',
  'unknown-account',
  'no-login',
  'bad-protocol',
  'too-many-connections',
  'stranger-on-data-port',
] as const;
export type Offence = (typeof OFFENCES)[number];

/** What servers and the login ask of the list. Addresses are judged by their group: IPv6 by /64. */
export interface Bans {
  /** Counts an offence now. Gives how many offences of any kind the address's group committed within the window. */
  offence(address: string, offence: Offence): number;
  /** How long the address is still kept out, in milliseconds; 0 when it is not. */
  bannedForMs(address: string): number;
}

export interface BanPolicy {
  /** What each offence counts. 0 for what is only counted. */
  readonly points: Readonly<Record<Offence, number>>;
  /** This many points within the window are a ban. */
  readonly threshold: number;
  readonly windowMs: number;
  /** The first ban of a group; each further one within `repeatMs` of the end of the last takes twice as long. */
  readonly banMs: number;
  readonly longestBanMs: number;
  readonly repeatMs: number;
  /** Groups that are watched, and as many again that are banned; beyond, the quietest is forgotten. */
  readonly groups: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Ten wrong passwords within ten minutes: a person who has forgotten theirs gives up sooner, a guesser does not. */
export const DEFAULT_BAN_POLICY: BanPolicy = {
  points: {
    'wrong-password': 10,
    'unknown-account': 15,
    'no-login': 5,
    'bad-protocol': 25,
    'too-many-connections': 2,
    'stranger-on-data-port': 20,
  },
  threshold: 100,
  windowMs: 10 * MINUTE_MS,
  banMs: 30 * MINUTE_MS,
  longestBanMs: DAY_MS,
  repeatMs: DAY_MS,
  groups: 10_000,
};

/** A ban that has begun. */
export interface Ban {
  readonly group: string;
  readonly reason: string;
  readonly durationMs: number;
}

export interface BanEntry {
  /** An IPv4 address, or an IPv6 network of 64 bits. */
  readonly group: string;
  /** Milliseconds since 1970 (UTC). */
  readonly untilMs: number;
  readonly reason: string;
  /** The how-manieth ban of the group it is, counted over those that followed one another within a day. */
  readonly count: number;
}

export interface BanList extends Bans {
  /** The bans in force, those that began first at the front. */
  entries(): readonly BanEntry[];
  /**
   * Bans the address's group from now on, for at most a year. Throws a RangeError for what is no address, what is in
   * the allow list, and a duration that is none.
   */
  ban(address: string, order: { readonly durationMs: number; readonly reason: string }): BanEntry;
  /** Ends a ban, named by any address in its group or by the group, and forgives what was counted; false without one. */
  lift(addressOrGroup: string): boolean;
  /** What to store, as JSON can hold it. */
  snapshot(): unknown;
  /**
   * Takes a snapshot back, whatever is in it: bans that are over are left out, and no ban gets longer than it was. Gives
   * a sentence for each thing that it could not read.
   */
  restore(value: unknown): readonly string[];
}

export interface BanListOptions {
  readonly policy?: Partial<Omit<BanPolicy, 'points'>> & { readonly points?: Partial<BanPolicy['points']> };
  readonly clock: Clock;
  /** Networks (CIDR) that are never banned. */
  readonly allow?: readonly string[];
  /** Told of each ban that begins; must not throw. */
  readonly onBan?: (ban: Ban) => void;
}

/** Throws a RangeError that names a network of the allow list that is malformed, or a number of the policy. */
export function createBanList(options: BanListOptions): BanList {
  return new Register(options);
}

/** Offences that fell into the same stretch of time. */
interface Slot {
  readonly slot: number;
  readonly offences: number;
  readonly points: number;
}

interface GroupRecord {
  readonly slots: readonly Slot[];
  /** Monotonic milliseconds; in the past when the ban is over. `undefined` for a group that never had one. */
  readonly ban: (Ban & { readonly untilMs: number; readonly count: number }) | undefined;
}

/** The window moves in steps of this part of it, so that a group is remembered in a bounded number of sums. */
const SLOTS = 20;
const NEVER: GroupRecord = { slots: [], ban: undefined };

/** Times are the clock's monotonic ones: moving the system's date frees nobody. Only what is told and stored has dates. */
class Register implements BanList {
  readonly #policy: BanPolicy;
  readonly #clock: Clock;
  readonly #allow: readonly Network[];
  readonly #onBan: (ban: Ban) => void;
  /** Maps keep the order of insertion and each change inserts anew: the first has been quiet for longest. */
  readonly #watched = new Map<string, GroupRecord>();
  /** Kept apart, so that no crowd of others makes the list forget a ban. Those that are over move when next looked at. */
  readonly #banned = new Map<string, GroupRecord>();

  constructor({ policy, clock, allow = [], onBan = () => undefined }: BanListOptions) {
    this.#policy = {
      ...DEFAULT_BAN_POLICY,
      ...policy,
      points: { ...DEFAULT_BAN_POLICY.points, ...policy?.points },
    };
    checkPolicy(this.#policy);
    this.#clock = clock;
    this.#allow = requireNetworks(allow, 'the allow list of bans');
    this.#onBan = onBan;
  }

  offence(address: string, offence: Offence): number {
    const group = addressGroup(address);
    const known = this.#find(group);
    const slots = this.#withOffence(known.slots, this.#counts(address, known) ? this.#policy.points[offence] : 0);
    const points = sum(slots.map((slot) => slot.points));
    const offences = sum(slots.map((slot) => slot.offences));
    const next: GroupRecord = { ...known, slots };
    if (points < this.#policy.threshold) this.#keep(group, next);
    else {
      const count = this.#countOf(known) + 1;
      const durationMs = Math.min(this.#policy.banMs * 2 ** Math.min(count - 1, 30), this.#policy.longestBanMs);
      const minutes = Math.round(this.#policy.windowMs / MINUTE_MS);
      const reason = `${offences} offences within ${minutes} min, the last: ${offence.replaceAll('-', ' ')}`;
      this.#begin({ group, reason, durationMs }, count);
    }
    return offences;
  }

  bannedForMs(address: string): number {
    const group = addressGroup(address);
    // Asked for each connection of everybody: most are not here at all.
    if (!this.#banned.has(group) || this.#allows(address)) return 0;
    return this.#remainingMs(this.#find(group));
  }

  entries(): readonly BanEntry[] {
    return this.#stored().filter(({ untilMs }) => untilMs > this.#clock.now());
  }

  ban(address: string, { durationMs, reason }: { readonly durationMs: number; readonly reason: string }): BanEntry {
    if (parseAddress(addressOf(address)) === undefined)
      throw new RangeError(`"${address}" is no address: give one as 192.0.2.1 or 2001:db8::1`);
    if (this.#allows(addressOf(address)))
      throw new RangeError(`${address} is in the allow list, which no ban touches: take it out of there first`);
    if (!(durationMs > 0 && durationMs <= LONGEST_ORDERED_BAN_MS))
      throw new RangeError(`a ban of ${durationMs} ms is not possible: give more than 0 and at most a year`);
    const group = addressGroup(addressOf(address));
    const count = this.#countOf(this.#find(group)) + 1;
    this.#begin({ group, reason, durationMs }, count);
    return { group, untilMs: this.#clock.now() + durationMs, reason, count };
  }

  lift(addressOrGroup: string): boolean {
    const group = addressGroup(addressOf(addressOrGroup));
    const isBanned = this.#remainingMs(this.#find(group)) > 0;
    if (isBanned) this.#banned.delete(group);
    return isBanned;
  }

  snapshot(): unknown {
    return banSnapshot(this.#stored());
  }

  restore(value: unknown): readonly string[] {
    const { bans, ignored } = readBanSnapshot(value);
    for (const ban of bans) this.#takeBack(ban);
    return ignored;
  }

  /** Bans that are over come back too, as far as they make the next one longer. */
  #takeBack({ group, reason, durationMs, untilMs, count }: StoredBan): void {
    // A clock that was years ahead when the ban was written must not make it longer than it was.
    const remainingMs = Math.min(untilMs - this.#clock.now(), durationMs);
    if (remainingMs <= -this.#policy.repeatMs || this.#allows(addressOf(group))) return;
    const known = this.#find(group);
    if (this.#remainingMs(known) >= remainingMs && known.ban !== undefined) return;
    const ban = { group, reason, durationMs, count, untilMs: this.#clock.monotonic() + remainingMs };
    this.#keep(group, { slots: known.slots, ban });
  }

  #stored(): readonly StoredBan[] {
    const nowMs = this.#clock.now();
    return [...this.#watched.values(), ...this.#banned.values()].flatMap((known) => {
      const { ban } = known;
      if (ban === undefined || this.#countOf(known) === 0) return [];
      return [{ ...ban, untilMs: Math.round(nowMs + ban.untilMs - this.#clock.monotonic()) }];
    });
  }

  #begin(ban: Ban, count: number): void {
    // What led to the ban is atoned for by it: afterwards the count begins anew.
    this.#keep(ban.group, { slots: [], ban: { ...ban, count, untilMs: this.#clock.monotonic() + ban.durationMs } });
    this.#onBan(ban);
  }

  #find(group: string): GroupRecord {
    return this.#banned.get(group) ?? this.#watched.get(group) ?? NEVER;
  }

  #keep(group: string, known: GroupRecord): void {
    this.#banned.delete(group);
    this.#watched.delete(group);
    const among = this.#remainingMs(known) > 0 ? this.#banned : this.#watched;
    among.set(group, known);
    const [quietest] = among.keys();
    if (among.size > this.#policy.groups && quietest !== undefined) among.delete(quietest);
  }

  /** An offence counts no points for who may not be banned, or is already: its sessions may be open still. */
  #counts(address: string, known: GroupRecord): boolean {
    return this.#remainingMs(known) === 0 && !this.#allows(address);
  }

  #allows(address: string): boolean {
    return this.#allow.some((network) => networkContains(network, address));
  }

  #remainingMs({ ban }: GroupRecord): number {
    return Math.max(0, (ban?.untilMs ?? 0) - this.#clock.monotonic());
  }

  /** How many bans of the group have followed one another up to now. */
  #countOf({ ban }: GroupRecord): number {
    return ban === undefined || this.#clock.monotonic() - ban.untilMs >= this.#policy.repeatMs ? 0 : ban.count;
  }

  #withOffence(slots: readonly Slot[], points: number): readonly Slot[] {
    const slot = Math.floor((this.#clock.monotonic() / this.#policy.windowMs) * SLOTS);
    const lately = slots.filter((earlier) => earlier.slot >= slot - SLOTS);
    const last = lately.at(-1);
    if (last?.slot !== slot) return [...lately, { slot, offences: 1, points }];
    return [...lately.slice(0, -1), { slot, offences: last.offences + 1, points: last.points + points }];
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** The address in `192.0.2.1`, `192.0.2.1/32` or `2001:db8::/64`. */
const addressOf = (addressOrGroup: string): string =>
  addressOrGroup.replace(addressOrGroup.includes(':') ? /\/64$/ : /\/32$/, '');

function checkPolicy({ points, ...numbers }: BanPolicy): void {
  for (const [name, value] of Object.entries(points))
    if (!(value >= 0 && Number.isFinite(value))) throw new RangeError(`${name} cannot count ${value} points`);
  for (const [name, value] of Object.entries(numbers))
    if (!(value > 0 && Number.isFinite(value))) throw new RangeError(`the ${name} of bans cannot be ${value}`);
}
