/**
 * One control connection: bytes to commands in their order, replies to bytes, and what may be answered while a transfer
 * runs (RFC 959 §4, §5.1).
 *
 * Commands that arrive together are answered one after another. Once a transfer's 150 is out, commands whose row says
 * `live` are answered at once; ABOR stops what runs as soon as it arrives, wherever it stands in the line.
 */
import type { Socket } from 'node:net';
import { LineSplitter, type SplitLine } from '../../../base/line-splitter.ts';
import { type CommandLine, parseCommandLine } from '../wire/command-line.ts';
import { type ForeignProtocol, foreignProtocolOf } from '../wire/foreign-protocol.ts';
import { type Reply, reply } from '../wire/reply.ts';
import { type Found, findCommand } from './commands/index.ts';
import type { Overdue, Waiting } from './deadline.ts';
import { ReplyWriter } from './reply-writer.ts';
import { Turn } from './send.ts';
import type { Session } from './session.ts';

/** A line, and what it turned out to be. */
interface Request extends CommandLine {
  readonly found:
    | Found
    | { readonly kind: 'too-long' }
    | { readonly kind: 'not-a-command' }
    /** A line of another protocol. */
    | { readonly kind: 'foreign'; readonly protocol: ForeignProtocol };
}

/** How long a kicked session has for its last replies. */
const KICK_MS = 5_000;
const CR = 0x0d;
const TOO_LONG: Request = { verb: '', argument: '', found: { kind: 'too-long' } };
const NOT_A_COMMAND: Request = { verb: '', argument: '', found: { kind: 'not-a-command' } };

/** What the server is told at the end, when nothing runs for the session any more. */
export type OnClosed = (reason: string) => void;

export class ControlConnection {
  readonly session: Session;
  #socket: Socket;
  readonly #onClosed: OnClosed;
  readonly #lines: LineSplitter;
  readonly #replies: ReplyWriter;
  /** Segments whose lines have not all been taken. */
  readonly #incoming: Generator<SplitLine>[] = [];
  readonly #queue: Request[] = [];
  readonly #live: Request[] = [];
  readonly #openedMs: number;
  /** Since when a login is awaited. */
  #loginSinceMs: number;
  #activeMs: number;
  #busy = false;
  #answering: Promise<void> = Promise.resolve();
  #answeringLive = false;
  #paused = false;
  /** The first bytes have come. */
  #heard = false;
  #isClosed = false;
  #closingMs: number | undefined;
  #reason = 'the client closed the connection';
  /** Why it is to end once nothing runs any more. */
  #finishing: string | undefined;
  #handshake: AbortController | undefined;
  readonly #onData = (chunk: Buffer): void => this.#read(chunk);
  readonly #onEnd = (): void => this.#endOfInput();
  readonly #onError = (error: Error): void => {
    if (this.#closingMs === undefined) this.#reason = `the connection broke: ${error.message}`;
  };
  readonly #onClose = (): void => this.#closed();

  constructor(socket: Socket, session: Session, onClosed: OnClosed) {
    this.session = session;
    this.#socket = socket;
    this.#onClosed = onClosed;
    this.#replies = new ReplyWriter(socket, session.context.clock);
    this.#lines = new LineSplitter(session.context.limits.lineBytes);
    this.#openedMs = this.#loginSinceMs = this.#activeMs = session.context.clock.monotonic();
    if (session.security.options?.start === 'implicit') this.#answering = this.#greetSecurely();
    else this.#greet();
  }

