/** The FTP servers that Portcall is measured against: where each is found, how it is configured and started. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { promisify } from 'node:util';
import type { Certificate } from './ftps.ts';
import type { Account, Contestant, Invitation, Launch, Setup } from './contestant.ts';

const run = promisify(execFile);

const NAMED: Account = { user: 'bench', password: 'bench' };
const ANONYMOUS: Account = { user: 'anonymous', password: 'bench@localhost' };

/** `bench` as md5crypt: pure-pw's own default hash is made to cost about a second for each login. */
const CHEAP_HASH = '$1$portcall$N40yz0KKkQoqRRwLZ6qYo.';

interface Rival extends Pick<Contestant, 'account' | 'anonymous' | 'passwordCheck'> {
  readonly name: string;
  readonly packageName: string;
  /** In the folder that `get-rivals.sh` made. */
  readonly program: string;
  /** These bind, chroot and change user as root, and do not start otherwise. */
  readonly needsRoot: boolean;
  /** Without this in the folder, or where it is undefined, it is not measured with TLS. */
  readonly tlsProgram?: string;
  readonly configure: (setup: Setup, root: string) => Promise<Launch['argv']>;
}

const RIVALS: readonly Rival[] = [
  {
    name: 'vsftpd',
    packageName: 'vsftpd',
    program: 'usr/sbin/vsftpd',
    tlsProgram: 'usr/sbin/vsftpd',
    needsRoot: true,
    account: ANONYMOUS,
    anonymous: ANONYMOUS,
    passwordCheck: 'none (anonymous)',
    configure: configureVsftpd,
  },
  {
    name: 'proftpd',
    packageName: 'proftpd-core',
    program: 'usr/sbin/proftpd',
    tlsProgram: 'usr/lib/proftpd/mod_tls.so',
    needsRoot: true,
    account: ANONYMOUS,
    anonymous: ANONYMOUS,
    passwordCheck: 'none (anonymous)',
    configure: configureProftpd,
  },
  {
    name: 'pure-ftpd',
    packageName: 'pure-ftpd',
    program: 'usr/sbin/pure-ftpd',
    tlsProgram: 'usr/sbin/pure-ftpd',
    needsRoot: true,
    account: NAMED,
    passwordCheck: 'md5crypt (its default hash costs about a second)',
    configure: configurePureFtpd,
  },
  {
    name: 'pyftpdlib',
    packageName: 'python3-pyftpdlib',
    program: 'usr/lib/python3/dist-packages/pyftpdlib',
    needsRoot: false,
    account: NAMED,
    anonymous: ANONYMOUS,
    passwordCheck: 'comparison of plain text',
    configure: configurePyftpdlib,
  },
];

export const RIVAL_NAMES: readonly string[] = RIVALS.map((rival) => rival.name);

/** Where `get-rivals.sh` puts them, unless told otherwise. */
export function rivalsFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return process.env['PORTCALL_RIVALS'] ?? join(cache, 'portcall-rivals');
}

export function inviteRivals(names: readonly string[], folder: string): Invitation[] {
  return RIVALS.filter((rival) => names.includes(rival.name)).map((rival) => invite(rival, folder));
}

function invite(rival: Rival, folder: string): Invitation {
  const root = join(folder, 'root');
  if (!existsSync(join(root, rival.program)))
    return { absent: `${rival.name} is left out: it is not in ${folder}; fetch it with bench/get-rivals.sh` };
  if (rival.needsRoot && getuid?.() !== 0)
    return { absent: `${rival.name} is left out: it starts only as root, so run the benchmark as root` };
  const environment = libraryPath(root);
  const configure = async (setup: Setup): Promise<Launch> => ({
    argv: await rival.configure(setup, root),
    environment,
  });
  const offersTls = rival.tlsProgram !== undefined && existsSync(join(root, rival.tlsProgram));
  return { contestant: { ...rival, version: packageVersion(rival.packageName, folder), offersTls, configure } };
}

/** The libraries that were unpacked beside the programs, under Debian's name for this kind of machine. */
export function libraryPath(root: string): Record<string, string> {
  const machine = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  return { LD_LIBRARY_PATH: `${join(root, 'usr/lib', machine)}:${join(root, 'lib', machine)}` };
}

export function packageVersion(name: string, folder: string): string {
  const list = join(folder, 'versions');
  const lines = existsSync(list) ? readFileSync(list, 'utf8').split('\n') : [];
  return lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? 'unknown version';
}

