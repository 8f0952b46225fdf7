/** ProFTPD: an anonymous area with leave to write, times, modes and hashes. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Peer, PeerSetup } from './peer.ts';

export const proftpd: Peer = {
  name: 'proftpd',
  program: 'usr/sbin/proftpd',
  needsRoot: true,
  account: { user: 'anonymous', password: 'test@localhost' },
  home: '/',
  demandsResumption: true,
  configure,
};

async function configure(setup: PeerSetup): Promise<readonly [string, ...string[]]> {
  const file = join(setup.folder, 'proftpd.conf');
  await writeFile(file, configuration(setup));
  return [join(setup.packages, proftpd.program), '--nodaemon', '--quiet', '--config', file];
}

/** No logs, no names looked up, no deliberate delay at the login. */
const configuration = ({ folder, root, port, packages, tls }: PeerSetup): string => `ServerType standalone
ServerName peer
DefaultServer on
DefaultAddress 127.0.0.1
Port ${port}
UseIPv6 off
ModulePath ${join(packages, 'usr/lib/proftpd')}
LoadModule mod_digest.c
${tls === undefined ? '' : encryption(tls)}PidFile ${folder}/pid
ScoreboardFile ${folder}/scoreboard
DelayTable none
SystemLog none
TransferLog none
WtmpLog off
UseReverseDNS off
UseFtpUsers off
MaxInstances none
User nobody
Group nogroup
AuthOrder mod_auth_file.c mod_auth_unix.c
DigestAlgorithms CRC32 MD5 SHA1 SHA256 SHA512
<IfModule mod_delay.c>
  DelayEngine off
</IfModule>
<Anonymous ${root}>
  User nobody
  Group nogroup
  UserAlias anonymous nobody
  AllowOverwrite on
  AllowStoreRestart on
  Umask 022
  RequireValidShell off
</Anonymous>
`;

/** It demands resumed data connections unless told otherwise. */
const encryption = ({ certificate, key }: NonNullable<PeerSetup['tls']>): string => `LoadModule mod_tls.c
TLSEngine on
TLSProtocol TLSv1.2 TLSv1.3
TLSECCertificateFile ${certificate}
TLSECCertificateKeyFile ${key}
TLSLog none
`;
