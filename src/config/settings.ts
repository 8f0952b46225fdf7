/** What `portcall serve` is to do, complete: the file, overruled by the command line, on top of the defaults. */
import { resolve } from 'node:path';
import {
  accountsOf,
  accountWarnings,
  allFolders,
  anonymousOf,
  doubleNames,
  hasTftpGuests,
  networkRulesOf,
  tftpWarnings,
} from './account-settings.ts';
import { type Flags, type FlagSettings, readFlags } from './flags.ts';
import { inMilliseconds, limitsOf, loginSettingsOf } from './limits.ts';
import type { ListenUrl } from './listen-url.ts';
import { folderAt, originOf, pathIn, type Origin } from './origin.ts';
import { accountHookOf, auditOf, hookWarnings, logProblems, uploadHookOf } from './outside-settings.ts';
import { present } from './present.ts';
import { ConfigurationError } from './problem.ts';
import type { BanSettings, ListenerSettings, RootSettings, ServeSettings, StateSettings } from './serve-settings.ts';
import { defaultStateDirectory } from './state-directory.ts';
import { sshSettingsOf, sshWarnings } from './ssh-settings.ts';
import { tftpSettingsOf } from './tftp-settings.ts';
import { type AskedListener, listenerTlsOf, tlsProblems, tlsSettingsOf } from './tls-settings.ts';

export type { AccountSettings, ListenerSettings, RootSettings, ServeSettings } from './serve-settings.ts';

const DEFAULT_ROOT = 'files';
const DEFAULT_FTP: ListenUrl = { protocol: 'ftp', host: '127.0.0.1', port: 2121 };
const DEFAULT_SFTP: ListenUrl = { protocol: 'sftp', host: '127.0.0.1', port: 2222 };
const DEFAULT_TFTP: ListenUrl = { protocol: 'tftp', host: '127.0.0.1', port: 6969 };
const DEFAULT_GRACE_SECONDS = 10;

function rootOf(origin: Origin, flags: FlagSettings, cwd: string): RootSettings {
  if (flags.root !== undefined) return { path: resolve(cwd, flags.root), where: '--root', ifMissing: 'refuse' };
  const { root } = origin.contents;
  if (root === undefined)
    return { path: resolve(origin.directory, DEFAULT_ROOT), where: './files', ifMissing: 'create' };
  return folderAt(origin, root, 'root');
}

/** TFTP has no login: where nobody may in without one, nobody could use it. */
function defaultListeners(origin: Origin, flags: FlagSettings): AskedListener[] {
  const guests = hasTftpGuests(origin, flags) ? [DEFAULT_TFTP] : [];
  const urls = [DEFAULT_FTP, DEFAULT_SFTP, ...guests];
  return urls.map((url) => ({ url }));
}

function listenersOf(origin: Origin, flags: FlagSettings): ListenerSettings[] {
  const { contents } = origin;
  const named = flags.listen.map((url): AskedListener => ({ url }));
  const asked: readonly AskedListener[] =
    named.length > 0 ? named : (contents.listeners ?? defaultListeners(origin, flags));
  return asked.map((listener) => ({
    ...listener.url,
    masquerade: flags.masquerade.length > 0 ? flags.masquerade : (listener.masquerade ?? contents.masquerade ?? []),
    ...listenerTlsOf(listener, origin, flags),
    trustedProxies: listener.trustedProxies ?? contents.trustedProxies ?? [],
    ...present('passivePorts', flags.passivePorts ?? listener.passivePorts ?? contents.passivePorts),
  }));
}

function bansOf({ contents: { bans = {} } }: Origin): BanSettings | undefined {
  const { enabled = true, allow = [], points, ...policy } = bans;
  if (!enabled) return undefined;
  const given = Object.fromEntries(Object.entries(points ?? {}).filter(([, value]) => value !== undefined));
  return { policy: { ...inMilliseconds(policy), ...present('points', points && given) }, allow };
}

function admissionNetworks({ contents: { clients = {} } }: Origin): ServeSettings['admission']['networks'] {
  return { ...present('allowed', clients.allow), ...present('denied', clients.deny) };
}

function stateOf(origin: Origin, flags: FlagSettings, cwd: string): StateSettings {
  if (flags.state !== undefined) return { path: resolve(cwd, flags.state), where: '--state', choice: 'asked' };
  const path = pathIn(origin, origin.contents.state);
  if (path !== undefined) return { path, where: origin.placeOf('state'), choice: 'asked' };
  return { path: defaultStateDirectory(), where: 'state', choice: 'default' };
}

/** What is wrong only in view of the whole. */
function refuseContradictions(origin: Origin, flags: FlagSettings, listeners: readonly ListenerSettings[]): void {
  const problems = [...doubleNames(origin), ...tlsProblems(origin, flags, listeners), ...logProblems(origin)];
  if (problems.length > 0) throw new ConfigurationError(problems);
}

/**
 * Settles everything; may be called again when the file has changed. Throws a {@link ConfigurationError}; relative paths
 * of flags are relative to `cwd`, those of the file to its folder.
 */
export function settle(rawFlags: Flags, cwd: string): ServeSettings {
  const flags = readFlags(rawFlags);
  const origin = originOf(flags.config, cwd);
  const listeners = listenersOf(origin, flags);
  refuseContradictions(origin, flags, listeners);
  const { contents } = origin;
  const root = rootOf(origin, flags, cwd);
  const limits = limitsOf(contents.limits ?? {});
  return {
    listeners,
    tls: tlsSettingsOf(origin, flags, cwd),
    tftp: tftpSettingsOf(origin),
    ssh: sshSettingsOf(origin),
    root,
    accounts: accountsOf(origin, flags, root),
    networks: networkRulesOf(origin, flags, root),
    folders: allFolders(origin, flags, root),
    admission: { limits: limits.admission, networks: admissionNetworks(origin) },
    limits: limits.ftp,
    login: loginSettingsOf(contents.login ?? {}),
    state: stateOf(origin, flags, cwd),
    log: flags.log ?? contents.log ?? 'text',
    graceMs: (contents.graceSeconds ?? DEFAULT_GRACE_SECONDS) * 1000,
    warnings: [
      ...accountWarnings(origin),
      ...hookWarnings(origin),
      ...tftpWarnings(origin, flags, listeners),
      ...sshWarnings(origin, Date.now()),
    ],
    ...present('configFile', origin.file),
    ...present('accountDatabase', pathIn(origin, contents.accountDatabase)),
    ...present('accountHook', accountHookOf(origin)),
    ...present('anonymous', anonymousOf(origin, flags, root)),
    ...present('bans', bansOf(origin)),
    ...present('audit', auditOf(origin)),
    ...present('xferlog', pathIn(origin, contents.xferlog)),
    ...present('uploadHook', uploadHookOf(origin)),
    ...present('greeting', contents.greeting),
  };
}