async function configureVsftpd(setup: Setup, root: string): Promise<Launch['argv']> {
  const empty = join(setup.folder, 'empty');
  const file = join(setup.folder, 'vsftpd.conf');
  await mkdir(empty);
  // Its local accounts need PAM, so anonymous it is, with leave to write, as a user whose home exists.
  // The seccomp sandbox predates current kernels.
  const settings = {
    listen: 'YES',
    listen_address: '127.0.0.1',
    listen_port: setup.port,
    background: 'NO',
    seccomp_sandbox: 'NO',
    anonymous_enable: 'YES',
    local_enable: 'NO',
    ftp_username: 'daemon',
    anon_root: setup.root,
    write_enable: 'YES',
    anon_upload_enable: 'YES',
    anon_mkdir_write_enable: 'YES',
    anon_other_write_enable: 'YES',
    allow_writeable_chroot: 'YES',
    secure_chroot_dir: empty,
    use_sendfile: 'YES',
    xferlog_enable: 'NO',
    max_clients: 0,
    max_per_ip: 0,
    idle_session_timeout: 3600,
    ...(setup.tls === undefined ? {} : vsftpdTls(setup.tls)),
  };
  await writeFile(
    file,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  return [join(root, 'usr/sbin/vsftpd'), file];
}

/** Session reuse stays required, as it is by default: the client resumes. */
function vsftpdTls({ certificate, key }: Certificate): Record<string, string> {
  return {
    ssl_enable: 'YES',
    allow_anon_ssl: 'YES',
    rsa_cert_file: certificate,
    rsa_private_key_file: key,
    // The built-in list is for TLS 1.2 and older; TLS 1.3 has its own.
    ssl_ciphers: 'HIGH',
  };
}

async function configureProftpd(setup: Setup, root: string): Promise<Launch['argv']> {
  const file = join(setup.folder, 'proftpd.conf');
  // No logs, no name look-ups, no deliberate login delay; the listing limit is raised above the benchmark's directory.
  await writeFile(
    file,
    `ServerType standalone
ServerName bench
DefaultServer on
DefaultAddress 127.0.0.1
Port ${setup.port}
UseIPv6 off
ModulePath ${join(root, 'usr/lib/proftpd')}
${setup.tls === undefined ? '' : proftpdTls(setup.tls)}PidFile ${setup.folder}/pid
ScoreboardFile ${setup.folder}/scoreboard
DelayTable none
SystemLog none
TransferLog none
WtmpLog off
UseReverseDNS off
UseFtpUsers off
MaxInstances none
TimeoutIdle 3600
TimeoutNoTransfer 3600
TimeoutLogin 600
User nobody
Group nogroup
AuthOrder mod_auth_file.c mod_auth_unix.c
UseSendfile on
ListOptions "" maxfiles 10000000 maxdirs 10000000
<IfModule mod_delay.c>
  DelayEngine off
</IfModule>
<Anonymous ${setup.root}>
  User nobody
  Group nogroup
  UserAlias anonymous nobody
  AllowOverwrite on
  RequireValidShell off
</Anonymous>
`,
  );
  return [join(root, 'usr/sbin/proftpd'), '--nodaemon', '--quiet', '--config', file];
}

function proftpdTls({ certificate, key }: Certificate): string {
  return `LoadModule mod_tls.c
TLSEngine on
TLSProtocol TLSv1.3
TLSECCertificateFile ${certificate}
TLSECCertificateKeyFile ${key}
TLSLog none
`;
}

async function configurePureFtpd(setup: Setup, root: string): Promise<Launch['argv']> {
  const accounts = join(setup.folder, 'accounts');
  const database = join(setup.folder, 'accounts.pdb');
  await writeFile(accounts, `${NAMED.user}:${CHEAP_HASH}:65534:65534::${setup.root}/./::::::::::::\n`);
  await run(join(root, 'usr/bin/pure-pw'), ['mkdb', database, '-f', accounts], { env: libraryPath(root) });
  // prettier-ignore
  return [
    join(root, 'usr/sbin/pure-ftpd'),
    '--bind', `127.0.0.1,${setup.port}`,
    '--ipv4only',
    '--login', `puredb:${database}`,
    '--minuid', '1',
    '--noanonymous',
    '--dontresolve',
    '--maxclientsnumber', '100000',
    '--maxclientsperip', '100000',
    '--maxidletime', '60',
    '--limitrecursion', '1000000:10',
    '--pidfile', join(setup.folder, 'pid'),
    '--syslogfacility', 'none',
    ...(setup.tls === undefined ? [] : ['--tls', '1', '--certfile', setup.tls.together]),
  ];
}

async function configurePyftpdlib(setup: Setup, root: string): Promise<Launch['argv']> {
  const file = join(setup.folder, 'server.py');
  await writeFile(
    file,
    `import logging, sys
sys.path.append(${JSON.stringify(join(root, 'usr/lib/python3/dist-packages'))})
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
logging.basicConfig(level=logging.ERROR)
authorizer = DummyAuthorizer()
authorizer.add_user('${NAMED.user}', '${NAMED.password}', ${JSON.stringify(setup.root)}, perm='elradfmwMT')
authorizer.add_anonymous(${JSON.stringify(setup.root)})
FTPHandler.authorizer = authorizer
FTPHandler.timeout = 3600
FTPHandler.use_sendfile = True
server = FTPServer(('127.0.0.1', ${setup.port}), FTPHandler, backlog=1024)
server.max_cons = 100000
server.max_cons_per_ip = 0
server.serve_forever()
`,
  );
  // The packages are built for Debian's own Python, not for one that stands before it in PATH.
  return ['/usr/bin/python3', file];
}
