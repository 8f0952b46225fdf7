/** Pure-FTPd: one account of its own database. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runWell } from '../program.ts';
import { librariesOf } from './packages.ts';
import type { Peer, PeerSetup } from './peer.ts';

export const pureFtpd: Peer = {
  name: 'pure-ftpd',
  program: 'usr/sbin/pure-ftpd',
  needsRoot: true,
  account: { user: 'peer', password: 'bench' },
  home: '/',
  demandsResumption: false,
  configure,
};

/** `bench` as md5crypt: the hash that pure-pw makes by itself costs about a second for each login. */
const CHEAP_HASH = '$1$portcall$N40yz0KKkQoqRRwLZ6qYo.';

async function configure(setup: PeerSetup): Promise<readonly [string, ...string[]]> {
  const accounts = join(setup.folder, 'accounts');
  const database = join(setup.folder, 'accounts.pdb');
  await writeFile(accounts, `${pureFtpd.account.user}:${CHEAP_HASH}:65534:65534::${setup.root}/./::::::::::::\n`);
  const compiler = join(setup.packages, 'usr/bin/pure-pw');
  await runWell(compiler, ['mkdb', database, '-f', accounts], { env: librariesOf(setup.packages) });
  // prettier-ignore
  return [
    join(setup.packages, pureFtpd.program),
    '--bind', `127.0.0.1,${setup.port}`,
    '--ipv4only',
    '--login', `puredb:${database}`,
    '--minuid', '1',
    '--noanonymous',
    '--dontresolve',
    '--umask', '133:022',
    '--maxclientsnumber', '100',
    '--maxclientsperip', '100',
    '--limitrecursion', '1000000:10',
    '--pidfile', join(setup.folder, 'pid'),
    '--syslogfacility', 'none',
    ...(setup.tls === undefined ? [] : ['--tls', '1', '--certfile', setup.tls.together]),
  ];
}