  #greet(): void {
    this.#attach(this.#socket);
    this.#replies.send(reply(220, this.session.context.greeting));
  }

  /** Implicit TLS: not a byte before it. */
  async #greetSecurely(): Promise<void> {
    if (!(await this.#secure('control-and-data'))) return;
    this.#greet();
  }

  #attach(socket: Socket): void {
    this.#socket = socket;
    this.#replies.over(socket);
    socket.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose);
    // It was paused while a header or TLS came first.
    socket.resume();
    if (socket.destroyed) this.#closed();
  }

  #detach(socket: Socket): void {
    socket.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError).off('close', this.#onClose);
  }

  /** For the server's clock. */
  get waiting(): Waiting {
    const { session } = this;
    return {
      openedMs: this.#openedMs,
      loginSinceMs: this.#loginSinceMs,
      loggedIn: session.login === 'in',
      activeMs: this.#activeMs,
      busy: this.#busy,
      repliesStuckMs: this.#replies.stuckMs,
      closingMs: this.#closingMs,
      transferMs: session.transfer?.progressMs,
    };
  }

  act(overdue: Overdue): void {
    switch (overdue.act) {
      case 'stop-transfer':
        this.session.transfer?.stop('stalled');
        break;
      case 'close':
        this.close(overdue.reason);
        break;
      case 'destroy':
        if (this.#closingMs === undefined) this.#reason = overdue.reason;
        this.#socket.destroy();
    }
  }

  /** Says 421 and closes. */
  close(reason: string): void {
    if (this.#closingMs !== undefined) return;
    // In the middle of a handshake nothing can be said.
    if (this.#handshake !== undefined) {
      this.destroy(reason);
      return;
    }
    this.#replies.send(reply(421, `Closing the control connection: ${reason}.`));
    this.#hangUp(reason);
  }

  /** Closes now if nothing runs, otherwise as soon as the running transfer is over. */
  finish(reason: string): void {
    this.#finishing ??= reason;
    if (this.session.transfer === undefined && !this.#busy) this.close(reason);
  }

  /** An operator wants the session gone: stops its transfer, says 421 and closes; without its help when it does not read. */
  kick(reason: string): void {
    this.session.transfer?.stop('kicked');
    this.finish(reason);
    this.session.context.clock.after(KICK_MS, () => this.destroy(reason));
  }

  /** No grace any more. */
  destroy(reason: string): void {
    this.#reason = reason;
    this.session.transfer?.stop('shutdown');
    this.#closingMs ??= this.session.context.clock.monotonic();
    this.#handshake?.abort();
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#closingMs !== undefined) return;
    if (!this.#heard) {
      this.#heard = true;
      // A ClientHello, say, need not hold the end of a line.
      const protocol = foreignProtocolOf(chunk);
      if (protocol !== undefined) {
        this.#turnAway(protocol);
        return;
      }
    }
    this.#incoming.push(this.#lines.push(chunk));
    this.#consume();
  }

  /** Takes lines as long as there is room for commands; then neither the rest of them nor the socket is read. */
  #consume(): void {
    const { queuedCommands } = this.session.context.limits;
    for (let lines = this.#incoming[0]; lines !== undefined; lines = this.#incoming[0]) {
      for (let next = lines.next(); next.done !== true; next = lines.next()) {
        const request = next.value.kind === 'line' ? requestOf(next.value.bytes) : TOO_LONG;
        const readsOn = !(request.found.kind === 'known' && request.found.command.endsReading === true);
        if (!readsOn) this.#pause();
        this.#take(request);
        if (readsOn && this.#waitingCommands < queuedCommands) continue;
        this.#pause();
        return;
      }
      this.#incoming.shift();
    }
    this.#takeUrgentAbort();
  }

  /** An ABOR sent as urgent data arrives without its LF: TCP takes the urgent byte out of the stream (RFC 1122 §4.2.2.4). */
  #takeUrgentAbort(): void {
    const request = this.#lines.held.at(-1) === CR ? requestOf(this.#lines.held.subarray(0, -1)) : NOT_A_COMMAND;
    if (request.verb !== 'ABOR') return;
    this.#lines.takeHeld();
    this.#take(request);
  }

  #take(request: Request): void {
    const { transfer } = this.session;
    const { found, verb } = request;
    // The one verb that is known outside its row: it acts before its turn, and is answered in it.
    if (verb === 'ABOR' && this.#busy) this.session.abortWanted = true;
    if (verb === 'ABOR') transfer?.stop('abor');
    const live = found.kind === 'known' && found.command.duringTransfer === 'live';
    if (live && transfer !== undefined && this.#queue.length === 0) {
      this.#live.push(request);
      void this.#answerLive();
    } else {
      this.#queue.push(request);
      if (!this.#busy) this.#answering = this.#answer();
    }
  }

  get #waitingCommands(): number {
    return this.#queue.length + this.#live.length;
  }

  /** Reads on once half of the room for waiting commands is free again. */
  #readOn(): void {
    if (!this.#paused || this.#waitingCommands >= this.session.context.limits.queuedCommands / 2) return;
    this.#paused = false;
    this.#consume();
    if (!this.#isPaused) this.#socket.resume();
  }

  /** `#consume` may have paused again. */
  get #isPaused(): boolean {
    return this.#paused;
  }

  async #answer(): Promise<void> {
    this.#busy = true;
    const turn = new Turn(this.session.context.clock);
    for (let request = this.#queue.shift(); request !== undefined; request = this.#queue.shift()) {
      this.#readOn();
      this.session.commands += 1;
      await this.#executeInTurn(request);
      if (!(await this.#changeProtection())) return;
      this.#readOn();
      if (this.#finishing !== undefined) this.close(this.#finishing);
      if (this.#closingMs !== undefined) return;
      // Commands that came together must not keep everybody else waiting.
      if (turn.over) await turn.yield();
    }
    this.#busy = false;
    if (this.session.leaving) this.#hangUp('the client closed the connection');
  }

  async #executeInTurn(request: Request): Promise<void> {
    const { session } = this;
    const wasIn = session.login === 'in';
    await this.#execute(request);
    session.abortWanted = false;
    this.#activeMs = session.context.clock.monotonic();
    if (wasIn && session.login !== 'in') this.#loginSinceMs = this.#activeMs;
  }

  /** Behind AUTH and CCC the connection goes on in another language; false when it is over. */
  async #changeProtection(): Promise<boolean> {
    const { securing, releasing } = this.session;
    if (securing !== undefined) return await this.#beginTls(securing);
    return releasing ? await this.#endTls() : true;
  }

  /** CCC has been answered. */
  async #endTls(): Promise<boolean> {
    const { session } = this;
    session.releasing = false;
    const socket = this.#socket;
    this.#detach(socket);
    const cancel = session.context.clock.after(session.context.limits.handshakeMs, () => socket.destroy());
    try {
      this.#attach(await session.security.releaseControl());
      this.#paused = false;
      return true;
    } catch (error) {
      this.#reason = `TLS could not be ended: ${error instanceof Error ? error.message : String(error)}`;
      this.#busy = false;
      this.#closed();
      return false;
    } finally {
      cancel();
    }
  }

  /** AUTH has been answered. What the client sent behind it in the clear is never executed (CVE-2011-0411). */
  async #beginTls(scope: 'control' | 'control-and-data'): Promise<boolean> {
    this.session.securing = undefined;
    if (this.#hasUnread()) {
      this.#reason = 'commands followed AUTH in the clear: somebody may have slipped them in';
      this.#socket.destroy();
      return false;
    }
    if (!(await this.#secure(scope))) return false;
    this.#paused = false;
    this.#attach(this.#socket);
    return true;
  }

  /** Puts TLS under the control connection; false when that failed, and the session is over then. */
  async #secure(scope: 'control' | 'control-and-data'): Promise<boolean> {
    const { session } = this;
    const { clock, limits } = session.context;
    const handshake = (this.#handshake = new AbortController());
    const cancel = clock.after(limits.handshakeMs, () => handshake.abort());
    this.#detach(this.#socket);
    try {
      this.#socket = await session.secure(this.#socket, scope, handshake.signal);
      return true;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (this.#closingMs === undefined) this.#reason = `the TLS handshake failed: ${why}`;
      this.#busy = false;
      this.#closed();
      return false;
    } finally {
      cancel();
      this.#handshake = undefined;
    }
  }

  /** Whether lines, or the beginning of one, wait to be read. */
  #hasUnread(): boolean {
    const lines = this.#incoming.some((waiting) => waiting.next().done !== true);
    return lines || this.#lines.held.length > 0 || this.#queue.length > 0;
  }

  async #answerLive(): Promise<void> {
    if (this.#answeringLive) return;
    this.#answeringLive = true;
    for (let request = this.#live.shift(); request !== undefined; request = this.#live.shift()) {
      this.#readOn();
      await this.#execute(request);
    }
    this.#answeringLive = false;
  }

  async #execute(request: Request): Promise<void> {
    const { session } = this;
    const { found, verb, argument } = request;
    if (found.kind === 'foreign') {
      this.#turnAway(found.protocol);
      return;
    }
    if (found.kind !== 'known') {
      const answer = refusal(found.kind, verb);
      await this.#replies.answer(answer);
      this.#tellFailure(verb, '', answer);
      return;
    }
    let last: Reply | undefined;
    const { transfersDone } = session;
    try {
      for await (const answer of found.command.execute(session, found.argument)) {
        await this.#replies.answer(answer);
        last = answer;
      }
    } catch (error) {
      session.fault(verb, error);
    }
    // Failures of transfers have been told as transfers.
    const told = session.transfersDone > transfersDone;
    if (last !== undefined && last.code >= 400 && !told)
      this.#tellFailure(verb, found.command.secret === true ? '' : argument, last);
    if (session.closing !== undefined) this.#hangUp(session.closing);
  }

  /** Somebody was sent here, perhaps to make us obey what hides in a request of theirs (ALPACA, CVE-2021-3618). */
  #turnAway(protocol: ForeignProtocol): void {
    const { context, ends } = this.session;
    context.bans?.offence(ends.peerAddress, 'bad-protocol');
    this.close(`this is FTP and not ${protocol}`);
  }

  #tellFailure(verb: string, argument: string, { code, lines, cause }: Reply): void {
    const { session } = this;
    const reason = `${code} ${lines.join(' ')}`;
    session.context.observe({
      ...session.origin,
      kind: 'command-failed',
      account: session.accountName,
      verb,
      argument,
      reply: reason,
      ...(cause === undefined ? {} : { cause }),
    });
  }

  #pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  /** The client will send no more. What it asked for is still answered; a transfer without it is not wanted any more. */
  #endOfInput(): void {
    this.session.leaving = true;
    this.session.transfer?.stop('control-lost');
    if (!this.#busy) this.#hangUp('the client closed the connection');
  }

  #hangUp(reason: string): void {
    // What the client does after that is not why it ended.
    if (this.#closingMs === undefined) this.#reason = reason;
    this.#closingMs ??= this.session.context.clock.monotonic();
    this.#socket.end();
    // The client's own end is waited for, but nothing more is heard.
    this.#socket.resume();
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.session.end();
    this.session.transfer?.stop('control-lost');
    for (const waiting of [this.#incoming, this.#queue, this.#live]) waiting.length = 0;
    this.session.data.close();
    // The session is over when what ran for it is: an upload that is being kept, say.
    void this.#answering.then(() => this.#onClosed(this.#reason));
  }
}

function requestOf(line: Uint8Array): Request {
  const parsed = parseCommandLine(line);
  const request = parsed === undefined ? NOT_A_COMMAND : { ...parsed, found: findCommand(parsed) };
  // No command of ours looks like another protocol, so only what is none is looked at again.
  const protocol = request.found.kind === 'known' ? undefined : foreignProtocolOf(line);
  return protocol === undefined ? request : { ...request, found: { kind: 'foreign', protocol } };
}

/** RFC 959 §4.2.1: 502 for what the standard knows and this server does not do, 500 for what nobody knows. */
function refusal(kind: Exclude<Request['found']['kind'], 'known' | 'foreign'>, verb: string): Reply {
  switch (kind) {
    case 'standard':
      return reply(502, `${verb} is not implemented.`);
    case 'parameter':
      return reply(504, `${verb} does not know that; try HELP.`);
    case 'unknown':
      return reply(500, `${verb} is not a command; try HELP.`);
    case 'not-a-command':
      return reply(500, 'That is not a command; try HELP.');
    case 'too-long':
      return reply(500, 'That line is too long.');
  }
}
