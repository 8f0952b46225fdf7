/** A bare FTP control connection: what is sent is what the test says, byte for byte, and every wait has an end. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { PATIENCE_MS, within } from './wait.ts';

/** A whole reply. `lines` have no line ends; names come as Latin-1, so that every byte can be looked at. */
export interface RawReply {
  readonly code: number;
  readonly lines: readonly string[];
  /** The last line behind its code. */
  readonly text: string;
}

export interface RawOptions {
  readonly host?: string;
  readonly patienceMs?: number;
}

const CLOSED = 'the server closed the control connection';

export class RawFtp implements AsyncDisposable {
  readonly socket: Socket;
  readonly #patienceMs: number;
  readonly #replies: RawReply[] = [];
  readonly #waiting: { readonly resolve: (reply: RawReply) => void; readonly reject: (error: Error) => void }[] = [];
  #rest = '';
  #lines: string[] = [];
  #closed = false;

  constructor(socket: Socket, patienceMs = PATIENCE_MS) {
    this.socket = socket;
    this.#patienceMs = patienceMs;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(CLOSED));
    });
  }

  /** Connects and takes the greeting. */
  static async open(port: number, options: RawOptions = {}): Promise<RawFtp> {
    const client = await RawFtp.connect(port, options);
    await client.reply();
    return client;
  }

  static async connect(port: number, { host = '127.0.0.1', patienceMs }: RawOptions = {}): Promise<RawFtp> {
    const socket = connect({ port, host });
    await within(once(socket, 'connect'), 'the control connection');
    return new RawFtp(socket, patienceMs);
  }

  /** Connects and logs in. */
  static async login(port: number, user = 'u', options: RawOptions = {}): Promise<RawFtp> {
    const client = await RawFtp.open(port, options);
    await client.command(`USER ${user}`);
    await client.expect(230, 'PASS p');
    return client;
  }

  /** Bytes as they are; text is taken as Latin-1. */
  write(bytes: string | Uint8Array): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** The next reply, whole. */
  reply(): Promise<RawReply> {
    const ready = this.#replies.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#closed) return Promise.reject(new Error(CLOSED));
    const { promise, resolve, reject } = Promise.withResolvers<RawReply>();
    this.#waiting.push({ resolve, reject });
    return within(promise, 'a reply', this.#patienceMs);
  }

  /** Sends one line and takes one reply. */
  async command(line: string): Promise<RawReply> {
    this.write(`${line}\r\n`);
    return await this.reply();
  }

  /** Sends one line, if any, and insists on the code of the reply. */
  async expect(code: number, line?: string): Promise<RawReply> {
    const reply = line === undefined ? await this.reply() : await this.command(line);
    if (reply.code !== code) throw new Error(`${line ?? ''}: wanted ${code}, got ${reply.lines.join('\n')}`);
    return reply;
  }

  /** EPSV, and the connection to it. */
  async passive(): Promise<Socket> {
    const { remoteAddress: host = '', localAddress } = this.socket;
    const from = localAddress === undefined ? {} : { localAddress };
    const socket = connect({ port: await this.passivePort(), host, ...from });
    socket.on('error', () => undefined);
    await within(once(socket, 'connect'), 'the data connection');
    return socket;
  }

  async passivePort(): Promise<number> {
    const { text } = await this.expect(229, 'EPSV');
    return Number(/\(\|\|\|(\d+)\|\)/.exec(text)?.[1]);
  }

  /** A listener of ours, and the EPRT or PORT that tells of it. */
  async active(): Promise<ActivePort> {
    const port = await openActivePort(this.socket.localAddress ?? '127.0.0.1');
    await this.expect(200, port.command);
    return port;
  }

  /** Fetches over a passive connection. */
  async fetch(command: string): Promise<Buffer> {
    const socket = await this.passive();
    await this.expect(150, command);
    const bytes = await readAll(socket);
    await this.expect(226);
    return bytes;
  }

  /** Sends over a passive connection. */
  async send(command: string, bytes: string | Uint8Array): Promise<RawReply> {
    const socket = await this.passive();
    await this.expect(150, command);
    socket.end(bytes);
    return await this.expect(226);
  }

  /** Hands the socket to somebody else. */
  release(): void {
    for (const event of ['data', 'error', 'close']) this.socket.removeAllListeners(event);
    this.#closed = true;
  }

  /** Resolves when the server has closed. */
  async closed(): Promise<void> {
    if (!this.#closed) await within(once(this.socket, 'close'), 'the end of the control connection', this.#patienceMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) this.socket.destroy();
    await this.closed();
  }

  #read(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\r\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  }

  /** RFC 959 §4.2: a reply of several lines ends with its code and a space at the beginning of a line. */
  #take(line: string): void {
    this.#lines.push(line);
    const code = (this.#lines[0] ?? '').slice(0, 3);
    if (!/^\d{3}$/.test(code)) throw new Error(`no reply: ${line}`);
    if (!line.startsWith(`${code} `)) return;
    const reply = { code: Number(code), lines: this.#lines, text: line.slice(4) };
    this.#lines = [];
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#replies.push(reply);
    else waiting.resolve(reply);
  }
}

/** A port at which the server will call. */
export interface ActivePort {
  readonly port: number;
  /** The `PORT` or `EPRT` command for it. */
  readonly command: string;
  /** The server's connection. */
  readonly socket: Promise<Socket>;
  close(): void;
}

export async function openActivePort(host: string): Promise<ActivePort> {
  const server: Server = createServer({ pauseOnConnect: true });
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  const { port } = address;
  const given = new AbortController();
  const socket = within(once(server, 'connection', { signal: given.signal }), 'the server to call').then(([caller]) => {
    (caller as Socket).on('error', () => undefined);
    server.close();
    return caller as Socket;
  });
  socket.catch(() => undefined);
  const close = (): void => {
    given.abort();
    server.close();
  };
  const numbers = `${host.replaceAll('.', ',')},${port >> 8},${port & 255}`;
  const command = host.includes(':') ? `EPRT |2|${host}|${port}|` : `PORT ${numbers}`;
  return { port, command, socket, close };
}

/** Everything until the other side ends. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const ended = Promise.withResolvers<undefined>();
  socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
  socket.on('end', () => ended.resolve(undefined));
  socket.on('close', () => ended.resolve(undefined));
  socket.resume();
  await within(ended.promise, 'the end of the data');
  socket.destroy();
  return Buffer.concat(chunks);
}
