/**
 * Puts a server together: folders, accounts, log and listeners. The only place that knows which concrete things meet.
 *
 * It can be embedded: it neither ends the process nor listens to signals.
 */
import { memoryAccounts } from '../accounts/listed.ts';
import { createAuthenticator } from '../accounts/login.ts';
import { createPasswordHasher } from '../accounts/password.ts';
import type { Authenticator } from '../accounts/account.ts';
import type { Clock } from '../base/clock.ts';
import { ConfigurationError } from '../config/problem.ts';
import type { ListenerSettings, ServeSettings } from '../config/settings.ts';
import { type LocalFileSystem, localFileSystem } from '../files/local/local-file-system.ts';
import { readOnly } from '../files/wrap/read-only.ts';
import type { Observer } from '../observe/event.ts';
import { startFtpServer } from '../protocols/ftp/index.ts';
import type { FtpServer } from '../protocols/ftp/index.ts';
import { anonymousAccount, credentialsOf, makeUpAccount, type FilesOf, type MadeUpAccount } from './accounts.ts';
import { createLedgerBans } from './ledger-bans.ts';
import { listenError } from './listen-error.ts';
import { checkRoots, makeFolders } from './roots.ts';

export interface ServeSurroundings {
  readonly observe: Observer;
  readonly clock: Clock;
  /** A number from 0 up to 1. */
  readonly random: () => number;
}

export interface OpenListener {
  readonly protocol: 'ftp' | 'ftps';
  readonly host: string;
  readonly port: number;
}

/** A server that serves. */
export interface Serving extends AsyncDisposable {
  /** Where, in the order of the settings; ports that were 0 are told as they became. */
  readonly listeners: readonly OpenListener[];
  readonly madeUp: MadeUpAccount | undefined;
  /** Takes no new connection, lets transfers finish for at most `graceMs`, then closes everything. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

const SWEEP_EVERY_MS = 24 * 3_600_000;

/** The open folders: one for each path, however many accounts see it. */
class Folders {
  readonly #open = new Map<string, LocalFileSystem>();
  readonly #stopSweep = new AbortController();
  #sweeps: Promise<unknown> = Promise.resolve();
  #stopWaiting: () => void = () => undefined;

  readonly filesOf: FilesOf = (path, access) => {
    const files = this.#open.get(path) ?? localFileSystem({ root: path });
    this.#open.set(path, files);
    return access === 'read-only' ? readOnly(files) : files;
  };

  /** Clears away, beside the work, what broken uploads left: now, and once a day. */
  sweep(observe: Observer, clock: Clock): void {
    this.#sweeps = Promise.all([...this.#open].map(([path, files]) => this.#sweepOne(path, files, observe)));
    this.#stopWaiting = clock.after(SWEEP_EVERY_MS, () => this.sweep(observe, clock));
  }

  async #sweepOne(path: string, files: LocalFileSystem, observe: Observer): Promise<void> {
    const { signal } = this.#stopSweep;
    try {
      const { uploadsRemoved, partsRemoved } = await files.sweep(signal);
      const removed = uploadsRemoved + partsRemoved;
      if (removed > 0) observe({ kind: 'note', text: `removed what ${removed} broken uploads had left in ${path}` });
    } catch (cause) {
      if (!signal.aborted) observe({ kind: 'fault', where: `clearing ${path}`, cause });
    }
  }

  async close(): Promise<void> {
    this.#stopWaiting();
    this.#stopSweep.abort();
    await this.#sweeps;
    for (const files of this.#open.values()) files.close();
    this.#open.clear();
  }
}

/** What holds for every listener. */
interface Common {
  readonly settings: ServeSettings;
  readonly surroundings: ServeSurroundings;
  readonly authenticator: Authenticator;
}

async function openListener(listener: ListenerSettings, common: Common): Promise<FtpServer> {
  const { settings, surroundings, authenticator } = common;
  const { protocol, host, port, masquerade, passivePorts } = listener;
  if (protocol === 'ftps' || listener.tls === 'login' || listener.tls === 'data')
    throw new ConfigurationError([{ where: `${protocol}://${host}`, what: 'asks for TLS, which is not served yet' }]);
  try {
    return await startFtpServer({
      host,
      port,
      masquerade,
      authenticator,
      observe: surroundings.observe,
      clock: surroundings.clock,
      limits: { ...settings.limits, ...settings.admission.limits },
      ...(settings.greeting === undefined ? {} : { greeting: settings.greeting }),
      ...(passivePorts === undefined ? {} : { passivePorts }),
    });
  } catch (cause) {
    throw listenError(listener, cause);
  }
}

const closeAll = async (servers: readonly FtpServer[], graceMs: number): Promise<void> => {
  await Promise.all(servers.map((server) => server.close({ graceMs })));
};

/** Opens all listeners or none. */
async function openListeners(common: Common): Promise<FtpServer[]> {
  const servers: FtpServer[] = [];
  try {
    for (const listener of common.settings.listeners) servers.push(await openListener(listener, common));
    return servers;
  } catch (error) {
    await closeAll(servers, 0);
    throw error;
  }
}

function checkFolders(settings: ServeSettings): void {
  const problems = checkRoots(settings);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const unmade = makeFolders(settings);
  if (unmade.length > 0) throw new ConfigurationError(unmade);
}

async function createAccounts(
  { accounts, anonymous, login }: ServeSettings,
  filesOf: FilesOf,
  { clock, random }: ServeSurroundings,
  madeUp: MadeUpAccount | undefined,
): Promise<Authenticator> {
  const hasher = createPasswordHasher();
  const credentials = await credentialsOf(accounts, filesOf, hasher, madeUp);
  const guest = anonymous && anonymousAccount(anonymous, filesOf);
  return createAuthenticator({
    ...memoryAccounts(credentials),
    hasher,
    bans: createLedgerBans({}, clock),
    clock,
    random,
    policy: login,
    ...(guest && { anonymous: () => guest }),
  });
}

/**
 * Serves. Throws a `ConfigurationError` when a folder cannot be served, and a `ListenError` when a listener cannot be
 * opened; nothing stays open then.
 */
export async function serve(settings: ServeSettings, surroundings: ServeSurroundings): Promise<Serving> {
  checkFolders(settings);
  const { observe } = surroundings;
  const folders = new Folders();
  const madeUp = makeUpAccount(settings.accounts);
  try {
    const authenticator = await createAccounts(settings, folders.filesOf, surroundings, madeUp);
    const servers = await openListeners({ settings, surroundings, authenticator });
    for (const text of settings.warnings) observe({ kind: 'note', text });
    folders.sweep(observe, surroundings.clock);
    const close = async ({ graceMs = settings.graceMs } = {}): Promise<void> => {
      await closeAll(servers, graceMs);
      await folders.close();
    };
    const listeners = servers.map(({ host, port }): OpenListener => ({ protocol: 'ftp', host, port }));
    return { listeners, madeUp, close, [Symbol.asyncDispose]: () => close({ graceMs: 0 }) };
  } catch (error) {
    await folders.close();
    throw error;
  }
}
