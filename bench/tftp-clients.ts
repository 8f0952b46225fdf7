/** The TFTP clients that Portcall's is measured beside, before one server: whole runs of programs. */
import { readFileSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { measured } from './client-program.ts';
import type { Sample } from './measurement.ts';
import { PORTCALL } from './portcall.ts';
import { sha256 } from './workload.ts';

type Argv = readonly [string, ...string[]];

export interface TftpErrand {
  readonly host: string;
  readonly port: number;
  readonly blockBytes: number;
  readonly windowBlocks: number;
  readonly local: string;
  readonly remote: string;
}

export interface TftpClient {
  readonly name: string;
  readonly version: string;
  /** Undefined where it cannot be told to ask for that. */
  readonly line: (direction: 'get' | 'put', errand: TftpErrand) => Argv | undefined;
}

function portcall(program: string): TftpClient {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return {
    name: PORTCALL,
    version,
    line(direction, { host, port, blockBytes, windowBlocks, local, remote }) {
      const url = `tftp://${host}:${port}/${remote}`;
      const options = ['--blksize', String(blockBytes), '--window', String(windowBlocks)];
      const places = direction === 'get' ? [url, '-o', local] : [local, url];
      return [process.execPath, program, direction, '--quiet', ...options, ...places];
    },
  };
}

const curl: TftpClient = {
  name: 'curl',
  version: versionOf('curl', /curl (\S+)/, '--version'),
  line(direction, { host, port, blockBytes, windowBlocks, local, remote }) {
    const way = direction === 'get' ? '-o' : '-T';
    const url = `tftp://${host}:${port}/${remote}`;
    return windowBlocks > 1 ? undefined : ['curl', '-sS', '--tftp-blksize', String(blockBytes), way, local, url];
  },
};

const atftp: TftpClient = {
  name: 'atftp',
  version: versionOf('atftp', /atftp-(\S+)/, '--version'),
  line: (direction, { host, port, blockBytes, windowBlocks, local, remote }) =>
    // prettier-ignore
    [
      'atftp', '--option', `blksize ${blockBytes}`, ...(windowBlocks > 1 ? ['--option', `windowsize ${windowBlocks}`] : []),
      `--${direction}`, '--local-file', local, '--remote-file', remote, host, String(port),
    ],
};

const hpa: TftpClient = {
  name: 'tftp-hpa',
  version: versionOf('tftp', /tftp-hpa (\S+?),/, '-V'),
  line(direction, { host, port, blockBytes, windowBlocks, local, remote }) {
    const [from, to] = direction === 'get' ? [remote, local] : [local, remote];
    return blockBytes !== 512 || windowBlocks > 1
      ? undefined
      : ['tftp', '-4', '-m', 'octet', host, String(port), '-c', direction, from, to];
  },
};

function versionOf(program: string, pattern: RegExp, word: string): string {
  const { stdout, stderr } = spawnSync(program, [word], { encoding: 'utf8' });
  return pattern.exec(`${stdout}${stderr}`)?.[1] ?? 'missing';
}

/** Those that are installed. */
export const tftpClients = (program: string): readonly TftpClient[] =>
  [portcall(program), curl, atftp, hpa].filter(({ version }) => version !== 'missing');

const MIB = 1024 * 1024;

/** What each is asked for: windows only where both sides know them. */
const WISHES = [
  [512, 1],
  [1428, 1],
  [8192, 1],
  [1428, 16],
] as const;

export interface TftpClientStage {
  readonly client: TftpClient;
  readonly server: { readonly host: string; readonly port: number; readonly name: string };
  /** The folder that is served, with `one` in it, and one of the client's own. */
  readonly root: string;
  readonly home: string;
  readonly sizeMiB: number;
  readonly runner: string;
}

/** All that this client can be asked. */
export async function measureTftpClient(stage: TftpClientStage): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const direction of ['get', 'put'] as const)
    for (const [blockBytes, windowBlocks] of WISHES)
      samples.push(...(await move(stage, direction, { blockBytes, windowBlocks })));
  return samples;
}

async function move(
  { client, server, root, home, sizeMiB, runner }: TftpClientStage,
  direction: 'get' | 'put',
  { blockBytes, windowBlocks }: Pick<TftpErrand, 'blockBytes' | 'windowBlocks'>,
): Promise<Sample[]> {
  const original = join(root, 'one');
  const [local, remote] = direction === 'get' ? [join(home, 'one'), 'one'] : [original, 'up/new'];
  const { host, port } = server;
  const argv = client.line(direction, { host, port, blockBytes, windowBlocks, local, remote });
  if (argv === undefined) return [];
  const taken = await measured(runner, argv, home);
  const moved = direction === 'get' ? local : join(root, remote);
  if ((await stat(moved)).size !== sizeMiB * MIB || (await sha256(moved)) !== (await sha256(original)))
    throw new Error(`${direction}, ${blockBytes} × ${windowBlocks}: what was moved is not what was there`);
  await rm(moved);
  const label = `client: ${direction} ${sizeMiB} MiB, ${blockBytes} × ${windowBlocks}, ${server.name}`;
  return [
    { row: { label, unit: 'MiB/s', better: 'more' }, value: sizeMiB / taken.seconds },
    { row: { label: `${label}: CPU`, unit: 's', better: 'less' }, value: taken.cpuSeconds },
  ];
}
