/**
 * A small FTP server that says what a test tells it to say. Without a script it is honest: a few files in memory, passive
 * and active data connections, TLS where the test has a certificate. A script replaces what it answers to a verb.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { TestPair } from './certificates.ts';
import { HONEST } from './honest-verbs.ts';
import { eventually, within } from './wait.ts';

/** What stands for a verb: a reply, or what is done. A text gets its line end; bytes are sent as they are. */
export type Act = string | Uint8Array | ((conversation: Conversation, argument: string) => void | Promise<void>);

export interface ScriptOptions {
  /** By verb in upper case; `greeting` is what a new connection hears. `any` answers verbs that nothing else answers. */
  readonly script?: Readonly<Record<string, Act>>;
  /** Paths with contents; directories are made of them, and of paths that end in `/`. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** The lines of FEAT, without their blank. */
  readonly features?: readonly string[];
  /** AUTH TLS is answered with this; it is used for data connections too, unless `dataCertificate` is given. */
  readonly certificate?: TestPair;
  readonly dataCertificate?: TestPair;
  /** TLS from the first byte. */
  readonly implicit?: true;
  readonly host?: string;
}

export interface ScriptedServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Every line of every connection as it came, in Latin-1, without its end. */
  readonly lines: readonly string[];
  /** What is stored, by path. */
  readonly files: Map<string, Buffer>;
  readonly directories: Set<string>;
  /** Connections so far. */
  readonly connections: number;
  /** How many control connections are open. */
  readonly open: number;
  /** Faults of the script itself: a test that ends with one has shown nothing. */
  readonly faults: readonly unknown[];
  /** The lines whose verb this is. */
  said(verb: string): readonly string[];
  /** Resolves when a line with this verb has come. */
  heard(verb: string, times?: number): Promise<void>;
}

/** What the conversations of one server share. */
export interface Shared {
  readonly files: Map<string, Buffer>;
  readonly directories: Set<string>;
  readonly features: readonly string[];
  readonly lines: string[];
  readonly script: Readonly<Record<string, Act>>;
  readonly control: SecureContext | undefined;
  readonly data: SecureContext | undefined;
  readonly host: string;
  readonly faults: unknown[];
  readonly sockets: Set<Socket>;
  readonly listeners: Set<Server>;
}

export async function scriptedFtp(options: ScriptOptions = {}): Promise<ScriptedServer> {
  const shared = sharedOf(options);
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    connections += 1;
    track(shared, socket);
    const conversation = new Conversation(shared, socket, connections);
    void conversation.begin(options.implicit === true ? 'implicit' : 'clear');
  });
  server.listen(0, shared.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const said = (verb: string): readonly string[] => shared.lines.filter((line) => verbOf(line) === verb);
  return {
    host: shared.host,
    port,
    lines: shared.lines,
    files: shared.files,
    directories: shared.directories,
    faults: shared.faults,
    said,
    get connections() {
      return connections;
    },
    get open() {
      return [...shared.sockets].filter((socket) => socket.localPort === port && !socket.destroyed).length;
    },
    heard: (verb, times = 1) => eventually(() => said(verb).length >= times, `the client says ${verb}`),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const listener of shared.listeners) listener.close();
      for (const socket of shared.sockets) socket.destroy();
      await closed;
    },
  };
}

function sharedOf(options: ScriptOptions): Shared {
  const { certificate, dataCertificate = certificate, files = {} } = options;
  const contextOf = (pair: TestPair | undefined): SecureContext | undefined =>
    pair && createSecureContext({ cert: pair.certPem, key: pair.keyPem });
  const control = contextOf(certificate);
  const directories = new Set(['/']);
  for (const name of Object.keys(files))
    for (let at = name.lastIndexOf('/'); at > 0; at = name.lastIndexOf('/', at - 1)) directories.add(name.slice(0, at));
  const kept = Object.entries(files).filter(([name]) => !name.endsWith('/'));
  return {
    files: new Map(kept.map(([name, content]) => [name, Buffer.from(content)])),
    directories,
    features: options.features ?? ['EPSV', 'MLST type*;size*;modify*;', 'MDTM', 'REST STREAM', 'SIZE', 'UTF8'],
    lines: [],
    script: options.script ?? {},
    control,
    // A context of its own knows nothing of the control connection's session.
    data: dataCertificate === certificate ? control : contextOf(dataCertificate),
    host: options.host ?? '127.0.0.1',
    faults: [],
    sockets: new Set(),
    listeners: new Set(),
  };
}

function track(shared: Shared, socket: Socket): void {
  shared.sockets.add(socket);
  socket.on('error', () => undefined);
  socket.on('close', () => shared.sockets.delete(socket));
}

/** The verb of a line; what Telnet puts before ABOR (RFC 959 §4.1.3) is passed over. */
export const verbOf = (line: string): string => (/^[\xf0-\xff]*([A-Za-z]*)/.exec(line)?.[1] ?? '').toUpperCase();

