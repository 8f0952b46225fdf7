/** Who one is at a server: what the URL says, then a file, the environment, `.netrc`, and at last a question. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { decodeName } from '../../base/name.ts';
import { netrcFromEnvironment, passwordFromEnvironment } from '../../config/environment.ts';
import { findNetrcEntry, MAX_NETRC_BYTES, type NetrcEntry } from '../../config/netrc.ts';
import { ConfigurationError } from '../../config/problem.ts';
import type { PlaceUrl } from './place-url.ts';

export interface Credentials {
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly account: string | undefined;
}

export interface CredentialSources {
  /** For URLs that name nobody. */
  readonly user?: string | undefined;
  /** A file whose first line is the password. */
  readonly passwordFile?: string | undefined;
  /** Asks the person at the terminal; absent where nobody sits. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
}

interface Secret {
  readonly text: string;
  /** Whether nobody but its user can read it. */
  readonly kept: 'private' | 'in-the-open';
}

/** The first so many bytes of a file; a missing one gives `undefined`. */
async function readSecret(file: string): Promise<Secret | undefined> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new ConfigurationError([{ where: file, what: 'cannot be read; check its rights' }]);
  }
  try {
    const { mode, uid } = await handle.stat();
    const isMine = process.getuid === undefined || uid === process.getuid() || process.getuid() === 0;
    const isOpen = process.platform !== 'win32' && ((mode & 0o077) !== 0 || !isMine);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_NETRC_BYTES), 0, MAX_NETRC_BYTES, 0);
    return { text: decodeName(buffer.subarray(0, bytesRead)), kept: isOpen ? 'in-the-open' : 'private' };
  } finally {
    await handle.close();
  }
}

async function fromPasswordFile(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const secret = await readSecret(file);
  if (secret === undefined)
    throw new ConfigurationError([{ where: '--password-file', what: `there is no file ${file}` }]);
  return secret.text.split(/\r?\n/, 1)[0];
}

/** The entry for a host. One with a password that others could have read is refused: a guest's is no secret. */
async function fromNetrc(host: string, user: string | undefined): Promise<NetrcEntry | undefined> {
  const { file, home } = netrcFromEnvironment();
  const path = file ?? (home === undefined ? undefined : join(home, '.netrc'));
  const secret = path === undefined ? undefined : await readSecret(path);
  const entry = secret === undefined ? undefined : findNetrcEntry(secret.text, host, user);
  const holdsSecret = entry?.password !== undefined && !isGuest(entry.login ?? user);
  if (path !== undefined && holdsSecret && secret?.kept === 'in-the-open')
    throw new ConfigurationError([
      { where: path, what: 'can be read by others; chmod 600 it, and then its passwords are used' },
    ]);
  return entry;
}

/** Throws a `ConfigurationError` for files that cannot be used. Nobody named means anonymous, who has no password to ask for. */
export async function findCredentials(url: PlaceUrl, sources: CredentialSources): Promise<Credentials> {
  const named = url.user ?? sources.user;
  const given = url.password ?? (await fromPasswordFile(sources.passwordFile)) ?? environmentFor(named);
  if (given !== undefined) return { user: named, password: given, account: undefined };
  const { login, password, account } = (await fromNetrc(url.host, named)) ?? NOBODY;
  const user = named ?? login;
  if (password !== undefined || isGuest(user)) return { user, password, account };
  return { user, password: await sources.ask?.(`Password of ${user} at ${url.host}: `), account };
}

/**
 * The password for a server that stands between this machine and the one that somebody asked for: what is known of the
 * latter (URL, options, environment) is not for the former. Throws as {@link findCredentials} does.
 */
export async function findJumpPassword(
  host: string,
  user: string,
  ask: CredentialSources['ask'],
): Promise<string | undefined> {
  const entry = await fromNetrc(host, user);
  return entry?.password ?? (await ask?.(`Password of ${user} at ${host}, on the way: `));
}

const NOBODY: NetrcEntry = { login: undefined, password: undefined, account: undefined };

/** The environment has a password for somebody who was named, and none for guests. */
const environmentFor = (user: string | undefined): string | undefined =>
  user === undefined ? undefined : passwordFromEnvironment();

const isGuest = (user: string | undefined): user is 'anonymous' | 'ftp' | undefined =>
  user === undefined || user === 'anonymous' || user === 'ftp';
