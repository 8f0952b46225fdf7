/** What this machine's files say of an SSH connection: `~/.ssh/config`, and the system's. */
import { globSync, type Stats } from 'node:fs';
import { hostname } from 'node:os';
import { isAbsolute, join } from 'node:path';
import process from 'node:process';
import { decodeName } from '../../base/name.ts';
import { sshFromEnvironment, variableFromEnvironment } from '../../config/environment.ts';
import { ConfigurationError } from '../../config/problem.ts';
import { resolveSshConfig, type SshConfig, type SshConfigFile } from '../../config/ssh-config.ts';
import { localHome, localUserName } from '../local-user.ts';
import type { SshOptions } from './options.ts';
import { readBounded } from './read-bounded.ts';

/** Whom somebody wants to reach. */
export interface SshAddress {
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
}

const MAX_CONFIG_BYTES = 1024 * 1024;
const MAX_INCLUDED = 100;
const SYSTEM_FOLDER = '/etc/ssh';
const OTHERS_MAY_WRITE = 0o022;

/** Whoever may write a user's configuration could lead the client to any host, with any key: OpenSSH refuses it, too. */
function isWrittenByOthers(stats: Stats): boolean {
  // A pipe or a device was named on purpose.
  if (process.getuid === undefined || !stats.isFile()) return false;
  const isForeign = stats.uid !== process.getuid() && stats.uid !== 0;
  return isForeign || (stats.mode & OTHERS_MAY_WRITE) !== 0;
}

function readOptional(file: string, scope: SshConfigFile['scope']): SshConfigFile[] {
  const read = readBounded(file, MAX_CONFIG_BYTES);
  if (read === 'missing' || read === 'no-folder') return [];
  if (scope === 'user' && isWrittenByOthers(read.stats))
    throw new ConfigurationError([
      { where: file, what: `can be written by others; make it yours alone (chmod 600 ${file}), and it is used` },
    ]);
  return [{ file, scope, text: decodeName(read.bytes) }];
}

/** The files of an Include: `~` and relative names begin at the user's folder, or at the system's. */
const includeFrom =
  (home: string) =>
  (pattern: string, scope: SshConfigFile['scope']): SshConfigFile[] => {
    if (pattern.startsWith('~') && (scope === 'system' || !/^~[/\\]/.test(pattern)))
      throw new Error('~ means nobody there');
    const expanded = pattern.startsWith('~') ? `${home}${pattern.slice(1)}` : pattern;
    const folder = scope === 'user' ? join(home, '.ssh') : SYSTEM_FOLDER;
    const full = isAbsolute(expanded) ? expanded : join(folder, expanded);
    const names = /[*?[{]/.test(full) ? globSync(full).toSorted() : [full];
    if (names.length > MAX_INCLUDED) throw new Error(`it names more than ${MAX_INCLUDED} files`);
    return names.flatMap((name) => readOptional(name, scope));
  };

function filesFor({ config }: SshOptions, home: string): SshConfigFile[] {
  if (config === 'none') return [];
  if (config === undefined)
    return [
      ...readOptional(join(home, '.ssh', 'config'), 'user'),
      ...readOptional(join(SYSTEM_FOLDER, 'ssh_config'), 'system'),
    ];
  const named = readOptional(config, 'user');
  if (named.length === 0) throw new ConfigurationError([{ where: '--ssh-config', what: `there is no file ${config}` }]);
  return named;
}

/** What files say of a host. Throws a `ConfigurationError` for lines that make no sense. */
export function sshSettingsFor(address: SshAddress, options: SshOptions): SshConfig {
  const home = sshFromEnvironment().home ?? localHome();
  const config = resolveSshConfig({
    host: address.host,
    port: address.port,
    user: address.user,
    localUser: localUserName(),
    localHost: hostname(),
    home,
    variable: variableFromEnvironment,
    files: filesFor(options, home),
    include: includeFrom(home),
  });
  if (config.problems.length > 0)
    throw new ConfigurationError(config.problems.map(({ file, line, what }) => ({ where: `${file}:${line}`, what })));
  return config;
}
