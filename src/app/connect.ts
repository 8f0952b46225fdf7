/** Opens any place by its URL as a file system: one row per scheme. */
import { readFile } from 'node:fs/promises';
import { parse, resolve, sep } from 'node:path';
import process from 'node:process';
import { resolvePath, ROOT, type VirtualPath } from '../base/virtual-path.ts';
import { present } from '../config/present.ts';
import { ConfigurationError } from '../config/problem.ts';
import type { Place } from '../files/copy/copy.ts';
import { FileError, type FileSystem, localFileSystem, type RemoteFileSystem } from '../files/index.ts';
import { connectFtp } from '../protocols/ftp/client/connect-ftp.ts';
import type { FtpClientOptions, Security } from '../protocols/ftp/client/options.ts';
import type { FtpPowers } from '../protocols/ftp/client/powers.ts';
import type { RemoteProgram } from '../protocols/ssh/channel/byte-channel.ts';
import type { TftpClientOptions } from '../protocols/tftp/client/options.ts';
import type { OverSsh } from './ssh/connect-over-ssh.ts';
import type { SshOptions } from './ssh/options.ts';
import { type CredentialSources, findCredentials, findJumpPassword } from './places/credentials.ts';
import { isUrl, parsePlaceUrl, type PlaceUrl, withoutPassword } from './places/place-url.ts';

/** Everything that a client of FTP may be told but where and who: the URL and the credentials say that. */
export type ConnectOptions = Omit<FtpClientOptions, 'host' | 'port' | 'user' | 'password' | 'account' | 'security'> &
  CredentialSources & {
    readonly password?: string;
    /** What only SSH knows. */
    readonly ssh?: SshOptions;
    /** What only TFTP knows. */
    readonly tftp?: Pick<TftpClientOptions, 'blockBytes' | 'windowBlocks' | 'timeoutSeconds' | 'options' | 'timing'>;
    /** Where relative paths of this machine begin; the working directory unless told. */
    readonly cwd?: string;
  };

export interface Connected extends RemoteFileSystem {
  /** Without a password. */
  readonly url: string;
  /** What the URL's path names. */
  readonly path: VirtualPath;
  /**
   * A name as the engines that copy and compare take it: relative to `path` unless it begins with `/`. Throws a
   * `FileError` (`bad-name`) for what no file can be called.
   */
  at(name?: string): Place;
  /** What only FTP can do. */
  readonly ftp?: FtpPowers;
}

const IMPLICIT_TLS_PORT = 990;

/** RFC 4217 knows explicit TLS only; port 990 has always meant TLS from the first byte. */
const FTP_SECURITY: ReadonlyMap<string, (port: number | undefined) => Security> = new Map([
  ['ftp', (): Security => 'none'],
  ['ftpes', (): Security => 'explicit'],
  ['ftps', (port: number | undefined): Security => (port === IMPLICIT_TLS_PORT ? 'implicit' : 'explicit')],
]);

/** Schemes that can be connected to. */
const CONNECTABLE_SCHEMES: readonly string[] = [...FTP_SECURITY.keys(), 'sftp', 'scp', 'tftp', 'file'];

/** A path of a URL in a place: relative to the login's directory unless it begins with `/`. */
export function pathWithin(home: VirtualPath, path: string): VirtualPath {
  const found = resolvePath(home, path);
  if (found === undefined) throw new FileError('bad-name', ROOT, { detail: 'no file can have that name' });
  return found;
}

/** Reads a URL. Throws a `ConfigurationError` that never holds the password. */
export function readUrl(text: string): PlaceUrl {
  const url = parsePlaceUrl(text);
  const where = withoutPassword(text);
  if ('problem' in url) throw new ConfigurationError([{ where, what: url.problem }]);
  if (!CONNECTABLE_SCHEMES.includes(url.scheme))
    throw new ConfigurationError([
      { where, what: `has a scheme that is not known here: ${CONNECTABLE_SCHEMES.join(', ')} are` },
    ]);
  if (url.scheme === 'file' && url.host !== '' && url.host.toLowerCase() !== 'localhost')
    throw new ConfigurationError([
      { where, what: `names the machine ${url.host}, and file: is this one: write file:///path` },
    ]);
  if (url.host === '' && url.scheme !== 'file') throw new ConfigurationError([{ where, what: 'names no host' }]);
  if (url.scheme === 'tftp' && url.user !== undefined)
    throw new ConfigurationError([{ where, what: 'names a user, and TFTP has no login: leave the name out' }]);
  return url;
}

