/** pyftpdlib: a server in Python that runs as anybody. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Peer, PeerSetup } from './peer.ts';

const PACKAGES = 'usr/lib/python3/dist-packages';

export const pyftpdlib: Peer = {
  name: 'pyftpdlib',
  program: `${PACKAGES}/pyftpdlib`,
  needsRoot: false,
  account: { user: 'peer', password: 'secret' },
  home: '/',
  demandsResumption: false,
  configure,
};

async function configure(setup: PeerSetup): Promise<readonly [string, ...string[]]> {
  const file = join(setup.folder, 'server.py');
  await writeFile(file, program(setup));
  // The packages are built for Debian's own Python, not for one that stands before it in PATH.
  return ['/usr/bin/python3', file];
}

const program = ({ packages, root, port, tls }: PeerSetup): string => `import logging, sys
sys.path.append(${JSON.stringify(join(packages, PACKAGES))})
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import ${tls === undefined ? 'FTPHandler as Handler' : 'TLS_FTPHandler as Handler'}
from pyftpdlib.servers import FTPServer
logging.basicConfig(level=logging.ERROR)
authorizer = DummyAuthorizer()
authorizer.add_user('${pyftpdlib.account.user}', '${pyftpdlib.account.password}', ${JSON.stringify(root)}, perm='elradfmwMT')
Handler.authorizer = authorizer
${tls === undefined ? '' : `Handler.certfile = ${JSON.stringify(tls.together)}\n`}FTPServer(('127.0.0.1', ${port}), Handler).serve_forever()
`;
