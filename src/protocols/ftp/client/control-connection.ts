/** The client's end of a control connection: command lines out, replies in, one after another (RFC 959 §5). */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { FileError } from '../../../files/error.ts';
import type { ClientEvent } from '../../../observe/client-event.ts';
import { printCommand, type TelnetEscape } from '../wire/printed-command.ts';
import { ReplyReader } from '../wire/reply-reader.ts';
import { connectionFailure } from '../../dial/failure.ts';
import { shownReply } from './failure.ts';
import { inTime } from '../../dial/patience.ts';
import { securedChannel } from './secure.ts';
import type { FtpCommand, FtpReply } from './session.ts';
import type { SessionSettings } from './settings.ts';

/** Replies that nobody waited for: more than a transfer and its keep-alives can give are no conversation. */
const MAX_UNREAD = 64;
/** A server that announces and announces, and never answers, is one that does not answer. */
const MOST_PRELIMINARIES = 16;
/** What a server answers to NOOP, as far as that cannot end a transfer. */
const isAnswerToNoop = (code: number): boolean => code === 200 || code === 250 || (code >= 500 && code <= 504);

interface Waiter {
  readonly resolve: (reply: FtpReply) => void;
  readonly reject: (error: unknown) => void;
}

export class ControlConnection {
  readonly number: number;
  readonly #settings: SessionSettings;
  #socket: Socket;
  #reader: ReplyReader;
  readonly #unread: FtpReply[] = [];
  readonly #waiters: Waiter[] = [];
  #failure: FileError | undefined;
  /** Keep-alives whose replies are still to come. */
  #noops = 0;
  #telnet: TelnetEscape = 'doubled';
  /** A transfer runs: its last reply tells itself from those of keep-alives. */
  #transferring = false;
  readonly #onData = (chunk: Buffer): void => this.#read(chunk);
  readonly #onClose = (): void =>
    this.#end(connectionFailure('connection-lost', 'the server closed the control connection'));

  constructor(socket: Socket, number: number, settings: SessionSettings) {
    this.#socket = socket;
    this.number = number;
    this.#settings = settings;
    this.#reader = new ReplyReader(settings.limits.replyBytes);
    this.#listen(socket);
  }

