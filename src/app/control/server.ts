/**
 * The control socket of a running server: local, for its own user only, one request and one answer for each connection.
 */
import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { fullNameOf } from '../../observe/session-info.ts';
import type { Observer } from '../../observe/event.ts';
import { type ControlAddress, controlAddress, controlAddresses } from './address.ts';
import { type Controls, isCalled } from './controls.ts';
import { type Answer, type Answers, fitting, MESSAGE_BYTES, parseRequest, type Request } from './message.ts';

export interface ControlOptions {
  /** The state folder; made when missing, and closed to everybody else. */
  readonly directory: string;
  readonly pid: number;
  readonly controls: Controls;
  readonly clock: Clock;
  readonly observe: Observer;
}

export interface ControlSocket extends AsyncDisposable {
  readonly file: string;
  close(): Promise<void>;
}

/** From connecting to the whole request, and again for the answer to be taken. */
const PATIENCE_MS = 5_000;
/** How long a socket may take to show that somebody lives behind it. */
const KNOCK_MS = 1_000;
const MOST_CONNECTIONS = 16;
const MOST_DEAD = 1_000;

/** Opens it, and clears away the sockets of servers that crashed. Rejects with the system's error. */
export async function openControlSocket(options: ControlOptions): Promise<ControlSocket> {
  const { directory, pid, controls, clock, observe } = options;
  prepareFolder(directory);
  await clearDead(directory, clock);
  const address = controlAddress(directory, pid);
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    void serve(socket, controls, clock).catch((cause: unknown) => {
      observe({ kind: 'fault', where: 'the control socket', cause });
      socket.destroy();
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, address);
  server.on('error', (cause) => observe({ kind: 'fault', where: 'the control socket', cause }));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    rmSync(address.file, { force: true });
  };
  return { file: address.file, close, [Symbol.asyncDispose]: close };
}

function prepareFolder(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (process.platform !== 'win32' && (statSync(directory).mode & 0o077) !== 0) chmodSync(directory, 0o700);
}

async function listen(server: Server, { file, endpoint }: ControlAddress): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path: endpoint, readableAll: false, writableAll: false }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  if (endpoint === file) chmodSync(file, 0o600);
  else writeFileSync(file, '', { mode: 0o600 });
}

async function clearDead(directory: string, clock: Clock): Promise<void> {
  for (const address of controlAddresses(directory).slice(0, MOST_DEAD))
    if (!(await isAlive(address, clock))) rmSync(address.file, { force: true });
}

const isNobody = (error: Error): boolean =>
  'code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ENOENT');

/** Whether anybody answers. One that is merely slow counts as alive. */
function isAlive({ endpoint }: ControlAddress, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(endpoint);
    const end = (alive: boolean): void => {
      cancel();
      socket.destroy();
      resolve(alive);
    };
    const cancel = clock.after(KNOCK_MS, () => end(true));
    socket.once('connect', () => end(true));
    socket.once('error', (error) => end(!isNobody(error)));
  });
}

async function serve(socket: Socket, controls: Controls, clock: Clock): Promise<void> {
  const cancel = clock.after(PATIENCE_MS, () => socket.destroy());
  const line = await firstLine(socket);
  cancel();
  if (line === undefined) return void socket.destroy();
  const request = parseRequest(line);
  const answer: Answer =
    request === undefined
      ? { ok: false, error: 'the server does not understand that; it may be older or newer than this program' }
      : await answerTo(request, controls);
  clock.after(PATIENCE_MS, () => socket.destroy());
  socket.end(`${JSON.stringify(answer)}\n`);
}

/** `undefined` when the connection ends before its first line does, or when that is too long. */
async function firstLine(socket: Socket): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    socket.on('end', () => resolve(undefined));
    socket.on('close', () => resolve(undefined));
    socket.on('data', (chunk: Buffer) => {
      const end = chunk.indexOf('\n');
      chunks.push(end < 0 ? chunk : chunk.subarray(0, end));
      bytes += chunk.length;
      if (end >= 0) resolve(Buffer.concat(chunks).toString('utf8'));
      else if (bytes > MESSAGE_BYTES) resolve(undefined);
      if (end >= 0 || bytes > MESSAGE_BYTES) socket.removeAllListeners('data').resume();
    });
  });
}

async function answerTo(request: Request, controls: Controls): Promise<Answer> {
  try {
    return { ok: true, result: await resultOf(request, controls) };
  } catch (error) {
    // Meant for the one who asked: an address that is none, say.
    if (error instanceof RangeError) return { ok: false, error: error.message };
    throw error;
  }
}

async function resultOf(request: Request, controls: Controls): Promise<Answers[keyof Answers]> {
  switch (request.ask) {
    case 'who': {
      const { shown, left } = fitting(controls.who());
      return { sessions: shown, left };
    }
    case 'find': {
      const { session } = request;
      return fitting(
        controls
          .who()
          .filter((each) => isCalled(each, session))
          .map(fullNameOf),
      ).shown;
    }
    case 'kick':
      return controls.kick(request.session, request.reason);
    case 'reload':
      return controls.reload();
    case 'bans': {
      const { shown, left } = fitting(controls.bans());
      return { bans: shown, left };
    }
    case 'lift':
      return controls.lift(request.address);
  }
}
