/** Opens a session: connects, encrypts, logs in; and runs its commands and transfers. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { authority } from '../../../base/authority.ts';
import { orAborted, pause } from '../../../base/wait.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions } from '../../../files/file-system.ts';
import { endedByFin, refuseTruncation, withholdFin } from '../channel/withheld-fin.ts';
import { ControlConnection } from './control-connection.ts';
import { type Coming, DataChannel, peerOf } from './data-channel.ts';
import { dial } from '../../dial/dial.ts';
import { connectionFailure } from '../../dial/failure.ts';
import { isFirst, isIntermediate, isPositive, replyText, shownReply } from './failure.ts';
import { kindOfReply } from './kind-of-reply.ts';
import { type Learned, nothingLearned } from './learned.ts';
import { askFeatures, askUtf8, awaitGreeting, logIn, protectData, startTls, telnetEscapeFor } from './log-in.ts';
import type { FtpClientOptions } from './options.ts';
import { SecureClient, securedChannel } from './secure.ts';
import type {
  CommandOptions,
  FtpCommand,
  FtpReply,
  FtpSession,
  Incoming,
  Outgoing,
  ServerFeatures,
  TransferOptions,
} from './session.ts';
import { type SessionSettings, sessionSettings } from './settings.ts';
import { incoming, outgoing, type TransferParts } from './transfer.ts';

/** How long QUIT may take. */
const QUIT_MS = 1_000;
/** How long the server's words are waited for when TLS on a data connection has failed: they tell why. */
const REASON_MS = 3_000;

/** How long the server's refusal may come behind the end of the port that it had opened. */
const REFUSAL_MS = 1_000;

const forever = (): Promise<never> => new Promise<never>(() => undefined);

interface SessionParts {
  readonly control: ControlConnection;
  readonly settings: SessionSettings;
  readonly secure: SecureClient | undefined;
  readonly learned: Learned;
  readonly server: ServerFeatures;
}

interface AgreeOptions extends TransferOptions {
  readonly direction: 'in' | 'out';
}

