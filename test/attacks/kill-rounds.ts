/** Moves a file while one of the two sides is killed at random moments, until it has arrived; then looks at every byte. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { type Serving, serving } from '../program/portcall.ts';
import type { Peer } from '../support/peers/peer.ts';
import { startPeer } from '../support/peers/start-peer.ts';
import { sampleBytes, sha256 } from '../support/tree.ts';

/** A transfer takes a quarter of a second when nobody is killed. */
const SIZE_BYTES = 4_000_000;
const RATE_BYTES = 16_000_000;
const LENGTH_MS = 250;
const PROGRAM = join(import.meta.dirname, 'move-file.ts');

/** A server that can be killed and brought back. */
interface Victim extends AsyncDisposable {
  readonly account: { readonly user: string; readonly password: string };
  /** The path of the file on it, and where it lies on this machine. */
  readonly remote: string;
  readonly local: string;
  port(): number;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

export interface KillPlan {
  /** Undefined is our own server. */
  readonly peer?: Peer;
  readonly direction: 'get' | 'put';
  readonly killed: 'client' | 'server';
  readonly kills: number;
  readonly seed: number;
}

/** Numbers from 0 to 1 that a seed gives again (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Resolves to how many bytes an attempt that came to its end did not have to move again, at most. */
export async function surviveKills({ peer, direction, killed, kills, seed }: KillPlan): Promise<number> {
  const random = randomOf(seed);
  const folder = mkdtempSync(join(tmpdir(), 'portcall-kills-'));
  try {
    await using victim = peer === undefined ? await ourServer(folder) : await theirServer(peer);
    const content = sampleBytes(SIZE_BYTES, seed);
    const [source, target] =
      direction === 'get' ? [victim.local, join(folder, 'file')] : [join(folder, 'file'), victim.local];
    writeFileSync(source, content);
    let continuedBytes = 0;
    const look = (attempt: Attempt): void => {
      continuedBytes = Math.max(continuedBytes, Number(/resumed at (\d+)/.exec(attempt.output())?.[1] ?? 0));
    };
    for (let kill = 0; kill < kills; kill += 1) {
      const attempt = move(direction, victim, folder);
      await Promise.race([attempt.begun, attempt.ended]);
      await Promise.race([delay(random() * LENGTH_MS), attempt.ended]);
      if (killed === 'client') attempt.child.kill('SIGKILL');
      else await victim.kill();
      await attempt.ended;
      look(attempt);
      if (killed === 'server') await victim.restart();
    }
    const last = move(direction, victim, folder);
    assert.equal(await last.ended, 0, last.output());
    const arrived = readFileSync(target);
    assert.equal(arrived.length, content.length);
    assert.equal(sha256(arrived), sha256(content));
    look(last);
    return continuedBytes;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Attempt {
  readonly child: ChildProcess;
  readonly begun: Promise<void>;
  readonly ended: Promise<number | null>;
  output(): string;
}

function move(direction: 'get' | 'put', victim: Victim, folder: string): Attempt {
  const { user, password } = victim.account;
  const words = [direction, String(victim.port()), user, password, victim.remote, folder, join(folder, 'state')];
  const child = spawn(process.execPath, [PROGRAM, ...words, String(RATE_BYTES)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const { promise: begun, resolve } = Promise.withResolvers<undefined>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('begun')) resolve(undefined);
    });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, begun, ended, output: () => output };
}

async function ourServer(folder: string): Promise<Victim> {
  const root = join(folder, 'served');
  mkdirSync(root);
  const begin = (): Promise<Serving> =>
    serving(['--listen', 'ftp://127.0.0.1:0', '--root', root, '--user', 'u:p'], { cwd: folder });
  let server = await begin();
  const kill = async (): Promise<void> => {
    server.child.kill('SIGKILL');
    await server.finished;
    rmSync(join(folder, 'ready.json'), { force: true });
  };
  return {
    account: { user: 'u', password: 'p' },
    remote: '/file',
    local: join(root, 'file'),
    port: () => server.ready.listeners[0]!.port,
    kill,
    async restart() {
      server = await begin();
    },
    [Symbol.asyncDispose]: kill,
  };
}

async function theirServer(peer: Peer): Promise<Victim> {
  const server = await startPeer(peer);
  const { account, home, folder } = server;
  return {
    account,
    remote: home === '/' ? '/file' : `${home}/file`,
    local: join(folder, 'file'),
    port: () => server.port,
    kill: () => server.kill(),
    restart: () => server.restart(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
