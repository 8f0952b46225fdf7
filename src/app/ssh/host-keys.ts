/** The keys of the SSH server: those that the configuration names, or some that are made once and kept. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../../config/problem.ts';
import type { ServeSettings } from '../../config/settings.ts';
import type { Observer } from '../../observe/event.ts';
import {
  HOST_KEY_TYPES,
  type HostKey,
  type HostKeyPrint,
  hostKeyPrint,
  type HostKeyType,
  makeHostKey,
  readHostKeys,
} from '../../protocols/ssh/index.ts';
import { linkNew } from '../link-new.ts';

const PRIVATE = 0o600;
const FOLDER = 'ssh';

/** What the server shows, and what people compare it with. */
export interface ServedHostKeys {
  readonly keys: readonly HostKey[];
  readonly prints: readonly HostKeyPrint[];
}

const why = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function readKey(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The key of a kind, from its file, made when it is not there. */
function kept(folder: string, type: HostKeyType, observe: Observer): HostKey {
  const path = join(folder, `ssh_host_${type}_key`);
  const found = readKey(path);
  if (found !== undefined) return { text: found, where: path };
  if (linkNew(path, makeHostKey(type), PRIVATE) === 'made')
    observe({ kind: 'note', text: `made an SSH host key, kept in ${path}` });
  return { text: readFileSync(path, 'utf8'), where: path };
}

function keptKeys(state: string, observe: Observer): readonly HostKey[] {
  const folder = join(state, FOLDER);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return HOST_KEY_TYPES.map((type) => kept(folder, type, observe));
  } catch (cause) {
    const what = `SSH host keys cannot be kept in ${folder} (${why(cause)}); let this user write there, or name some under ssh.hostKeys`;
    throw new ConfigurationError([{ where: 'ssh.hostKeys', what }]);
  }
}

function namedKeys(named: NonNullable<ServeSettings['ssh']['hostKeys']>): readonly HostKey[] {
  return named.map(({ path, where }) => {
    try {
      return { text: readFileSync(path, 'utf8'), where: path };
    } catch (error) {
      throw new ConfigurationError([{ where, what: `${path} cannot be read (${why(error)})` }]);
    }
  });
}

/** `undefined` where nothing is served over SSH. Throws a `ConfigurationError`. */
export function openHostKeys(settings: ServeSettings, observe: Observer): ServedHostKeys | undefined {
  if (!settings.listeners.some(({ protocol }) => protocol === 'sftp')) return undefined;
  const { hostKeys } = settings.ssh;
  const keys = hostKeys === undefined ? keptKeys(settings.state.path, observe) : namedKeys(hostKeys);
  try {
    readHostKeys(keys);
    return { keys, prints: keys.map(hostKeyPrint) };
  } catch (error) {
    throw new ConfigurationError([{ where: hostKeys?.[0]?.where ?? 'ssh.hostKeys', what: why(error) }]);
  }
}

export type { HostKeyPrint } from '../../protocols/ssh/index.ts';
