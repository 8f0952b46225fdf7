/** The TFTP servers of a run: Portcall as a user starts it, and the rivals. */
import { createSocket } from 'node:dgram';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getuid } from 'node:process';
import type { Contestant, Launch, Setup } from './contestant.ts';
import { PORTCALL } from './portcall.ts';
import { libraryPath, packageVersion } from './rivals.ts';
import { ownLoopback, TFTP_RIVALS, type TftpRival } from './tftp-rivals.ts';

export interface TftpContestant extends Pick<Contestant, 'name' | 'version' | 'configure'> {
  readonly host: string;
  readonly writes: 'yes' | 'no';
  /** Whether it grants windows (RFC 7440). */
  readonly windows: 'yes' | 'no';
}

export type TftpInvitation = { readonly contestant: TftpContestant } | { readonly absent: string };

const HOST = '127.0.0.1';

/** Everybody may write, as with the rivals; and thousands of requests from one address are no attack here. */
const CONFIGURATION = `networks:
  - clients: any
    allow:
      - path: /
        access: read-write
limits:
  connections: 20000
  connectionsPerAddress: 20000
  connectionsPerMinutePerAddress: 1000000
`;

export function inviteTftpPortcall(program: string): TftpInvitation {
  if (!existsSync(program)) return { absent: `portcall is left out: there is no ${program}` };
  const manifest = join(import.meta.dirname, '..', 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const configure = (setup: Setup): Promise<Launch> => configurePortcall(program, setup);
  return { contestant: { name: PORTCALL, version, host: HOST, writes: 'yes', windows: 'yes', configure } };
}

async function configurePortcall(program: string, { folder, root }: Setup): Promise<Launch> {
  const file = join(folder, 'portcall.yaml');
  const readyFile = join(folder, 'ready.json');
  const state = join(folder, 'state');
  await writeFile(file, CONFIGURATION);
  await mkdir(state);
  // prettier-ignore
  const argv: Launch['argv'] = [
    process.execPath, program, 'serve', '--config', file, '--listen', `tftp://${HOST}:0`, '--root', root,
    '--state', state, '--ready-file', readyFile,
  ];
  return { argv, readyFile, answers: (port) => answers(HOST, port) };
}

export function inviteTftpRivals(names: readonly string[], folder: string): TftpInvitation[] {
  return TFTP_RIVALS.filter(({ name }) => names.includes(name)).map((rival) => invite(rival, folder));
}

function invite(rival: TftpRival, folder: string): TftpInvitation {
  const { name, packageName, writes, windows, fixedPort } = rival;
  const root = join(folder, 'root');
  const program = join(root, rival.program);
  if (!existsSync(program))
    return { absent: `${name} is left out: it is not in ${folder}; fetch it with bench/get-rivals.sh` };
  if (getuid?.() !== 0) return { absent: `${name} is left out: it starts only as root, so run the benchmark as root` };
  const host = fixedPort === undefined ? HOST : ownLoopback(process.pid);
  const configure = (setup: Setup): Promise<Launch> => {
    const port = fixedPort ?? setup.port;
    const argv: Launch['argv'] = [program, ...rival.words({ root: setup.root, host, port })];
    return Promise.resolve({ argv, environment: libraryPath(root), port, answers: (asked) => answers(host, asked) });
  };
  return { contestant: { name, version: packageVersion(packageName, folder), host, writes, windows, configure } };
}

/** Whether it says of a file that is not there that it is not there. */
async function answers(host: string, port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  const seen = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => seen.resolve(false), 200);
  socket.on('error', () => seen.resolve(false));
  socket.on('message', () => seen.resolve(true));
  socket.send('\0\x01nothing\0octet\0', port, host);
  const hasAnswered = await seen.promise;
  clearTimeout(timer);
  socket.close();
  return hasAnswered;
}