  get socket(): Socket {
    return this.#socket;
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  /** True when something has come that belongs to no command: before TLS begins, that is an attack. */
  get hasUnread(): boolean {
    return this.#unread.length > 0 || this.#reader.isWithinReply;
  }

  tell(event: ClientEvent): void {
    this.#settings.observe(event);
  }

  /** Sends a line. Throws `bad-name` before anything is sent when it could be read as two, and the failure of a closed connection. */
  send(command: FtpCommand): void {
    const bytes = this.#printed(command);
    const { verb, argument, secret } = command;
    if (this.#failure !== undefined) throw this.#failure;
    const shown = secret === true ? '****' : argument;
    this.tell({ kind: 'command', connection: this.number, line: shown === undefined ? verb : `${verb} ${shown}` });
    this.#socket.write(bytes);
  }

  #printed({ verb, argument }: FtpCommand): Uint8Array {
    const bytes = printCommand(verb, argument, this.#telnet);
    if (bytes !== undefined) return bytes;
    throw new FileError('bad-name', '/', { detail: 'a name with a line end or a NUL cannot be sent over FTP' });
  }

  /** The next reply, without a bound on the wait: the caller has one of its own. */
  nextReply(): Promise<FtpReply> {
    const ready = this.#unread.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const { promise, resolve, reject } = Promise.withResolvers<FtpReply>();
    this.#waiters.push({ resolve, reject });
    return promise;
  }

  /**
   * Waits for a reply; silence or an aborted signal ends the connection, since nobody could tell later whose reply it was.
   */
  async inTime(
    reply: Promise<FtpReply>,
    signal?: AbortSignal,
    ms = this.#settings.timeouts.replyMs,
  ): Promise<FtpReply> {
    const failure = (): FileError => connectionFailure('timed-out', `the server did not answer in ${ms} ms`);
    try {
      return await inTime(reply, { clock: this.#settings.clock, ms, failure, signal });
    } catch (error) {
      if (signal?.aborted === true) this.destroy('the call was aborted');
      else if (error instanceof FileError && error.kind === 'timed-out') this.destroy('the server did not answer');
      throw error;
    }
  }

  /** Sends a command and waits for its final reply. */
  async exchange(command: FtpCommand, signal?: AbortSignal, patienceMs?: number): Promise<FtpReply> {
    signal?.throwIfAborted();
    this.#refuseEarlyReply();
    this.send(command);
    return await this.finalReply(signal, patienceMs);
  }

  /** The same for two commands that are sent at once. Neither is sent when one of them cannot be. */
  async exchangeBoth(first: FtpCommand, second: FtpCommand, signal?: AbortSignal): Promise<[FtpReply, FtpReply]> {
    signal?.throwIfAborted();
    this.#refuseEarlyReply();
    this.#printed(second);
    this.send(first);
    this.send(second);
    return [await this.finalReply(signal), await this.finalReply(signal)];
  }

  /** A reply that came before its command would be taken for the command's. Only a farewell (421) needs no question. */
  #refuseEarlyReply(): void {
    const early = this.#unread[0];
    if (early === undefined || early.code === 421) return;
    const failure = connectionFailure(
      'protocol',
      `the server sent a reply that nobody waits for: ${shownReply(early)}`,
    );
    this.#end(failure);
    throw failure;
  }

  /** The next reply that is not a preliminary one. */
  async finalReply(signal?: AbortSignal, patienceMs?: number): Promise<FtpReply> {
    for (let count = 0; count <= MOST_PRELIMINARIES; count += 1) {
      const reply = await this.inTime(this.nextReply(), signal, patienceMs);
      if (reply.code >= 200) return reply;
    }
    const failure = connectionFailure(
      'protocol',
      `the server announced a reply ${MOST_PRELIMINARIES} times, and gave none`,
    );
    this.#end(failure);
    throw failure;
  }

  /** The next reply will be this one again. */
  putBack(reply: FtpReply): void {
    this.#unread.unshift(reply);
  }

  /** A NOOP whose reply nobody waits for. */
  keepAlive(): void {
    if (this.#failure !== undefined || this.#noops >= MAX_UNREAD / 2) return;
    this.#noops += 1;
    this.send({ verb: 'NOOP' });
  }

  /** From here on a reply to NOOP is told from the last reply of the transfer by its code. */
  beginTransfer(): void {
    this.#transferring = true;
  }

  /** Goes on over TLS. */
  async encrypt(handshake: (clear: Socket) => Promise<TLSSocket>): Promise<void> {
    const clear = this.#socket;
    this.#unlisten(clear);
    const secured = await handshake(clear);
    this.#socket = secured;
    this.#reader = new ReplyReader(this.#settings.limits.replyBytes);
    this.#listen(secured);
    this.tell({ kind: 'secured', connection: this.number, ...securedChannel(secured) });
  }

  /** How a byte of 255 is sent from now on. */
  useTelnetEscape(escape: TelnetEscape): void {
    this.#telnet = escape;
  }

  /** Ends it at once. */
  destroy(reason: string): void {
    this.#end(connectionFailure('connection-lost', reason));
  }

  #listen(socket: Socket): void {
    socket.on('data', this.#onData);
    socket.on('close', this.#onClose);
    // What went wrong with the connection is told by `close`.
    socket.on('error', () => undefined);
    if (socket.destroyed) this.#onClose();
  }

  #unlisten(socket: Socket): void {
    socket.off('data', this.#onData);
    socket.off('close', this.#onClose);
    socket.pause();
  }

  #read(chunk: Buffer): void {
    for (const read of this.#reader.push(chunk)) {
      if (read.kind === 'fault') {
        this.#end(connectionFailure(read.fault === 'too-long' ? 'limit' : 'protocol', `the server sent ${read.why}`));
        return;
      }
      const { code, lines } = read.reply;
      this.tell({ kind: 'reply', connection: this.number, code, lines });
      this.#dispatch(read.reply);
    }
  }

  #dispatch(reply: FtpReply): void {
    if (this.#noops > 0 && (!this.#transferring || isAnswerToNoop(reply.code))) {
      this.#noops -= 1;
      return;
    }
    if (reply.code >= 200) this.#transferring = false;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) waiter.resolve(reply);
    else if (this.#unread.length < MAX_UNREAD) this.#unread.push(reply);
    else this.#end(connectionFailure('protocol', 'the server sends replies to commands that were never given'));
  }

  #end(failure: FileError): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#socket.destroy();
    this.tell({ kind: 'disconnected', connection: this.number, reason: failure.detail ?? failure.message });
    for (const { reject } of this.#waiters.splice(0)) reject(failure);
  }
}
