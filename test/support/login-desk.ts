/** A login desk for tests: passwords in clear text, computations counted, a clock that stands still. */
import type { Clock } from '../../src/base/clock.ts';
import { createManualClock } from '../../src/base/manual-clock.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import type { Account, Authenticator, LoginVerdict } from '../../src/accounts/account.ts';
import { addressGroup } from '../../src/accounts/address-group.ts';
import type { Bans, Offence } from '../../src/accounts/ban-list.ts';
import type { AccountDefinition } from '../../src/accounts/definition.ts';
import { listedAccounts } from '../../src/accounts/listed.ts';
import { createAuthenticator, type AuthenticatorOptions } from '../../src/accounts/login.ts';
import type { PasswordHasher } from '../../src/accounts/password.ts';
import { permissionsOf } from '../../src/accounts/permission.ts';

export const account = (name: string): Account => ({
  name,
  files: { name: 'fake' } as FileSystem,
  permissions: permissionsOf('read-write'),
  anonymous: false,
});

/** Ten offences ban an address, or as many as a test says; it counts groups as the real list does. */
function fakeBans(clock: Clock, { most = 10, windowMs = 600_000 } = {}) {
  const offences: { readonly group: string; readonly offence: Offence; readonly atMs: number }[] = [];
  const lately = (address: string): number =>
    offences.filter(({ group, atMs }) => group === addressGroup(address) && clock.monotonic() - atMs < windowMs).length;
  const bans: Bans = {
    offence(address, offence) {
      offences.push({ group: addressGroup(address), offence, atMs: clock.monotonic() });
      return lately(address);
    },
    bannedForMs: (address) => (lately(address) >= most ? windowMs : 0),
  };
  return { bans, offences };
}

export const definition = (name: string, parts: Partial<AccountDefinition> = {}): AccountDefinition => ({
  name,
  publicKeys: [],
  certificateNames: [],
  mounts: [],
  permissions: [],
  limits: {},
  ...parts,
});

export const ACCOUNTS = [
  definition('switch', { passwordHash: 'right' }),
  definition('router', { passwordHash: 'also right' }),
] as const;

type Options = Partial<AuthenticatorOptions> & { readonly most?: number };

export interface LoginDesk {
  /** The stored password of each computation. */
  readonly computed: readonly string[];
  readonly offences: readonly { readonly offence: Offence }[];
  readonly clock: ReturnType<typeof createManualClock>;
  readonly authenticator: Authenticator;
  readonly login: (name: string, password: string, address?: string, signal?: AbortSignal) => Promise<LoginVerdict>;
}

/** Stored passwords are plain text here; every computation is counted. */
export function setUp({ most, ...options }: Options = {}): LoginDesk {
  const computed: string[] = [];
  const hasher: PasswordHasher = {
    hash: (password) => Promise.resolve(password),
    verify(password, stored) {
      computed.push(stored);
      return Promise.resolve(password === stored);
    },
  };
  const clock = createManualClock();
  const { bans, offences } = fakeBans(clock, most === undefined ? {} : { most });
  const authenticator = createAuthenticator({
    sources: [listedAccounts('the file', ACCOUNTS)],
    build: ({ name }) => account(name),
    hasher,
    bans,
    clock,
    random: () => 0,
    ...options,
  });
  const login = (name: string, password: string, address = '192.0.2.1', signal?: AbortSignal): Promise<LoginVerdict> =>
    authenticator.login({ name, password, address, protocol: 'ftp', ...(signal === undefined ? {} : { signal }) });
  return { computed, clock, login, offences, authenticator };
}

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits until the refusal is being delayed, then lets the delay pass; gives its length in milliseconds. */
export async function sitOut(
  clock: ReturnType<typeof createManualClock>,
  verdict: Promise<LoginVerdict>,
): Promise<number> {
  const progress = { isDone: false };
  const done = verdict.then(() => (progress.isDone = true));
  await turn();
  const startMs = clock.monotonic();
  for (let stepMs = 0; !progress.isDone && stepMs < 60_000; stepMs += 250) {
    clock.advance(250);
    await turn();
  }
  await done;
  return clock.monotonic() - startMs;
}

export const failTimes = async (system: LoginDesk, times: number, address?: string): Promise<void> => {
  for (let time = 0; time < times; time += 1) await sitOut(system.clock, system.login('switch', 'wrong', address));
};

export const sitOutVerdict = async (system: LoginDesk, verdict: Promise<LoginVerdict>): Promise<LoginVerdict> => {
  await sitOut(system.clock, verdict);
  return verdict;
};
