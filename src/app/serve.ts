/**
 * Puts a server together: folders, accounts, defences, logs and listeners. The only place that knows which concrete
 * things meet.
 *
 * It can be embedded: it neither ends the process nor listens to signals.
 */
import { ConfigurationError } from '../config/problem.ts';
import type { ListenerSettings, ServeSettings } from '../config/settings.ts';
import { type FtpServer, startFtpServer } from '../protocols/ftp/index.ts';
import type { KeptBans } from './bans.ts';
import { watchFile } from './config-watch.ts';
import { type Controls, sessionControls } from './control/controls.ts';
import { openControlSocket } from './control/server.ts';
import { type House, openHouse, type OpenServer, type ServeSurroundings } from './house.ts';
import { listenError } from './listen-error.ts';
import type { MadeUpAccount } from './made-up-account.ts';
import { reload, ruleProblems } from './reload.ts';
import { checkRoots, makeFolders } from './roots.ts';
import type { ServedHostKeys } from './ssh/host-keys.ts';
import { openSsh } from './ssh/open-ssh.ts';
import { openTftp } from './tftp.ts';
import type { ServedCertificate } from './tls.ts';

export type { ServeSurroundings } from './house.ts';

export interface OpenListener {
  readonly protocol: ListenerSettings['protocol'];
  readonly host: string;
  readonly port: number;
}

/** A server that serves. */
export interface Serving extends AsyncDisposable {
  /** Where, in the order of the settings; ports that were 0 are told as they became. */
  readonly listeners: readonly OpenListener[];
  readonly madeUp: MadeUpAccount | undefined;
  readonly certificate: ServedCertificate | undefined;
  /** By what SSH clients know this server. */
  readonly hostKeys: ServedHostKeys['prints'];
  /** What can be asked of it while it runs. */
  readonly controls: Controls;
  /** Takes no new connection, lets transfers finish for at most `graceMs`, then closes everything. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

function checkFolders(settings: ServeSettings): void {
  const problems = checkRoots(settings);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const unmade = makeFolders(settings);
  if (unmade.length > 0) throw new ConfigurationError(unmade);
}

function openFtp(listener: ListenerSettings, house: House, nextSession: () => string): Promise<FtpServer> {
  const { settings, surroundings, logs, authenticator, admission, bans, tls } = house;
  const { host, port, masquerade, passivePorts, trustedProxies } = listener;
  const options = tls.optionsFor(listener);
  return startFtpServer({
    host,
    port,
    masquerade,
    trustedProxies,
    authenticator,
    admission,
    nextSession,
    bans: bans.list,
    observe: logs.observe,
    clock: surroundings.clock,
    limits: settings.limits,
    ...(settings.greeting === undefined ? {} : { greeting: settings.greeting }),
    ...(passivePorts === undefined ? {} : { passivePorts }),
    ...(options === undefined ? {} : { tls: options }),
  });
}

const OPENERS: Readonly<
  Record<
    ListenerSettings['protocol'],
    (listener: ListenerSettings, house: House, nextSession: () => string) => Promise<OpenServer>
  >
> = { ftp: openFtp, ftps: openFtp, sftp: openSsh, tftp: openTftp };

async function openListener(listener: ListenerSettings, house: House, nextSession: () => string): Promise<OpenServer> {
  try {
    return await OPENERS[listener.protocol](listener, house, nextSession);
  } catch (cause) {
    throw listenError({ ...listener, flag: `--listen ${listener.protocol}://` }, cause);
  }
}

const closeAll = async (servers: readonly OpenServer[], graceMs: number): Promise<void> => {
  await Promise.all(servers.map((server) => server.close({ graceMs })));
};

/** Opens all listeners or none. */
async function openListeners(house: House): Promise<void> {
  let sessions = 0;
  const nextSession = (): string => (sessions += 1).toString(36);
  try {
    for (const listener of house.settings.listeners)
      house.servers.push(await openListener(listener, house, nextSession));
  } catch (error) {
    await closeAll(house.servers, 0);
    throw error;
  }
}

const banControls = (bans: KeptBans): Pick<Controls, 'bans' | 'lift'> => ({
  bans: () => bans.list.entries(),
  lift(address) {
    const lifted = bans.list.lift(address);
    if (lifted) bans.changed();
    return lifted;
  },
});

/** Of two reloads the later one has the last word. */
function oneByOne<T>(act: () => Promise<T>): () => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const next = last.then(act);
    last = next.catch(() => undefined);
    return next;
  };
}

/** A control socket that cannot be opened leaves a server that cannot be asked, and says so. */
async function openControls(house: House, controls: Controls): Promise<AsyncDisposable | undefined> {
  const { settings, surroundings, logs } = house;
  if (surroundings.pid === undefined) return undefined;
  const { clock, pid } = surroundings;
  try {
    return await openControlSocket({ directory: settings.state.path, pid, controls, clock, observe: logs.observe });
  } catch (cause) {
    logs.observe({
      kind: 'fault',
      where: 'the control socket, so who, kick, reload and ban cannot reach this server',
      cause,
    });
    return undefined;
  }
}

/**
 * Serves. Throws a `ConfigurationError` when the settings cannot be carried out, and a `ListenError` when a listener
 * cannot be opened; nothing stays open then.
 */
export async function serve(settings: ServeSettings, surroundings: ServeSurroundings): Promise<Serving> {
  checkFolders(settings);
  const problems = ruleProblems(settings);
  if (problems.length > 0) throw new ConfigurationError(problems);
  await using stack = new AsyncDisposableStack();
  const house = await openHouse(settings, surroundings, stack);
  const { servers, logs, bans, tls, folders, madeUp } = house;
  await openListeners(house);
  stack.defer(() => closeAll(servers, 0));
  const controls: Controls = {
    ...sessionControls(servers),
    ...banControls(bans),
    reload: oneByOne(() => reload(house)),
  };
  const socket = await openControls(house, controls);
  if (socket !== undefined) stack.use(socket);
  const { configFile } = settings;
  if (configFile !== undefined && surroundings.resettle !== undefined)
    stack.defer(watchFile(configFile, surroundings.clock, () => void controls.reload()));
  for (const text of settings.warnings) logs.observe({ kind: 'note', text });
  folders.sweep(surroundings.clock);
  const open = stack.move();
  const close = async ({ graceMs = settings.graceMs } = {}): Promise<void> => {
    await closeAll(servers, graceMs);
    await house.hooks?.close(graceMs);
    await open.disposeAsync();
  };
  const listeners = servers.map(({ host, port }, index): OpenListener => ({
    protocol: settings.listeners[index]?.protocol ?? 'ftp',
    host,
    port,
  }));
  const { certificate } = tls;
  const hostKeys = house.hostKeys?.prints ?? [];
  return {
    listeners,
    madeUp,
    certificate,
    hostKeys,
    controls,
    close,
    [Symbol.asyncDispose]: () => close({ graceMs: 0 }),
  };
}
