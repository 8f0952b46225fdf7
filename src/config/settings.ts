/** What `portcall serve` is to do, complete: the file, overruled by the command line, on top of the defaults. */
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { FtpLimitSettings, LoginSettings } from './limits.ts';
import { ftpLimitsOf, loginSettingsOf } from './limits.ts';
import type { ListenUrl } from './listen-url.ts';
import { type Flags, readFlags, type FlagSettings } from './flags.ts';
import type { PortRange } from './port-range.ts';
import { ConfigurationError, type Problem } from './problem.ts';
import type { FileContents } from './schema.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

export interface MasqueradeSettings {
  readonly clients: string;
  readonly address: string;
}

export interface ListenerSettings extends ListenUrl {
  readonly passivePorts?: PortRange;
  readonly masquerade: readonly MasqueradeSettings[];
}

/** A folder that is served. */
export interface RootSettings {
  /** Absolute. */
  readonly path: string;
  /** Where it was told, for messages. */
  readonly where: string;
  readonly ifMissing: 'create' | 'refuse';
}

export type Secret =
  | { readonly kind: 'hash'; readonly passwordHash: string }
  | { readonly kind: 'password'; readonly password: string }
  /** Nobody was named: a password is made up and shown. */
  | { readonly kind: 'made-up' };

export interface AccountSettings {
  readonly name: string;
  readonly secret: Secret;
  readonly root: RootSettings;
  readonly access: 'read-only' | 'read-write';
}

export interface ServeSettings {
  readonly listeners: readonly ListenerSettings[];
  readonly accounts: readonly AccountSettings[];
  readonly anonymous?: { readonly root: RootSettings };
  readonly log: 'text' | 'json';
  readonly stateDirectory?: string;
  readonly greeting?: string;
  readonly graceMs: number;
  readonly limits: FtpLimitSettings;
  readonly login: LoginSettings;
  /** What works but should be put right, a sentence each. */
  readonly warnings: readonly string[];
}

const DEFAULT_ROOT = 'files';
const DEFAULT_LISTENER: ListenUrl = { protocol: 'ftp', host: '127.0.0.1', port: 2121 };
const DEFAULT_GRACE_MS = 10_000;
const MADE_UP_NAME = 'portcall';

