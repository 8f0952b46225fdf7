/** The TFTP servers that others wrote, each started for one test over a folder that is thrown away. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { ownLoopback, type TftpPlace, TFTP_RIVALS, type TftpRival } from '../../../bench/tftp-rivals.ts';
import { eventually } from '../wait.ts';
import { endTree } from './end-tree.ts';
import { librariesOf, packagesFolder, packagesRoot } from './packages.ts';

export type TftpPeer = TftpRival;
export const TFTP_PEERS: readonly TftpPeer[] = TFTP_RIVALS;

/** Why it cannot run here, as a sentence; `undefined` when it can. */
function obstacleOf({ name, program }: TftpPeer): string | undefined {
  if (!existsSync(join(packagesRoot(), program)))
    return `${name} is not in ${packagesFolder()}; fetch it with bench/get-rivals.sh`;
  return process.getuid?.() === 0 ? undefined : `${name} starts only as root`;
}

/** For the options of a test: skipped without the server, unless this is CI, where it then fails for want of it. */
export const needsTftpPeer = (peer: TftpPeer): { readonly skip: string | false } => ({
  skip: process.env['CI'] === undefined ? (obstacleOf(peer) ?? false) : false,
});

export interface RunningTftpPeer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** The folder that is served, in which all may write. */
  readonly root: string;
}

/** Another program may take the port between the look and the start. */
const ATTEMPTS = 3;
const START_MS = 5_000;

/** Starts it; rejects when it does not answer within five seconds. */
export async function startTftpPeer(peer: TftpPeer): Promise<RunningTftpPeer> {
  const obstacle = obstacleOf(peer);
  if (obstacle !== undefined) throw new Error(obstacle);
  const root = await mkdtemp(join(tmpdir(), `portcall-${peer.name}-`));
  // It runs as somebody else.
  await chmod(root, 0o777);
  for (let attempt = 1; ; attempt += 1) {
    const place = { root, ...(await placeFor(peer)) };
    const child = launch(peer, place);
    try {
      await eventually(() => isAlive(child) && answers(place), `${peer.name} answers`, START_MS);
      return running(child, place);
    } catch (error) {
      await endTree(child);
      if (attempt < ATTEMPTS) continue;
      await rm(root, { recursive: true, force: true });
      throw error;
    }
  }
}

/** An address of loopback that only this process uses, or a port that was free a moment ago. */
async function placeFor({ fixedPort }: TftpPeer): Promise<{ readonly host: string; readonly port: number }> {
  if (fixedPort !== undefined) return { host: ownLoopback(process.pid), port: fixedPort };
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return { host: '127.0.0.1', port };
}

function launch(peer: TftpPeer, place: TftpPlace): ChildProcess {
  const env = { PATH: process.env['PATH'], ...librariesOf(packagesRoot()) };
  const program = join(packagesRoot(), peer.program);
  return spawn(program, peer.words(place), { env, detached: true, stdio: 'ignore' });
}

function isAlive(child: ChildProcess): boolean {
  if (child.exitCode !== null || child.pid === undefined) throw new Error(`it ended with ${String(child.exitCode)}`);
  return true;
}

/** Whether a file that is not there is said not to be there. */
async function answers({ host, port }: TftpPlace): Promise<boolean> {
  const socket = createSocket('udp4');
  const seen = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => seen.resolve(false), 100);
  socket.on('error', () => seen.resolve(false));
  socket.on('message', () => seen.resolve(true));
  socket.send('\0\x01nothing\0octet\0', port, host);
  const hasAnswered = await seen.promise;
  clearTimeout(timer);
  socket.close();
  return hasAnswered;
}

function running(child: ChildProcess, { root, host, port }: TftpPlace): RunningTftpPeer {
  return {
    root,
    host,
    port,
    async [Symbol.asyncDispose]() {
      await endTree(child);
      await rm(root, { recursive: true, force: true });
    },
  };
}
