/** What all listeners of a server share: accounts, defences, certificates, logs. */
import type { Authenticator } from '../accounts/account.ts';
import { type Admission, createAdmission } from '../accounts/admission.ts';
import { createAuthenticator } from '../accounts/login.ts';
import { createPasswordHasher } from '../accounts/password.ts';
import type { Clock } from '../base/clock.ts';
import type { ServeSettings } from '../config/settings.ts';
import type { Observer } from '../observe/event.ts';
import type { SessionInfo } from '../observe/session-info.ts';
import { type AccountSources, openAccountSources } from './account-sources.ts';
import { AccountBuilder } from './accounts.ts';
import { type KeptBans, openBans } from './bans.ts';
import { Folders } from './folders.ts';
import { Guests } from './guests.ts';
import { type Logs, openLogs } from './logs.ts';
import { type MadeUpAccount, makeUpAccount } from './made-up-account.ts';
import { openHostKeys, type ServedHostKeys } from './ssh/host-keys.ts';
import { TftpNames } from './tftp-names.ts';
import { openTls, type Tls } from './tls.ts';
import { openUploadHooks, type UploadHooks } from './upload-hooks.ts';

export interface ServeSurroundings {
  readonly observe: Observer;
  readonly clock: Clock;
  /** A number from 0 up to 1. */
  readonly random: () => number;
  /** The settings as they would be now: makes `reload` and the watch over the configuration file possible. */
  readonly resettle?: () => ServeSettings;
  /** By which the commands `who`, `kick`, `reload` and `ban` find this server; left out, they cannot. */
  readonly pid?: number;
}

/** A listener that is open, whatever it speaks. */
export interface OpenServer {
  readonly host: string;
  readonly port: number;
  sessions(): readonly SessionInfo[];
  endSessions(account: string, reason: string): number;
  kick(session: string, reason: string): boolean;
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

export interface House {
  readonly settings: ServeSettings;
  readonly surroundings: ServeSurroundings;
  readonly logs: Logs;
  readonly authenticator: Authenticator;
  readonly admission: Admission;
  readonly bans: KeptBans;
  readonly sources: AccountSources;
  readonly tls: Tls;
  /** Left out where nothing is served over SSH. */
  readonly hostKeys: ServedHostKeys | undefined;
  readonly guests: Guests;
  readonly tftpNames: TftpNames;
  readonly folders: Folders;
  readonly hooks: UploadHooks | undefined;
  readonly madeUp: MadeUpAccount | undefined;
  /** The listeners that are open. */
  readonly servers: OpenServer[];
}

/** Opens everything but the listeners; what has been opened is on the stack. */
export async function openHouse(
  settings: ServeSettings,
  surroundings: ServeSurroundings,
  stack: AsyncDisposableStack,
): Promise<House> {
  const { clock, random } = surroundings;
  const logs = stack.use(openLogs(settings, surroundings));
  const { observe } = logs;
  const folders = stack.use(new Folders(observe));
  const hooks = openUploadHooks(settings, { clock, observe });
  if (hooks !== undefined) stack.defer(() => hooks.close(0));
  const bans = stack.use(openBans(settings, { clock, observe }));
  const tls = stack.use(openTls(settings, { clock, observe }));
  const hostKeys = openHostKeys(settings, observe);
  const hasher = createPasswordHasher();
  const madeUp = makeUpAccount(settings.accounts);
  const sources = stack.use(await openAccountSources(settings, { hasher, madeUp, clock }));
  const builder = new AccountBuilder({ folders, clock, root: settings.root.path, hook: hooks?.hook });
  const guests = new Guests(builder, settings);
  const authenticator = createAuthenticator({
    sources: sources.all,
    build: (definition) => builder.build(definition),
    anonymous: guests.find,
    hasher,
    bans: bans.list,
    clock,
    random,
    policy: settings.login,
  });
  const admission = createAdmission({ ...settings.admission, bans: bans.list, clock });
  const shared = {
    settings,
    surroundings,
    logs,
    authenticator,
    admission,
    bans,
    sources,
    tls,
    hostKeys,
    guests,
    tftpNames: new TftpNames(settings),
    folders,
    madeUp,
    hooks,
  };
  return { ...shared, servers: [] };
}
