/** Portcall as a contestant: started the way a user starts it. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Invitation, Launch, Setup } from './contestant.ts';

export const PORTCALL = 'portcall';

const ACCOUNT = { user: 'bench', password: 'bench' };
const ANONYMOUS = { user: 'anonymous', password: 'bench@localhost' };

/** Only what the benchmark itself would run into: thousands of sessions from one address, idle for minutes. */
const CONFIGURATION = `limits:
  connections: 20000
  connectionsPerAddress: 20000
  connectionsPerMinutePerAddress: 1000000
  loginsPerMinutePerAddress: 1000000
  idleSeconds: 3600
`;

export function invitePortcall(program: string): Invitation {
  if (!existsSync(program)) return { absent: `portcall is left out: there is no ${program}` };
  const manifest = join(import.meta.dirname, '..', 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return {
    contestant: {
      name: PORTCALL,
      version,
      account: ACCOUNT,
      anonymous: ANONYMOUS,
      passwordCheck: 'argon2id',
      offersTls: true,
      configure: (setup) => configure(program, setup),
    },
  };
}

async function configure(program: string, setup: Setup): Promise<Launch> {
  const file = join(setup.folder, 'portcall.yaml');
  const readyFile = join(setup.folder, 'ready.json');
  const state = join(setup.folder, 'state');
  await writeFile(file, CONFIGURATION);
  await mkdir(state);
  // prettier-ignore
  const argv: Launch['argv'] = [
    process.execPath, program, 'serve',
    '--config', file,
    '--listen', 'ftp://127.0.0.1:0',
    '--root', setup.root,
    '--user', `${ACCOUNT.user}:${ACCOUNT.password}`,
    '--anonymous',
    '--state', state,
    '--ready-file', readyFile,
    ...(setup.tls === undefined ? [] : ['--certificate', setup.tls.certificate, '--key', setup.tls.key]),
  ];
  return { argv, readyFile };
}