const present = <K extends string, V>(key: K, value: V | undefined): { [name in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { [name in K]?: V };

function readFile(path: string, shown: string): YamlFile {
  try {
    return readYaml(readFileSync(path, 'utf8'), shown);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const what = code === 'ENOENT' ? 'there is no such file; name an existing one' : `cannot be read (${code})`;
    throw new ConfigurationError([{ where: `--config ${shown}`, what }]);
  }
}

/** The file's wishes with their places, or those of an empty file. */
interface Origin {
  readonly contents: FileContents;
  readonly placeOf: YamlFile['placeOf'];
  /** What relative paths are relative to. */
  readonly directory: string;
}

function rootOf(origin: Origin, flags: FlagSettings, cwd: string): RootSettings {
  if (flags.root !== undefined) return { path: resolve(cwd, flags.root), where: '--root', ifMissing: 'refuse' };
  const { root } = origin.contents;
  if (root === undefined)
    return { path: resolve(origin.directory, DEFAULT_ROOT), where: './files', ifMissing: 'create' };
  return { path: resolve(origin.directory, root), where: origin.placeOf('root'), ifMissing: 'refuse' };
}

type AskedListener = NonNullable<FileContents['listeners']>[number];

function listenersOf({ contents }: Origin, flags: FlagSettings): ListenerSettings[] {
  const named = flags.listen.map((url): AskedListener => ({ url }));
  const asked: readonly AskedListener[] =
    named.length > 0 ? named : (contents.listeners ?? [{ url: DEFAULT_LISTENER }]);
  return asked.map((listener) => {
    const masquerade = listener.masquerade ?? contents.masquerade ?? [];
    const passivePorts = flags.passivePorts ?? listener.passivePorts ?? contents.passivePorts;
    return {
      ...listener.url,
      masquerade: flags.masquerade.length > 0 ? flags.masquerade : masquerade,
      ...present('passivePorts', passivePorts),
    };
  });
}

function fileAccounts({ contents, placeOf, directory }: Origin, root: RootSettings): AccountSettings[] {
  return (contents.accounts ?? []).map((account, index) => {
    const own: RootSettings | undefined =
      account.root === undefined
        ? undefined
        : { path: resolve(directory, account.root), where: placeOf('accounts', index, 'root'), ifMissing: 'refuse' };
    const { passwordHash, password = '' } = account;
    const secret: Secret = passwordHash === undefined ? { kind: 'password', password } : { kind: 'hash', passwordHash };
    return { name: account.name, access: account.access, root: own ?? root, secret };
  });
}

/** The command line's accounts replace the file's of the same name; when nobody at all may in, one is made up. */
function accountsOf(origin: Origin, flags: FlagSettings, root: RootSettings): AccountSettings[] {
  const accounts = new Map(fileAccounts(origin, root).map((account) => [account.name, account]));
  for (const { name, password, access } of flags.users) {
    accounts.set(name, { name, access, root, secret: { kind: 'password', password } });
  }
  const isOpen = flags.anonymous || origin.contents.anonymous !== undefined;
  if (accounts.size > 0 || isOpen) return [...accounts.values()];
  return [{ name: MADE_UP_NAME, access: 'read-write', root, secret: { kind: 'made-up' } }];
}

function anonymousRoot({ contents, placeOf, directory }: Origin, root: RootSettings): RootSettings {
  const own = contents.anonymous?.root;
  if (own === undefined) return root;
  return { path: resolve(directory, own), where: placeOf('anonymous', 'root'), ifMissing: 'refuse' };
}

function doubleNames({ contents, placeOf }: Origin): Problem[] {
  const names = (contents.accounts ?? []).map(({ name }) => name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ where: placeOf('accounts', index, 'name'), what: `is the name of accounts[${names.indexOf(name)}] too` }],
  );
}

const clearTextWarnings = ({ contents, placeOf }: Origin): string[] =>
  (contents.accounts ?? []).flatMap(({ password }, index) =>
    password === undefined
      ? []
      : [
          `${placeOf('accounts', index, 'password')}: is in clear text; put a passwordHash made by \`portcall user hash\` there`,
        ],
  );

function originOf(flags: FlagSettings, cwd: string): Origin {
  if (flags.config === undefined) return { contents: {}, placeOf: () => '', directory: cwd };
  const path = resolve(cwd, flags.config);
  return { ...readFile(path, basename(path)), directory: dirname(path) };
}

/** Settles everything. Throws a {@link ConfigurationError}; relative paths of flags are relative to `cwd`. */
export function settle(rawFlags: Flags, cwd: string): ServeSettings {
  const flags = readFlags(rawFlags);
  const origin = originOf(flags, cwd);
  const problems = doubleNames(origin);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const root = rootOf(origin, flags, cwd);
  const { contents } = origin;
  const isAnonymous = flags.anonymous || contents.anonymous !== undefined;
  const state = flags.state === undefined ? undefined : resolve(cwd, flags.state);
  const fileState = contents.state === undefined ? undefined : resolve(origin.directory, contents.state);
  return {
    listeners: listenersOf(origin, flags),
    accounts: accountsOf(origin, flags, root),
    log: flags.log ?? contents.log ?? 'text',
    graceMs: contents.graceSeconds === undefined ? DEFAULT_GRACE_MS : contents.graceSeconds * 1000,
    limits: ftpLimitsOf(contents.limits ?? {}),
    login: loginSettingsOf(contents.login ?? {}),
    warnings: clearTextWarnings(origin),
    ...present('anonymous', isAnonymous ? { root: anonymousRoot(origin, root) } : undefined),
    ...present('stateDirectory', state ?? fileState),
    ...present('greeting', contents.greeting),
  };
}
