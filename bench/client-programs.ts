/** The clients that Portcall's is measured beside: one row each, and the command lines that make them do the same. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ClientProgram, Errand, Pair } from './client-program.ts';
import { PORTCALL } from './portcall.ts';

const HERE = import.meta.dirname;
const HOST = '127.0.0.1';

const addressOf = ({ port, account }: Errand, scheme = 'ftp'): string =>
  `${scheme}://${encodeURIComponent(account.user)}:${encodeURIComponent(account.password)}@${HOST}:${port}`;

function portcall(program: string): ClientProgram {
  // The certificate is made for the run and trusted by nobody: no client verifies it.
  const trust = ({ protection }: Errand): string[] => (protection === 'tls' ? ['--insecure'] : []);
  const url = (errand: Errand, path: string): string =>
    `${addressOf(errand, errand.protection === 'tls' ? 'ftps' : 'ftp')}${path}`;
  const { version } = JSON.parse(readFileSync(join(HERE, '..', 'package.json'), 'utf8')) as { version: string };
  const line = (...words: string[]): [string, ...string[]] => [process.execPath, program, ...words];
  return {
    name: PORTCALL,
    version,
    speaksTls: true,
    get: (errand, { local, remote }) => line('get', ...trust(errand), url(errand, remote), '-o', local),
    put: (errand, { local, remote }) => line('put', ...trust(errand), local, url(errand, remote)),
    getAll: (errand, { local, remote }, { connections }) =>
      line('get', '-r', '--parallel', String(connections), url(errand, `${remote}/`), '-o', local),
    putAll: (errand, { local, remote }, { connections }) =>
      line('put', '-r', '--parallel', String(connections), local, url(errand, `${dirname(remote)}/`)),
  };
}

function curl(): ClientProgram {
  const trust = ({ protection }: Errand): string[] => (protection === 'tls' ? ['--ssl-reqd', '-k'] : []);
  const base = ['curl', '-sS', '--fail-early'] as const;
  const parallel = (connections: number): string[] =>
    connections === 1 ? [] : ['-Z', '--parallel-immediate', '--parallel-max', String(connections)];
  const names = (count: number): string => `f[00000-${String(count - 1).padStart(5, '0')}]`;
  return {
    name: 'curl',
    version: versionOf('curl', ['--version']),
    speaksTls: true,
    get: (errand, { local, remote }) => [...base, ...trust(errand), '-o', local, `${addressOf(errand)}${remote}`],
    put: (errand, { local, remote }) => [...base, ...trust(errand), '-T', local, `${addressOf(errand)}${remote}`],
    getAll: (errand, { local, remote }, { connections, count }) =>
      // prettier-ignore
      [...base, ...parallel(connections), '--create-dirs', '--output-dir', local, '--remote-name-all', `${addressOf(errand)}${remote}/${names(count)}`],
    putAll: (errand, { local, remote }, { connections, count }) =>
      // prettier-ignore
      [...base, ...parallel(connections), '--ftp-create-dirs', '-T', `${local}/${names(count)}`, `${addressOf(errand)}${remote}/`],
  };
}

function lftp(): ClientProgram {
  const line = ({ port, account, protection }: Errand, command: string): readonly [string, ...string[]] => {
    const secure =
      protection === 'tls' ? 'set ftp:ssl-force yes; set ssl:verify-certificate no' : 'set ftp:ssl-allow no';
    const login = `open -u '${account.user},${account.password}' ftp://${HOST}:${port}`;
    return ['lftp', '-c', `${secure}; set net:max-retries 1; set cmd:fail-exit yes; ${login}; ${command}`];
  };
  return {
    name: 'lftp',
    version: versionOf('lftp', ['--version']),
    speaksTls: true,
    get: (errand, { local, remote }) => line(errand, `get ${remote} -o ${local}`),
    put: (errand, { local, remote }) => line(errand, `put ${local} -o ${remote}`),
    getAll: (errand, { local, remote }, { connections }) => line(errand, `mirror -P${connections} ${remote} ${local}`),
    putAll: (errand, { local, remote }, { connections }) =>
      line(errand, `mirror -R -P${connections} ${local} ${remote}`),
  };
}

function ncftp(): ClientProgram {
  const login = ({ port, account }: Errand): string[] =>
    // prettier-ignore
    ['-u', account.user, '-p', account.password, '-P', String(port), '-V', '-r', '1'];
  return {
    name: 'ncftp',
    version: versionOf('ncftpget', ['-v']),
    speaksTls: false,
    get: (errand, { local, remote }) => ['ncftpget', ...login(errand), HOST, dirname(local), remote],
    // It keeps the name of the local file.
    put: (errand, { local, remote }) => ['ncftpput', ...login(errand), HOST, dirname(remote), local],
    getAll: (errand, { local, remote }, { connections }) =>
      connections === 1 ? ['ncftpget', ...login(errand), '-R', HOST, dirname(local), remote] : undefined,
    putAll: (errand, { local, remote }, { connections }) =>
      connections === 1 ? ['ncftpput', ...login(errand), '-R', HOST, dirname(remote), local] : undefined,
  };
}

function basicFtp(): ClientProgram {
  const line = (errand: Errand, verb: string, { local, remote }: Pair): [string, ...string[]] => {
    const { port, account, protection } = errand;
    const script = join(HERE, 'client-basic-ftp.ts');
    return [process.execPath, script, String(port), account.user, account.password, protection, verb, local, remote];
  };
  const manifest = join(HERE, '..', 'node_modules', 'basic-ftp', 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return {
    name: 'basic-ftp',
    version,
    speaksTls: true,
    get: (errand, pair) => line(errand, 'get', pair),
    put: (errand, pair) => line(errand, 'put', pair),
    getAll: (errand, pair, { connections }) => (connections === 1 ? line(errand, 'getAll', pair) : undefined),
    putAll: (errand, pair, { connections }) => (connections === 1 ? line(errand, 'putAll', pair) : undefined),
  };
}

/** What it says of its version; throws when it is not installed. Some take the question for wrong usage, and answer. */
function versionOf(program: string, words: readonly string[]): string {
  const { error, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  return /\d+\.\d+[.\d]*/.exec(`${stdout}${stderr}`)?.[0] ?? 'unknown version';
}

const ROWS: readonly (readonly [string, (program: string) => ClientProgram])[] = [
  [PORTCALL, portcall],
  ['curl', curl],
  ['lftp', lftp],
  ['ncftp', ncftp],
  ['basic-ftp', basicFtp],
];

export const CLIENT_NAMES: readonly string[] = ROWS.map(([name]) => name);

/** Those of them that are here, and a sentence for each that is not. */
export function clientPrograms(
  names: readonly string[],
  program: string,
): { readonly clients: readonly ClientProgram[]; readonly absent: readonly string[] } {
  const clients: ClientProgram[] = [];
  const absent: string[] = [];
  for (const [name, make] of ROWS.filter(([name]) => names.includes(name)))
    try {
      clients.push(make(program));
    } catch {
      absent.push(`${name} is left out: it is not installed`);
    }
  return { clients, absent };
}