/** The path of a `file:` URL: `/etc/hosts`, and on Windows also `C:/x`. */
export const fileOf = ({ path }: PlaceUrl): string => (/^[A-Za-z]:/.test(path) && sep === '\\' ? path : `/${path}`);

/** What is the client's own of the options. */
const withoutSources = (options: ConnectOptions): Omit<ConnectOptions, keyof CredentialSources | 'tftp' | 'ssh'> => {
  const own = { ...options };
  delete own.user;
  delete own.tftp;
  delete own.ssh;
  return own;
};

/** What a client of FTP must be told to reach the server of a URL: the credentials have been looked for. */
export async function ftpOptions(url: PlaceUrl, options: ConnectOptions): Promise<FtpClientOptions> {
  const known = options.password === undefined ? url : { ...url, password: url.password ?? options.password };
  const { user, password, account } = await findCredentials(known, options);
  return {
    ...withoutSources(options),
    host: url.host,
    security: FTP_SECURITY.get(url.scheme)?.(url.port) ?? 'none',
    ...present('port', url.port),
    ...present('user', user),
    ...present('password', password),
    ...present('account', account),
  };
}

/** The server of a URL as a file system, with what only FTP can do. */
export type OpenedServer = RemoteFileSystem & { readonly ftp?: FtpPowers };

/** Loaded when it is needed: most commands never do. */
async function connectTftpUrl(url: PlaceUrl, options: ConnectOptions): Promise<OpenedServer> {
  const { connectTftp } = await import('../protocols/tftp/client/connect-tftp.ts');
  return await connectTftp({
    host: url.host,
    mode: url.type === 'ascii' ? 'netascii' : 'octet',
    names: url.path.startsWith('/') ? 'absolute' : 'relative',
    ...options.tftp,
    ...present('port', url.port),
    ...present('clock', options.clock),
    ...present('observe', options.observe),
    ...present('signal', options.signal),
  });
}

