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

/** The first so many bytes of a file, whoever else may read it; a missing one gives `undefined`. */
async function readSecret(file: string, whenOpen: 'refuse' | 'accept'): Promise<string | undefined> {
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
    if (whenOpen === 'refuse' && process.platform !== 'win32' && ((mode & 0o077) !== 0 || !isMine))
      throw new ConfigurationError([
        { where: file, what: 'can be read by others; chmod 600 it, and then its passwords are used' },
      ]);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_NETRC_BYTES), 0, MAX_NETRC_BYTES, 0);
    return decodeName(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

async function fromPasswordFile(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = await readSecret(file, 'accept');
  if (text === undefined)
    throw new ConfigurationError([{ where: '--password-file', what: `there is no file ${file}` }]);
  return text.split(/\r?\n/, 1)[0];
}

async function fromNetrc(host: string, user: string | undefined): Promise<NetrcEntry | undefined> {
  const { file, home } = netrcFromEnvironment();
  const path = file ?? (home === undefined ? undefined : join(home, '.netrc'));
  const text = path === undefined ? undefined : await readSecret(path, 'refuse');
  return text === undefined ? undefined : findNetrcEntry(text, host, user);
}

/** Throws a `ConfigurationError` for files that cannot be used. Nobody named means anonymous, who has no password to ask for. */
export async function findCredentials(url: PlaceUrl, sources: CredentialSources): Promise<Credentials> {
  const named = url.user ?? sources.user;
  const given =
    url.password ??
    (await fromPasswordFile(sources.passwordFile)) ??
    (named === undefined ? undefined : passwordFromEnvironment());
  if (given !== undefined) return { user: named, password: given, account: undefined };
  const entry = await fromNetrc(url.host, named);
  const user = named ?? entry?.login;
  if (entry?.password !== undefined || user === undefined || user === 'anonymous' || user === 'ftp')
    return { user, password: entry?.password, account: entry?.account };
  const password = await sources.ask?.(`Password of ${user} at ${url.host}: `);
  return { user, password, account: entry?.account };
}
