/** Connects to an SSH server: whom it trusts, how it logs in, and the programs that it runs there. */

import type { Duplex } from 'node:stream';
import ssh2, { type AnyAuthMethod, type ClientChannel, type ConnectConfig } from 'ssh2';
import { authority } from '../../../base/authority.ts';
import { systemClock } from '../../../base/clock.ts';
import { printable } from '../../../base/escape.ts';
import { orAborted } from '../../../base/wait.ts';
import { FileError } from '../../../files/error.ts';
import { dial } from '../../dial/dial.ts';
import { connectionFailure } from '../../dial/failure.ts';
import { inTime } from '../../dial/patience.ts';
import type { RemoteProgram } from '../channel/byte-channel.ts';
import { SocketPace } from '../channel/socket-pace.ts';
import { DEFAULT_OFFER } from './default-offer.ts';
import { LoginTurns } from './login-turns.ts';
import { DEFAULT_SSH_TIMEOUTS, type SshClientOptions, type SshConnection, type SshTimeouts } from './options.ts';
import { RunningProgram } from './running-program.ts';

const SSH_PORT = 22;
const IDENTIFICATION = 'Portcall';

/**
 * Connects and logs in. Rejects with a `FileError`: `unreachable`, `timed-out`, `not-trusted`, `login-refused`,
 * `protocol`, `connection-lost`; or with the reason of the signal.
 */