/** One control connection, and the data connection that was last agreed on. */
export class Conversation {
  readonly shared: Shared;
  /** Counts the server's connections, from 1. */
  readonly connection: number;
  /** Where the client is, as CWD told. */
  directory = '/';
  /** What RNFR and REST said. */
  renaming = '';
  restart = 0;
  /** Set by PROT P. */
  protectsData = false;
  socket: Socket;
  #rest = '';
  #work: Promise<void> = Promise.resolve();
  #counts = new Map<string, number>();
  #data: Promise<Socket> | undefined;

  constructor(shared: Shared, socket: Socket, connection: number) {
    this.shared = shared;
    this.socket = socket;
    this.connection = connection;
  }

  async begin(start: 'clear' | 'implicit'): Promise<void> {
    if (start === 'implicit') this.secure();
    else this.#listenTo();
    await this.#do(this.shared.script['greeting'] ?? '220 ready', '');
  }

  /** Sends a reply with its line end. */
  say(text: string): void {
    this.send(`${text}\r\n`);
  }

  /** Sends bytes; text as UTF-8. */
  send(bytes: string | Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** How often this connection has said a verb. */
  count(verb: string): number {
    return this.#counts.get(verb) ?? 0;
  }

  /** Puts TLS over the control connection; nothing in the clear is read behind it. */
  secure(): void {
    this.socket.removeAllListeners('data');
    this.#rest = '';
    this.socket = this.#over(this.socket, this.shared.control);
    this.#listenTo();
  }

  /** Listens for the next data connection; resolves to the port. */
  async listen(host = this.shared.host): Promise<number> {
    const server = createServer({ noDelay: true, allowHalfOpen: true });
    this.shared.listeners.add(server);
    server.listen(0, host);
    await once(server, 'listening');
    this.#data = within(once(server, 'connection'), 'a data connection').then(([socket]) => {
      track(this.shared, socket as Socket);
      server.close();
      return socket as Socket;
    });
    this.#data.catch(() => undefined);
    return (server.address() as AddressInfo).port;
  }

  /** Connects to the client's port when data is wanted; `from` is an address of this machine. */
  call(host: string, port: number, from?: string): void {
    this.#data = (async () => {
      const socket = connect({ host, port, allowHalfOpen: true, ...(from !== undefined && { localAddress: from }) });
      track(this.shared, socket);
      await within(once(socket, 'connect'), 'the connection to the client');
      return socket;
    })();
    this.#data.catch(() => undefined);
  }

  /** The data connection, as it was agreed: under TLS after PROT P. */
  async data(): Promise<Socket> {
    const socket = await this.rawData();
    return this.protectsData ? this.over(socket) : socket;
  }

  /** TLS over a data connection, for scripts that also need what lies below. */
  over(socket: Socket): TLSSocket {
    return this.#over(socket, this.shared.data);
  }

  /** The same, in the clear whatever was agreed. */
  async rawData(): Promise<Socket> {
    if (this.#data === undefined) throw new Error('no data connection was agreed on');
    const socket = await this.#data;
    this.#data = undefined;
    return socket;
  }

  /** Sends everything over the data connection and ends it. */
  async give(bytes: string | Uint8Array): Promise<void> {
    const socket = await this.data();
    socket.end(bytes);
    socket.resume();
    await within(once(socket, 'close'), 'the client to take the data').catch(() => undefined);
  }

  /** Takes everything that comes over the data connection. */
  async take(): Promise<Buffer> {
    const socket = await this.data();
    const pieces: Buffer[] = [];
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    const ended = Promise.race([once(socket, 'end'), once(socket, 'close')]);
    await within(ended, 'the end of the upload');
    socket.end();
    return Buffer.concat(pieces);
  }

  /** What an honest server does. */
  async honestly(verb: string, argument: string): Promise<void> {
    await this.#do(HONEST[verb] ?? '502 not here', argument);
  }

  #over(socket: Socket, secureContext: SecureContext | undefined): TLSSocket {
    if (secureContext === undefined) throw new Error('the script has no certificate');
    const secured = new TLSSocket(socket, { isServer: true, secureContext });
    track(this.shared, secured);
    return secured;
  }

  #listenTo(): void {
    this.socket.on('data', (bytes: Buffer) => {
      const lines = (this.#rest + bytes.toString('latin1')).split('\r\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    });
  }

  /** Lines are answered in their order, but for ABOR, which is heard at once. */
  #take(line: string): void {
    this.shared.lines.push(line);
    const verb = verbOf(line);
    const argument = line.slice(line.indexOf(verb.slice(0, 1)) + verb.length + 1);
    this.#counts.set(verb, this.count(verb) + 1);
    const act = this.shared.script[verb] ?? HONEST[verb] ?? this.shared.script['any'] ?? '502 not here';
    const work = (): Promise<void> => this.#do(act, argument);
    if (verb === 'ABOR') void work();
    else this.#work = this.#work.then(work);
  }

  async #do(act: Act, argument: string): Promise<void> {
    try {
      if (typeof act === 'string') this.say(act);
      else if (typeof act === 'function') await act(this, argument);
      else this.send(act);
    } catch (error) {
      this.shared.faults.push(error);
      this.socket.destroy();
    }
  }
}
