/** OpenSSH's server for one test: on loopback, for the user who runs the test, with keys that are thrown away. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { run } from '../program.ts';
import { eventually } from '../wait.ts';
import { endTree } from './end-tree.ts';

const PROGRAM = '/usr/sbin/sshd';
/** Where its processes give up their rights; a fresh machine has none. */
const PRIVILEGE_SEPARATION = '/run/sshd';

/** For the options of a test: skipped without the server, unless this is CI, where it then fails for want of it. */
export const needsSshd: { readonly skip: string | false } = {
  skip: existsSync(PROGRAM) || process.env['CI'] !== undefined ? false : 'openssh-server is not installed',
};

export interface RunningSshd extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Private keys that log in, by kind; none has a passphrase. */
  readonly keyFile: string;
  readonly hostKeyFile: string;
  /** A line of `known_hosts` that is right. */
  readonly knownHost: string;
  /** A folder that is thrown away with it. */
  readonly folder: string;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no address');
  return address.port;
}

export const makeKey = async (file: string, ...options: readonly string[]): Promise<void> => {
  const words = ['-q', '-N', '', '-f', file, ...(options.length === 0 ? ['-t', 'ed25519'] : options)];
  const { code, output } = await run('ssh-keygen', words);
  if (code !== 0) throw new Error(`ssh-keygen: ${output}`);
};

/** `lines` are added to its configuration. */
export async function startSshd(lines: readonly string[] = []): Promise<RunningSshd> {
  const folder = await mkdtemp(join(tmpdir(), 'portcall-sshd-'));
  const [keyFile, hostKeyFile] = [join(folder, 'key'), join(folder, 'host_key')];
  await Promise.all([makeKey(keyFile), makeKey(hostKeyFile)]);
  if (process.getuid?.() === 0) mkdirSync(PRIVILEGE_SEPARATION, { recursive: true, mode: 0o755 });
  const port = await freePort();
  const configuration = [
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${hostKeyFile}`,
    `AuthorizedKeysFile ${keyFile}.pub`,
    'StrictModes no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'PidFile none',
    'Subsystem sftp internal-sftp',
    ...lines,
  ];
  const configurationFile = join(folder, 'sshd_config');
  await writeFile(configurationFile, `${configuration.join('\n')}\n`);
  const child = spawn(PROGRAM, ['-D', '-e', '-f', configurationFile], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output = `${output}${text}`.slice(-4000)));
  await eventually(() => {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${output}`);
    return output.includes('Server listening');
  }, 'sshd listens');
  const [type = '', blob = ''] = (await readFile(`${hostKeyFile}.pub`, 'utf8')).split(' ');
  return {
    host: '127.0.0.1',
    port,
    user: userInfo().username,
    keyFile,
    hostKeyFile,
    knownHost: `[127.0.0.1]:${port} ${type} ${blob.trim()}\n`,
    folder,
    async [Symbol.asyncDispose]() {
      await endTree(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