class Session implements FtpSession {
  readonly server: ServerFeatures;
  readonly #parts: SessionParts;
  readonly #channel: DataChannel;
  #type: 'A' | 'I' | undefined;
  #busy = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.server = parts.server;
    this.#channel = new DataChannel(parts);
  }

  get peerAddress(): string {
    return peerOf(this.#parts.control);
  }

  get connection(): number {
    return this.#parts.control.number;
  }

  get isOpen(): boolean {
    return this.#parts.control.isOpen;
  }

  get isBusy(): boolean {
    return this.#busy;
  }

  async command(command: FtpCommand, { signal, patienceMs }: CommandOptions = {}): Promise<FtpReply> {
    this.#begin();
    try {
      // The server's TYPE may have been changed by hand.
      if (/^(TYPE|REIN)$/i.test(command.verb)) this.#type = undefined;
      return await this.#parts.control.exchange(command, signal, patienceMs);
    } finally {
      this.#busy = false;
    }
  }

  async commandPair(first: FtpCommand, second: FtpCommand, { signal }: CommandOptions = {}): Promise<FtpReply> {
    this.#begin();
    const { control } = this.#parts;
    try {
      if (!this.#channel.isForeseeable) {
        const reply = await control.exchange(first, signal);
        return isIntermediate(reply) ? await control.exchange(second, signal) : reply;
      }
      signal?.throwIfAborted();
      const [refused, done] = await control.exchangeBoth(first, second, signal);
      return isIntermediate(refused) ? done : refused;
    } finally {
      this.#busy = false;
    }
  }

  async useImageType(options: CallOptions = {}): Promise<void> {
    this.#begin();
    try {
      await this.#prepareType(options);
    } finally {
      this.#busy = false;
    }
  }

  retrieve(command: FtpCommand, options: TransferOptions = {}): Promise<Incoming> {
    return this.#transfer(command, options, 'in', incoming);
  }

  store(command: FtpCommand, options: TransferOptions = {}): Promise<Outgoing> {
    return this.#transfer(command, options, 'out', outgoing);
  }

  async close(): Promise<void> {
    const { control } = this.#parts;
    if (control.isOpen && !this.#busy) {
      this.#busy = true;
      try {
        control.send({ verb: 'QUIT' });
        await control.inTime(control.nextReply(), undefined, QUIT_MS);
      } catch {
        // It is closed in any case.
      }
    }
    control.destroy('the client has finished');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #begin(): void {
    if (this.#busy) throw new Error('a session does one thing at a time');
    this.#busy = true;
  }

  async #transfer<T>(
    command: FtpCommand,
    options: TransferOptions,
    direction: 'in' | 'out',
    make: (parts: TransferParts) => T,
  ): Promise<T> {
    this.#begin();
    try {
      await this.#prepareType(options);
      const coming = await this.#agree(command, { ...options, direction });
      const raw = await this.#connected(coming, options.signal);
      const socket = await this.#secured(raw, direction, options.signal);
      const { control, settings, learned } = this.#parts;
      learned.dataCount += 1;
      const secured = socket instanceof TLSSocket ? securedChannel(socket) : undefined;
      const onEnd = (): void => void (this.#busy = false);
      return make({ control, settings, socket, raw, secured, mode: coming.mode, data: learned.dataCount, onEnd });
    } catch (error) {
      this.#busy = false;
      throw error;
    }
  }

  async #prepareType({ type = 'image', signal }: TransferOptions): Promise<void> {
    const letter = type === 'image' ? 'I' : 'A';
    if (this.#type === letter) return;
    const reply = await this.#parts.control.exchange({ verb: 'TYPE', argument: letter }, signal);
    if (!isPositive(reply)) throw refusal(reply);
    this.#type = letter;
  }

  /**
   * Everything up to the server's consent. In one go where the way to the data connection is known, except for uploads:
   * a client that is killed before it dials would leave a server waiting with the file locked, vsftpd for a minute.
   */
  async #agree(command: FtpCommand, { signal, restartBytes = 0, direction }: AgreeOptions): Promise<Coming> {
    const isAtOnce = this.#channel.isForeseeable && direction === 'in' && restartBytes === 0;
    if (isAtOnce) return await this.#agreeAtOnce(command, signal);
    const coming = await this.#channel.open(signal);
    try {
      // Right before the command: nothing else may come in between (RFC 3659 §5.3).
      if (restartBytes > 0) await this.#restart(restartBytes, signal);
      this.#parts.control.send(command);
      await this.#consent(coming, signal);
      return coming;
    } catch (error) {
      coming.cancel();
      throw error;
    }
  }

  async #agreeAtOnce(command: FtpCommand, signal: AbortSignal | undefined): Promise<Coming> {
    const { control } = this.#parts;
    signal?.throwIfAborted();
    const asked = control.exchange({ verb: 'EPSV' }, signal);
    asked.catch(() => undefined);
    // A name that cannot be sent is found here: the connection for it will not be used.
    const unsendable = caught(() => control.send(command));
    const reply = await asked;
    const coming = this.#channel.foreseen(reply, signal);
    if (unsendable !== undefined) {
      coming?.cancel();
      throw unsendable;
    }
    try {
      await this.#consent(coming, signal);
    } catch (error) {
      coming?.cancel();
      throw coming === undefined && !isPositive(reply) ? refusal(reply) : error;
    }
    if (coming !== undefined) return coming;
    control.destroy('the server transfers without a data connection');
    throw connectionFailure('protocol', `the server names no port for a data connection: ${shownReply(reply)}`);
  }

  async #restart(restartBytes: number, signal: AbortSignal | undefined): Promise<void> {
    const reply = await this.#parts.control.exchange({ verb: 'REST', argument: String(restartBytes) }, signal);
    if (!isIntermediate(reply))
      throw new FileError('unsupported', '/', {
        detail: `the server does not continue transfers: ${shownReply(reply)}`,
        reply: replyText(reply),
      });
  }

  /** The reply with which a transfer begins. A data connection that fails meanwhile ends the session, which waits for it. */
  async #consent(coming: Coming | undefined, signal: AbortSignal | undefined): Promise<void> {
    const { control } = this.#parts;
    const next = control.nextReply();
    const answered = control.inTime(next, signal);
    answered.catch(() => undefined);
    const failed = coming?.mode === 'passive' ? coming.socket.then(forever, this.#refusedOr(next)) : undefined;
    try {
      const reply = await (failed === undefined ? answered : Promise.race([answered, failed]));
      if (isFirst(reply)) return;
      // Some servers pass over the first reply when there is nothing to transfer.
      if (!isPositive(reply)) throw refusal(reply);
      control.putBack(reply);
    } catch (error) {
      if (error instanceof FileError && error.reply === undefined) control.destroy('no data connection came about');
      throw error;
    }
  }

  /** A server that refuses a transfer closes the port for it, and either may be seen first: its words count. */
  #refusedOr(next: Promise<FtpReply>): (failure: unknown) => Promise<FtpReply> {
    return async (failure) => {
      const { clock } = this.#parts.settings;
      const reply = await Promise.race([next.catch(() => undefined), pause(clock, REFUSAL_MS)]);
      if (reply === undefined || isFirst(reply) || isPositive(reply)) throw failure;
      return reply;
    };
  }

  async #connected(coming: Coming, signal: AbortSignal | undefined): Promise<Socket> {
    try {
      return await orAborted(coming.socket, signal);
    } catch (error) {
      coming.cancel();
      this.#parts.control.destroy('no data connection came about');
      throw error;
    }
  }

  async #secured(raw: Socket, direction: 'in' | 'out', signal: AbortSignal | undefined): Promise<Socket> {
    const { secure, settings } = this.#parts;
    if (secure === undefined) return raw;
    const what = 'the data connection';
    try {
      if (direction === 'out' || settings.tls.closeNotify === 'optional') return await secure.secure(raw, what, signal);
      const pipe = withholdFin(raw);
      const socket = await endedByFin(secure.secure(pipe.stream, what, signal), pipe);
      refuseTruncation(socket, pipe, truncated);
      return socket;
    } catch (error) {
      raw.destroy();
      throw await this.#whyNotSecured(error, signal);
    }
  }

  /** The server may have hung up and say why: `522 session reuse required`, say. */
  async #whyNotSecured(error: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    const { control } = this.#parts;
    try {
      const reply = await control.inTime(control.nextReply(), signal, REASON_MS);
      if (!isPositive(reply)) return refusal(reply);
    } catch {
      // The control connection is closed then.
    }
    control.destroy('TLS on the data connection failed');
    return error;
  }
}