export async function connectSsh(options: SshClientOptions): Promise<SshConnection> {
  const connection = new Connection(options);
  try {
    await connection.open();
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

class Connection implements SshConnection {
  readonly #options: SshClientOptions;
  readonly #timeouts: SshTimeouts;
  readonly #client = new ssh2.Client();
  readonly #turns: LoginTurns;
  readonly #closed = Promise.withResolvers<undefined>();
  #pace: SocketPace | undefined;
  #state: 'fresh' | 'open' | 'closed' = 'fresh';
  /** Why it is over. */
  #failure: FileError | undefined;
  serverSoftware = '';

  constructor(options: SshClientOptions) {
    this.#options = options;
    this.#timeouts = { ...DEFAULT_SSH_TIMEOUTS, ...options.timeouts };
    this.#turns = new LoginTurns(options.user, options.ways);
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get #port(): number {
    return this.#options.port ?? SSH_PORT;
  }

  async open(): Promise<void> {
    const { signal, host, connection = 1, observe } = this.#options;
    observe?.({ kind: 'connecting', connection, host, port: this.#port });
    const transport = await this.#dial();
    const ready = Promise.withResolvers<undefined>();
    this.#listen(ready);
    try {
      this.#client.connect(this.#configuration(transport));
      await this.#inTime(orAborted(ready.promise, signal));
      this.#state = 'open';
    } catch (error) {
      transport.destroy();
      throw this.#unexpected ?? this.#failure ?? error;
    }
  }

  async openSubsystem(name: string, signal?: AbortSignal): Promise<RemoteProgram> {
    return await this.#run(`the subsystem ${name}`, signal, (then) => this.#client.subsys(name, then));
  }

  async exec(command: Uint8Array, signal?: AbortSignal): Promise<RemoteProgram> {
    // The library takes bytes too, which its types do not say.
    const bytes = Buffer.from(command) as unknown as string;
    return await this.#run('the command', signal, (then) => this.#client.exec(bytes, then));
  }

  async forward(host: string, port: number): Promise<Duplex> {
    const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
    this.#client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
      if (error)
        reject(
          connectionFailure(
            'unreachable',
            `${this.#options.host} does not lead on to ${authority(host, port)}: ${printable(error.message)}`,
          ),
        );
      else resolve(channel);
    });
    return await this.#whileOpen(promise);
  }

  async close(): Promise<void> {
    if (this.#state === 'fresh') {
      this.#state = 'closed';
      this.#client.destroy();
      return;
    }
    this.#client.end();
    const { clock = systemClock } = this.#options;
    const cancel = clock.after(1_000, () => {
      this.#client.destroy();
      this.#closed.resolve(undefined);
    });
    await this.#closed.promise;
    cancel();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #dial(): Promise<Duplex> {
    const { host, through, clock = systemClock, signal } = this.#options;
    if (through !== undefined) return await through(host, this.#port);
    const { connectMs } = this.#timeouts;
    const socket = await dial(
      { host, port: this.#port },
      { clock, connectMs, what: authority(host, this.#port), signal },
    );
    this.#pace = new SocketPace(socket);
    return socket;
  }

  #configuration(transport: Duplex): ConnectConfig {
    const { user, algorithms = {}, host, judge } = this.#options;
    const { kex, hostKeys, ciphers, macs } = { ...DEFAULT_OFFER, ...algorithms };
    const { keepAliveMs, keepAliveTries } = this.#timeouts;
    return {
      sock: transport,
      username: user,
      ident: IDENTIFICATION,
      readyTimeout: 0,
      keepaliveInterval: keepAliveMs,
      keepaliveCountMax: keepAliveTries,
      // Lists that nobody changes; the library refuses names that it does not know with a sentence.
      algorithms: {
        kex,
        serverHostKey: hostKeys,
        cipher: ciphers,
        hmac: macs,
        compress: ['none'],
      } as unknown as NonNullable<ConnectConfig['algorithms']>,
      hostVerifier: (blob: Buffer, then: (isRight: boolean) => void) => {
        const pause = this.#turns.pauseClock();
        judge({ host, port: this.#port, type: typeOf(blob), blob }).then(
          () => {
            pause();
            then(true);
          },
          (error: unknown) => {
            this.#failure ??= error instanceof FileError ? error : undefined;
            this.#unexpected ??= error;
            then(false);
          },
        );
      },
      authHandler: (left, _partial, then) =>
        void this.#turns.next(left as readonly string[] | null).then((way) => then(way as unknown as AnyAuthMethod)),
    };
  }

  /** What somebody who was asked on this side has thrown: it goes before all that follows from it. */
  #unexpected: unknown;

  #listen(ready: PromiseWithResolvers<undefined>): void {
    const { connection = 1, observe } = this.#options;
    const client = this.#client as unknown as LibraryEvents;
    client.on('ready', () => {
      this.serverSoftware = client._remoteVer ?? '';
      ready.resolve(undefined);
    });
    client.on('handshake', ({ kex, serverHostKey, cs }) => {
      const text = `SSH with ${[kex, serverHostKey, cs.cipher, cs.mac].filter((name) => name !== '').join(', ')}`;
      observe?.({ kind: 'note', connection, text });
    });
    client.on('error', (error) => {
      // A key that could not sign is one way less, and the library goes on with the next.
      if (error.level === 'agent') {
        this.#turns.complain(error.message);
        observe?.({ kind: 'note', connection, text: printable(error.message) });
        return;
      }
      this.#failure ??= this.#translated(error);
      ready.reject(this.#unexpected ?? this.#failure);
    });
    client.on('close', () => {
      this.#failure ??= connectionFailure('connection-lost', `${this.#options.host} closed the connection`);
      this.#state = 'closed';
      ready.reject(this.#unexpected ?? this.#failure);
      this.#closed.resolve(undefined);
      observe?.({ kind: 'disconnected', connection, reason: this.#failure.detail ?? '' });
    });
    ready.promise.catch(() => undefined);
  }

  #translated({ level, message }: Error & { readonly level?: string }): FileError {
    const { host } = this.#options;
    const said = printable(message);
    if (level === 'client-authentication') {
      this.#unexpected ??= this.#turns.failure;
      return connectionFailure('login-refused', this.#turns.whyRefused(host));
    }
    if (level === 'client-timeout') return connectionFailure('timed-out', `${host} answers no more`);
    if (level === 'client-socket')
      return connectionFailure('connection-lost', `the connection to ${host} broke: ${said}`);
    if (level === 'handshake' || level === 'protocol') return connectionFailure('protocol', `${host}: ${said}`);
    return connectionFailure('connection-lost', `${host}: ${said}`);
  }

  /** The time in which a person is asked does not count. */
  async #inTime(work: Promise<undefined>): Promise<void> {
    const { clock = systemClock, host } = this.#options;
    const ms = this.#timeouts.loginMs;
    for (;;) {
      const failure = (): FileError => connectionFailure('timed-out', `no login at ${host} within ${ms} ms`);
      try {
        await inTime(work, { clock, ms, failure });
        return;
      } catch (error) {
        const isLate = error instanceof FileError && error.kind === 'timed-out' && this.#failure === undefined;
        if (!isLate || !this.#turns.isAsking) throw error;
      }
    }
  }

  async #run(what: string, signal: AbortSignal | undefined, start: (then: Started) => void): Promise<RemoteProgram> {
    signal?.throwIfAborted();
    if (!this.isOpen) throw this.#failure ?? connectionFailure('connection-lost', 'the connection is closed');
    const { promise, resolve, reject } = Promise.withResolvers<RemoteProgram>();
    const isGone = (): boolean => !this.isOpen;
    try {
      start((error, channel) => {
        if (error) reject(this.#notRun(what, error));
        else resolve(new RunningProgram(channel, { pace: this.#pace, isGone }));
      });
    } catch (cause) {
      throw connectionFailure('connection-lost', `the connection to ${this.#options.host} is gone`, { cause });
    }
    // Whoever no longer wants it must not leave it open.
    promise.then(
      (program) => {
        if (signal?.aborted === true) program.destroy();
      },
      () => undefined,
    );
    return await orAborted(this.#whileOpen(promise), signal);
  }

  #notRun(what: string, { message }: Error): FileError {
    const { host } = this.#options;
    // What the library says of requests that were open when the connection ended.
    if (message === 'No response from server')
      return connectionFailure('connection-lost', `${host} closed the connection instead of running ${what}`);
    return connectionFailure('unsupported', `${host} does not run ${what}: ${printable(message)}`);
  }

  async #whileOpen<T>(work: Promise<T>): Promise<T> {
    const { clock = systemClock, host } = this.#options;
    const ms = this.#timeouts.replyMs;
    const lost = this.#closed.promise.then((): never => {
      throw this.#failure ?? connectionFailure('connection-lost', `the connection to ${host} is gone`);
    });
    const failure = (): FileError => connectionFailure('timed-out', `${host} does not answer`);
    return await inTime(Promise.race([work, lost]), { clock, ms, failure });
  }
}

type Started = (error: Error | undefined, channel: ClientChannel) => void;

interface Agreed {
  readonly kex: string;
  readonly serverHostKey: string;
  readonly cs: { readonly cipher: string; readonly mac: string };
}

/** What the library tells. */
interface LibraryEvents {
  readonly _remoteVer?: string;
  on(event: 'ready' | 'close', listener: () => void): void;
  on(event: 'handshake', listener: (agreed: Agreed) => void): void;
  on(event: 'error', listener: (error: Error & { readonly level?: string }) => void): void;
}

/** The first string of a key's wire form (RFC 4253 §6.6). */
const typeOf = (blob: Buffer): string =>
  blob.length < 4 ? '' : blob.toString('latin1', 4, 4 + Math.min(64, blob.readUInt32BE(0)));