/** The same over SSH. A password is looked for only when the server wants one. */
async function connectSshUrl(url: PlaceUrl, options: ConnectOptions): Promise<OpenedServer> {
  const { OverSsh } = await import('./ssh/connect-over-ssh.ts');
  const { clock, observe, timeouts = {} } = options;
  const ssh = new OverSsh({
    ...options.ssh,
    ...present('clock', clock),
    ...present('observe', observe),
    address: { host: url.host, port: url.port, user: url.user ?? options.user },
    password: async ({ user, host }, at) =>
      at === 'jump'
        ? await findJumpPassword(host, user, options.ask)
        : (await findCredentials(passwordFor(url, user, options), options)).password,
    timeouts: { ...present('connectMs', timeouts.connectMs), ...present('replyMs', timeouts.replyMs) },
  });
  try {
    const files = url.scheme === 'scp' ? await overScp(ssh, url, options) : await overSftp(ssh, url, options);
    const close = async (): Promise<void> => {
      await files.close();
      await ssh.close();
    };
    return { ...files, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await ssh.close();
    throw error;
  }
}

async function overSftp(ssh: OverSsh, url: PlaceUrl, options: ConnectOptions): Promise<RemoteFileSystem> {
  const { connectSftp } = await import('../protocols/sftp/client/connect-sftp.ts');
  return await connectSftp({
    host: url.host,
    open: async (signal) => await (await ssh.connection(signal)).openSubsystem('sftp', signal),
    ...present('clock', options.clock),
    ...present('observe', options.observe),
    ...present('signal', options.signal),
    ...present('replyMs', options.timeouts?.replyMs),
  });
}

/** Devices speak a dialect of it, by which their greeting tells them. */
const DEVICE = /^Cisco/i;

async function overScp(ssh: OverSsh, url: PlaceUrl, options: ConnectOptions): Promise<RemoteFileSystem> {
  const { connectScp } = await import('../protocols/scp/client/connect-scp.ts');
  const { serverSoftware } = await ssh.connection(options.signal);
  return await connectScp({
    exec: (command, signal) => execOn(ssh, command, signal),
    dialect: options.ssh?.dialect ?? (DEVICE.test(serverSoftware) ? 'device' : 'openssh'),
    names: url.path.startsWith('/') ? 'absolute' : 'relative',
    timeouts: { ...present('replyMs', options.timeouts?.replyMs), ...present('dataMs', options.timeouts?.dataMs) },
    ...present('clock', options.clock),
    ...present('observe', options.observe),
    ...present('signal', options.signal),
  });
}

/** Some servers close the connection behind each program: then the next one runs on a new connection. */
async function execOn(ssh: OverSsh, command: Uint8Array, signal: AbortSignal | undefined): Promise<RemoteProgram> {
  const connection = await ssh.connection(signal);
  try {
    return await connection.exec(command, signal);
  } catch (error) {
    if (!(error instanceof FileError && error.kind === 'connection-lost')) throw error;
    await connection.close();
    return await (await ssh.connection(signal)).exec(command, signal);
  }
}

/** Who logs in is known by now, be it from ~/.ssh/config. */
const passwordFor = (url: PlaceUrl, user: string, { password }: ConnectOptions): PlaceUrl => ({
  ...url,
  user,
  ...present('password', url.password ?? password),
});

/** Opens the server of a URL. */
export async function connectUrl(url: PlaceUrl, options: ConnectOptions): Promise<OpenedServer> {
  if (url.scheme === 'tftp') return await connectTftpUrl(url, options);
  if (url.scheme === 'sftp' || url.scheme === 'scp') return await connectSshUrl(url, options);
  return await connectFtp(await ftpOptions(url, options));
}

/** Names of a place that is known by this text. */
const namesOf =
  (files: FileSystem, { url, path }: Pick<Connected, 'url' | 'path'>): Connected['at'] =>
  (name = '') => {
    const found = pathWithin(path, name);
    return { files, path: found, label: found === path ? url : `${url.replace(/\/$/, '')} ${found}` };
  };

/** A local folder as a place; nothing below it leads out of it. */
function localPlace(root: string, path: VirtualPath): Connected {
  const files = localFileSystem({ root });
  const close = (): Promise<void> => {
    files.close();
    return Promise.resolve();
  };
  const known = { url: resolve(root, `.${path}`), path };
  return { ...files, ...known, home: ROOT, at: namesOf(files, known), close, [Symbol.asyncDispose]: close };
}

/** This machine from its root (of the drive) on. */
function localRoot(path: string, cwd: string): Connected {
  const full = resolve(cwd, path);
  const { root } = parse(full);
  return localPlace(root, pathWithin(ROOT, full.slice(root.length).replaceAll(sep, '/')));
}

/**
 * Opens the place of a URL: `ftp:`, `ftps:` and `ftpes:` (TLS before the login), `sftp:`, `scp:`, `tftp:`, `file:`, or a path of this machine.
 * Rejects with a `FileError` as {@link connectFtp} does, or with a `ConfigurationError` when the URL cannot be understood.
 */
export async function connect(url: string, options: ConnectOptions = {}): Promise<Connected> {
  const { cwd = process.cwd() } = options;
  if (!isUrl(url)) return localRoot(url, cwd);
  const parsed = readUrl(url);
  if (parsed.scheme === 'file') return localRoot(fileOf(parsed), cwd);
  if (parsed.type === 'ascii' && parsed.scheme !== 'tftp')
    throw new ConfigurationError([
      { where: withoutPassword(url), what: 'asks for ;type=a: leave it out, and use ftp.readText and ftp.writeText' },
    ]);
  const files = await connectUrl(parsed, options);
  const known = { url: withoutPassword(url), path: pathWithin(files.home, parsed.path) };
  return { ...files, ...known, at: namesOf(files, known) };
}

/** The text of a file that an option names. Throws a `ConfigurationError` when it cannot be read. */
export async function readOptionFile(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new ConfigurationError([{ where: option, what: `cannot read ${file}; check its name and rights` }]);
  }
}
