/** A contestant while it runs: started with a configuration of its own on a loopback port, ended by its process id. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtempDisposable } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Certificate } from './ftps.ts';
import type { Contestant, Launch } from './contestant.ts';
import { cpuSeconds, memory, processTree, stillRuns, type Memory } from './process-tree.ts';

const READY_MS = 20_000;
const QUIET_MS = 60_000;
const END_MS = 5_000;

type RunningChild = ChildProcess & { readonly pid: number };

export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly #child: RunningChild;
  readonly #folder: AsyncDisposable;

  private constructor(child: RunningChild, port: number, folder: AsyncDisposable) {
    this.#child = child;
    this.port = port;
    this.#folder = folder;
  }

  static async start(
    contestant: Pick<Contestant, 'name' | 'configure'>,
    root: string,
    tls?: Certificate,
  ): Promise<ServerProcess> {
    const folder = await mkdtempDisposable(join(tmpdir(), 'portcall-bench-server-'));
    await chmod(folder.path, 0o755);
    const freePort = await findFreePort();
    const launch = await contestant.configure({
      folder: folder.path,
      root,
      port: freePort,
      ...(tls === undefined ? {} : { tls }),
    });
    const log = join(folder.path, 'output');
    const child = await launchProcess(launch, log);
    try {
      return new ServerProcess(child, await waitUntilReady(child, launch, launch.port ?? freePort), folder);
    } catch (error) {
      await endTree(child);
      const said = readFileSync(log, 'utf8').trim().slice(-1000);
      await folder[Symbol.asyncDispose]();
      throw new Error(`${contestant.name} did not start: ${said}`, { cause: error });
    }
  }

  cpuSeconds(): number {
    return cpuSeconds(this.#child.pid);
  }

  memory(): Memory {
    return memory(this.#child.pid);
  }

  /** Waits until the processes of ended sessions are gone, so that their times are counted and their pages given back. */
  async quiet(processes: number): Promise<void> {
    const end = Date.now() + QUIET_MS;
    while (processTree(this.#child.pid).length > processes && Date.now() < end) await pause(50);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endTree(this.#child);
    await this.#folder[Symbol.asyncDispose]();
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function launchProcess(launch: Launch, log: string): Promise<RunningChild> {
  const output = createWriteStream(log);
  await once(output, 'open');
  const [program, ...words] = launch.argv;
  const child = spawn(program, words, {
    env: { ...process.env, ...launch.environment },
    stdio: ['ignore', output, output],
  });
  await once(child, 'spawn');
  output.close();
  return child as RunningChild;
}

/** The port on which it answers. */
async function waitUntilReady(child: ChildProcess, launch: Launch, port: number): Promise<number> {
  const end = Date.now() + READY_MS;
  const { answers = greets } = launch;
  while (Date.now() < end) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended at once');
    const readyPort = launch.readyFile === undefined ? port : portInFile(launch.readyFile);
    if (readyPort !== undefined && (await answers(readyPort))) return readyPort;
    await pause(50);
  }
  throw new Error(`no greeting within ${READY_MS / 1000} seconds`);
}

function portInFile(path: string): number | undefined {
  if (!existsSync(path)) return undefined;
  const { listeners } = JSON.parse(readFileSync(path, 'utf8')) as { listeners: { port: number }[] };
  return listeners[0]?.port;
}

async function greets(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    const [bytes] = (await once(socket, 'data', { signal: AbortSignal.timeout(2000) })) as [Buffer];
    return bytes.toString('latin1').startsWith('220');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Asks, waits, and then ends what is left of it: the process that was started here and its descendants, nothing else. */
async function endTree(child: RunningChild): Promise<void> {
  const tree = processTree(child.pid);
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await Promise.race([ended, pause(END_MS)]);
    child.kill('SIGKILL');
    await ended;
  }
  for (const facts of tree) if (stillRuns(facts)) process.kill(facts.pid, 'SIGKILL');
}