const truncated = (): FileError =>
  connectionFailure(
    'connection-lost',
    'the data connection ended without TLS close_notify, so something may be missing',
  );

const refusal = (reply: FtpReply): FileError =>
  new FileError(kindOfReply(reply), '/', {
    detail: `the server refuses: ${shownReply(reply)}`,
    reply: replyText(reply),
  });

/** What was thrown, if anything. */
function caught(act: () => void): Error | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function begin(control: ControlConnection, settings: SessionSettings, learned: Learned): Promise<FtpSession> {
  const secure = settings.security === 'none' ? undefined : new SecureClient(settings);
  if (settings.security === 'implicit' && secure !== undefined)
    await control.encrypt((clear) => secure.secure(clear, 'the control connection', settings.signal));
  const greeting = await awaitGreeting(control);
  control.useTelnetEscape(settings.telnet ?? telnetEscapeFor(greeting));
  if (settings.security === 'explicit' && secure !== undefined) await startTls(control, secure);
  await logIn(control, settings);
  if (secure !== undefined) await protectData(control);
  const server = (learned.server ??= await askFeatures(control, greeting));
  await askUtf8(control, server);
  return new Session({ control, settings, secure, learned, server });
}

/**
 * Opens session number `connection` of a client: TCP, TLS, login, features. `learned` is what the client's sessions know
 * together. Rejects with a `FileError`: `unreachable`, `timed-out`, `connection-lost`, `not-trusted`, `login-refused`,
 * `too-many-connections`, `protocol`, `limit`, `unsafe`; or with the reason of `options.signal`.
 */
export async function openSession(
  options: FtpClientOptions,
  connection: number,
  learned: Learned = nothingLearned(),
): Promise<FtpSession> {
  const settings = sessionSettings(options);
  const { host, port, clock, timeouts, signal, observe } = settings;
  observe({ kind: 'connecting', connection, host, port });
  const what = authority(host, port);
  const socket = await dial({ host, port }, { clock, connectMs: timeouts.connectMs, what, signal });
  observe({
    kind: 'connected',
    connection,
    peer: authority(socket.remoteAddress ?? '', socket.remotePort ?? 0),
    local: authority(socket.localAddress ?? '', socket.localPort ?? 0),
  });
  const control = new ControlConnection(socket, connection, settings);
  const giveUp = (): void => control.destroy('the call was aborted');
  signal?.addEventListener('abort', giveUp);
  try {
    return await begin(control, settings, learned);
  } catch (error) {
    control.destroy('no session came about');
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}
