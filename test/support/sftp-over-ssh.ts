/** Our SFTP server over SSH for one test: on loopback, over a folder that is thrown away, with a key and a password. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account, Authenticator } from '../../src/accounts/account.ts';
import { systemClock } from '../../src/base/clock.ts';
import { ROOT } from '../../src/base/virtual-path.ts';
import { localFileSystem } from '../../src/files/index.ts';
import type { ServerEvent } from '../../src/observe/event.ts';
import { hostKeyPrint } from '../../src/protocols/ssh/server/host-keys.ts';
import type { SshLogin, SshServerOptions } from '../../src/protocols/ssh/server/options.ts';
import { startSshServer } from '../../src/protocols/ssh/server/server.ts';
import { serveSftp } from '../../src/protocols/sftp/server/serve-sftp.ts';
import { makeKey } from './peers/openssh.ts';
import { testAccount } from './sftp-pair.ts';
import { testHostKey } from './ssh-server.ts';

export interface SftpOverSsh extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly user: 'u';
  readonly password: 'p';
  /** A private key that logs in; beside it lies its public half. */
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** SHA256:… of the host key. */
  readonly fingerprint: string;
  /** The folder that is served, and one for the client. */
  readonly root: string;
  readonly home: string;
  readonly events: readonly ServerEvent[];
}

function authenticatorFor(account: Account, publicKey: Buffer): Authenticator {
  return {
    login: ({ name, password }) =>
      Promise.resolve(
        name === 'u' && password === 'p'
          ? { outcome: 'accepted', account }
          : { outcome: 'refused', reason: 'wrong password' },
      ),
    loginWithKey: ({ name, publicKey: shown }) =>
      Promise.resolve(
        name === 'u' && publicKey.equals(shown)
          ? { outcome: 'accepted', account, restrictions: { access: 'as-account' } }
          : { outcome: 'refused', reason: 'another key' },
      ),
  };
}

/** `programs` beside SFTP, which is always there. */
export async function startSftpOverSsh(options: Partial<SshServerOptions> = {}): Promise<SftpOverSsh> {
  const folder = await mkdtemp(join(tmpdir(), 'portcall-ssh-'));
  const [root, home] = [await mkdtemp(join(folder, 'root-')), await mkdtemp(join(folder, 'home-'))];
  const keyFile = join(folder, 'key');
  await makeKey(keyFile);
  const publicKey = Buffer.from((await readFile(`${keyFile}.pub`, 'utf8')).split(' ')[1] ?? '', 'base64');
  const files = localFileSystem({ root });
  const account = testAccount(files);
  const events: ServerEvent[] = [];
  const observe = (event: ServerEvent): void => void events.push(event);
  const hostKeys = [testHostKey('ed25519'), testHostKey('rsa')];
  const session = ({ session: id, peer, activity, signal }: SshLogin) => ({
    account,
    activity,
    signal,
    observe,
    origin: { protocol: 'sftp', session: id, peer } as const,
    clock: systemClock,
    uploadOwner: 'u',
    access: 'read-write' as const,
    startDirectory: ROOT,
    beginTransfer: () => ({ outcome: 'admitted', leave: () => undefined }) as const,
  });
  const server = await startSshServer({
    host: '127.0.0.1',
    hostKeys,
    authenticator: authenticatorFor(account, publicKey),
    ...options,
    port: 0,
    observe,
    programs: (request, login) =>
      request.kind === 'subsystem' && request.name === 'sftp'
        ? (channel) => serveSftp(channel, session(login))
        : (options.programs?.(request, login) ?? { refusal: 'There is no shell here.' }),
  });
  const knownHostsFile = join(folder, 'known_hosts');
  const lines = hostKeys.map((key) => `[127.0.0.1]:${server.port} ${hostKeyPrint(key).line}\n`);
  await writeFile(knownHostsFile, lines.join(''));
  return {
    host: server.host,
    port: server.port,
    user: 'u',
    password: 'p',
    keyFile,
    knownHostsFile,
    fingerprint: hostKeyPrint(hostKeys[0]!).fingerprint,
    root,
    home,
    events,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      files.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What every program of OpenSSH is told, so that it meets this server and nothing of the user's own. */
export const openSshWords = ({ keyFile, knownHostsFile }: SftpOverSsh): readonly string[] => [
  ...['-F', 'none', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-o', 'IdentityAgent=none'],
  ...['-o', `UserKnownHostsFile=${knownHostsFile}`, '-o', 'GlobalKnownHostsFile=none', '-i', keyFile],
];
