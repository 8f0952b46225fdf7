/** What this machine's files say of an SSH connection: `~/.ssh/config`, and the system's. */
import { globSync, readFileSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { sshFromEnvironment, variableFromEnvironment } from '../../config/environment.ts';
import { ConfigurationError } from '../../config/problem.ts';
import { resolveSshConfig, type SshConfig, type SshConfigFile } from '../../config/ssh-config.ts';
import type { SshOptions } from './options.ts';

/** Whom somebody wants to reach. */
export interface SshAddress {
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
}

const SYSTEM_FOLDER = '/etc/ssh';

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

function readOptional(file: string, scope: SshConfigFile['scope']): SshConfigFile[] {
  try {
    return [{ file, scope, text: readFileSync(file, 'utf8') }];
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw new ConfigurationError([{ where: file, what: 'cannot be read; check its rights' }]);
  }
}

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
  const home = sshFromEnvironment().home ?? homedir();
  const config = resolveSshConfig({
    host: address.host,
    port: address.port,
    user: address.user,
    localUser: userInfo().username,
    localHost: hostname(),
    home,
    variable: variableFromEnvironment,
    files: filesFor(options, home),
    include(pattern, scope) {
      const folder = scope === 'user' ? join(home, '.ssh') : SYSTEM_FOLDER;
      const full = isAbsolute(pattern) ? pattern : join(folder, pattern);
      return globSync(full)
        .toSorted()
        .flatMap((file) => readOptional(file, scope));
    },
  });
  if (config.problems.length > 0)
    throw new ConfigurationError(config.problems.map(({ file, line, what }) => ({ where: `${file}:${line}`, what })));
  return config;
}
