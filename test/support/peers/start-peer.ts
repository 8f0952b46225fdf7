/** Starts a server that others wrote for the tests of one file: on loopback, over a folder that is thrown away. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { TestPair } from '../certificates.ts';
import { eventually } from '../wait.ts';
import { endTree } from './end-tree.ts';
import { librariesOf, obstacleOf, packagesRoot } from './packages.ts';
import type { Peer, PeerAccount, PeerCertificate } from './peer.ts';

const HOST = '127.0.0.1';
/** Another program may take the port between the look and the start. */
const ATTEMPTS = 3;
const START_MS = 5000;

export interface RunningPeer extends AsyncDisposable {
  readonly name: Peer['name'];
  readonly host: string;
  readonly port: number;
  readonly account: PeerAccount;
  /** The virtual path of the directory in which all may write, and the folder that it is. */
  readonly home: Peer['home'];
  readonly folder: string;
  /** What it said on its standard streams, for messages. */
  output(): string;
  /** Removes everything in that folder. */
  empty(): Promise<void>;
  /** SIGKILL for it and all its sessions. Never rejects; `restart` brings it back on the same port. */
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** With `tls` it offers explicit TLS with that certificate. Rejects when it does not answer within five seconds. */
export async function startPeer(peer: Peer, { tls }: { readonly tls?: TestPair } = {}): Promise<RunningPeer> {
  const obstacle = obstacleOf(peer);
  if (obstacle !== undefined) throw new Error(obstacle);
  const base = await mkdtemp(join(tmpdir(), `portcall-${peer.name}-`));
  const root = join(base, 'root');
  const folder = join(root, peer.home);
  await mkdir(folder, { recursive: true });
  // Its sessions run as somebody else, who must also pass through.
  for (const passed of [base, root]) await chmod(passed, 0o755);
  await chmod(folder, 0o777);
  try {
    const certificate = tls && (await writeCertificate(base, tls));
    return await firstThatStarts(peer, base, certificate);
  } catch (error) {
    await rm(base, { recursive: true, force: true });
    throw error;
  }
}

async function writeCertificate(folder: string, { certPem, keyPem }: TestPair): Promise<PeerCertificate> {
  const files: PeerCertificate = {
    certificate: join(folder, 'certificate.pem'),
    key: join(folder, 'key.pem'),
    together: join(folder, 'together.pem'),
  };
  await writeFile(files.certificate, certPem);
  // A key that everyone may read is refused by some.
  await writeFile(files.key, keyPem, { mode: 0o600 });
  await writeFile(files.together, `${keyPem}${certPem}`, { mode: 0o600 });
  return files;
}

async function firstThatStarts(peer: Peer, base: string, tls: PeerCertificate | undefined): Promise<RunningPeer> {
  for (let attempt = 1; ; attempt += 1) {
    const folder = join(base, `state-${attempt}`);
    await mkdir(folder);
    const port = await freePort();
    const packages = packagesRoot();
    const argv = await peer.configure({ packages, folder, root: join(base, 'root'), port, tls });
    const life = new PeerLife(argv, port);
    try {
      await life.begin();
      return running(peer, life, base);
    } catch (error) {
      await life.end();
      if (attempt === ATTEMPTS) throw new Error(`${peer.name} does not start: ${life.output}`, { cause: error });
    }
  }
}

function running(peer: Peer, life: PeerLife, base: string): RunningPeer {
  const folder = join(base, 'root', peer.home);
  return {
    name: peer.name,
    host: HOST,
    port: life.port,
    account: peer.account,
    home: peer.home,
    folder,
    output: () => life.output,
    async empty() {
      for (const name of await readdir(folder, { encoding: 'buffer' }))
        await rm(Buffer.concat([Buffer.from(`${folder}/`), name]), { recursive: true, force: true });
    },
    kill: () => life.end(),
    restart: () => life.begin(),
    async [Symbol.asyncDispose]() {
      await life.end();
      await rm(base, { recursive: true, force: true });
    },
  };
}

/** The process of a peer and its sessions, which are a group of their own. */
class PeerLife {
  readonly port: number;
  readonly #argv: readonly [string, ...string[]];
  #child: ChildProcess | undefined;
  output = '';

  constructor(argv: readonly [string, ...string[]], port: number) {
    this.#argv = argv;
    this.port = port;
  }

  async begin(): Promise<void> {
    const [program, ...rest] = this.#argv;
    const env = { PATH: process.env['PATH'], ...librariesOf(packagesRoot()) };
    const child = spawn(program, rest, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (this.output = `${this.output}${text}`.slice(-4000)));
    child.on('error', (error) => (this.output += error.message));
    await eventually(
      () => {
        if (child.exitCode !== null || child.pid === undefined) throw new Error(`it ended: ${this.output}`);
        return greets(this.port);
      },
      'the server answers',
      START_MS,
    );
  }

  async end(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child !== undefined) await endTree(child);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const address = server.address();
  const closed = once(server, 'close');
  server.close();
  await closed;
  if (address === null || typeof address === 'string') throw new Error('no address');
  return address.port;
}

async function greets(port: number): Promise<boolean> {
  const socket = connect(port, HOST);
  const seen = Promise.withResolvers<boolean>();
  socket.on('error', () => seen.resolve(false));
  socket.on('close', () => seen.resolve(false));
  socket.on('data', (bytes: Buffer) => seen.resolve(bytes.toString('latin1').startsWith('220')));
  const greeted = await seen.promise;
  socket.destroy();
  return greeted;
}
