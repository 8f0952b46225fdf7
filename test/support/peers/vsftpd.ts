/** vsftpd: anonymous with leave to write, because its accounts need PAM. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Peer, PeerSetup } from './peer.ts';

export const vsftpd: Peer = {
  name: 'vsftpd',
  program: 'usr/sbin/vsftpd',
  needsRoot: true,
  account: { user: 'anonymous', password: 'test@localhost' },
  home: '/files',
  demandsResumption: true,
  configure,
};

async function configure(setup: PeerSetup): Promise<readonly [string, ...string[]]> {
  const empty = join(setup.folder, 'empty');
  const file = join(setup.folder, 'vsftpd.conf');
  await mkdir(empty);
  // Its seccomp sandbox predates current kernels.
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
    anon_world_readable_only: 'NO',
    anon_umask: '022',
    allow_writeable_chroot: 'YES',
    secure_chroot_dir: empty,
    xferlog_enable: 'NO',
    max_clients: 0,
    max_per_ip: 0,
    ...(setup.tls && {
      ssl_enable: 'YES',
      allow_anon_ssl: 'YES',
      require_ssl_reuse: 'YES',
      rsa_cert_file: setup.tls.certificate,
      rsa_private_key_file: setup.tls.key,
      ssl_ciphers: 'HIGH',
    }),
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
  await writeFile(file, lines.join(''));
  return [join(setup.packages, vsftpd.program), file];
}
