/** The two ends of a `copy`: what the device was told of them, and what it asks for. */
import type { Call } from '../command.ts';
import type { TransferScheme } from '../ports.ts';
import type { Spot } from '../state/volumes.ts';

/** The two configurations. */
export type Configured = { readonly kind: 'running-config' } | { readonly kind: 'startup-config' };

/** A place at a server, as far as it has been told. */
export interface RemoteName {
  readonly kind: 'remote';
  readonly scheme: TransferScheme;
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  /** Behind the host, without the first slash. */
  readonly path: string;
}

export interface LocalName {
  readonly kind: 'local';
  /** The volume with its colon, as typed. */
  readonly prefix: string;
  /** Behind it; empty: to be asked for. */
  readonly path: string;
}

export type EndName = Configured | RemoteName | LocalName;

const SCHEMES: readonly TransferScheme[] = ['ftp', 'tftp', 'scp', 'sftp', 'http', 'https'];
const REMOTE = /^([a-z]+):(?:\/\/(?:([^/]*)@)?(\[[^\]]*\]|[^/:]*)(?::(\d{1,5}))?(?:\/(.*))?)?(.*)$/is;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function remoteName(scheme: TransferScheme, text: string): RemoteName {
  const [, , login, host = '', port, path = '', bare = ''] = REMOTE.exec(text) ?? [];
  const [user = '', ...secret] = (login ?? '').split(':');
  const password = secret.length === 0 ? undefined : secret.join(':');
  return {
    kind: 'remote',
    scheme,
    host: host.replace(/^\[|\]$/g, ''),
    // `tftp:name` is a name at a server that is still to be asked for.
    path: path === '' ? bare : path,
    ...(port !== undefined && { port: Number(port) }),
    ...(user !== '' && { user: decoded(user) }),
    ...(password !== undefined && { password: decoded(password) }),
  };
}

/** What a word of `copy` names. */
export function endName(word: string): EndName {
  const [, prefix = '', rest = ''] = /^([^:]*:)?(.*)$/s.exec(word) ?? [];
  const name = prefix.toLowerCase();
  const scheme = SCHEMES.find((one) => `${one}:` === name);
  if (scheme !== undefined) return remoteName(scheme, word);
  if ((name === 'nvram:' || name === '') && rest.replace(/^\//, '') === 'startup-config' && name !== '')
    return { kind: 'startup-config' };
  if (name === 'system:' && rest.replace(/^\//, '') === 'running-config') return { kind: 'running-config' };
  return { kind: 'local', prefix, path: rest };
}

/** `tftp://10.0.0.1/x`, without a password; a port that was told is told. */
export const remoteText = ({ scheme, host, port, path }: RemoteName): string =>
  `${scheme}://${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}/${path}`;

export const nameAtEnd = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export type Wanted = 'noisy' | 'alert' | 'quiet';

/** How much the device asks: `file prompt`. */
export function promptLevel({ system }: Call): Wanted {
  const said = system.config.value('file prompt');
  return said === 'quiet' || said === 'noisy' ? said : 'alert';
}

/** Asks with a default in brackets; Enter takes it. */
export async function askWithDefault(call: Call, question: string, fallback: string): Promise<string> {
  const answer = (await call.session.ask(`${question} [${fallback}]? `)).trim();
  return answer === '' ? fallback : answer;
}

/** What an end has become once everything was asked. */
export type End = Configured | { readonly kind: 'file'; readonly spot: Spot; readonly shown: string } | RemoteName;
