/** One client of an SSH server: its login, the programs that it runs, and when it has waited too long. */
import type { Socket } from 'node:net';
import type { Account, KeyRestrictions } from '../../../accounts/account.ts';
import { authority } from '../../../base/authority.ts';
import { SessionActivity } from '../../../observe/session-activity.ts';
import type { SessionInfo } from '../../../observe/session-info.ts';
import type { Ends } from '../../door/entrance.ts';
import { SocketPace } from '../channel/socket-pace.ts';
import { type KeyExchangeOffer, OfferReader } from '../wire/key-exchange-offer.ts';
import { legacyAmong, type Offered, whyNothingInCommon } from './algorithms.ts';
import { Authentication } from './authentication.ts';
import type { SshContext } from './context.ts';
import {
  type LibraryChannel,
  type LibraryConnection,
  type LibrarySession,
  type NegotiatedAlgorithms,
  openConnection,
  type WindowSize,
} from './library.ts';
import type { ProgramRequest, ShellTerminal, SshLogin } from './options.ts';
import { ProgramChannel } from './program-channel.ts';

/** How long a client may take to close after we have ended the connection. */
const CLOSING_MS = 2_000;
/** Channels that are opened and closed without a program; beyond, the client plays with us. */
const MOST_IDLE_CHANNELS = 1_000;

export class Connection {
  readonly id: string;
  readonly ends: Ends;
  readonly #context: SshContext;
  readonly #socket: Socket;
  readonly #library: LibraryConnection;
  readonly #pace: SocketPace;
  readonly #offered: Offered;
  readonly #activity: SessionActivity;
  readonly #gone = new AbortController();
  readonly #openedMs: number;
  readonly #programs = new Set<ProgramChannel>();
  readonly #onClosed: (reason: string) => void;
  #offer: KeyExchangeOffer | undefined;
  #isHandshakeDone = false;
  #account: Account | undefined;
  #restrictions: KeyRestrictions | undefined;
  #leave: () => void = () => undefined;
  #channels = 0;
  #idleChannels = 0;
  #keyedMs: number;
  #keyedBytes = 0;
  #rekeyed: PromiseWithResolvers<undefined> | undefined;
  #reason: string | undefined;
  #closingMs: number | undefined;
  /** No further program begins, and the connection ends behind those that run. */
  #finishing: string | undefined;

  constructor(socket: Socket, ends: Ends, { id, context, onClosed }: ConnectionStart) {
    this.id = id;
    this.ends = ends;
    this.#context = context;
    this.#socket = socket;
    this.#onClosed = onClosed;
    this.#openedMs = context.clock.monotonic();
    this.#keyedMs = this.#openedMs;
    this.#activity = new SessionActivity(context.clock);
    this.#pace = new SocketPace(socket);
    this.#offered = context.algorithms.offerTo(ends.peerAddress, context.clock.now());
    this.#listenForOffer();
    const { keepAliveMs, keepAliveTries } = context.limits;
    this.#library = openConnection(socket, {
      identification: context.identification,
      offer: this.#offered.lists,
      hostKeys: context.hostKeys,
      keepAliveMs,
      keepAliveTries,
    });
    this.#listen();
  }

  get accountName(): string | undefined {
    return this.#account?.name;
  }

  get origin(): { readonly protocol: 'sftp'; readonly session: string; readonly peer: string } {
    return { protocol: 'sftp', session: this.id, peer: authority(this.ends.peerAddress, this.ends.peerPort) };
  }

  info(nowMs: number): SessionInfo {
    const transfer = this.#activity.info();
    return {
      ...this.origin,
      encrypted: this.#isHandshakeDone ? 'control and data' : 'no',
      sinceMs: nowMs - this.#openedMs,
      idleMs: nowMs - this.#activity.activeMs,
      state: this.#state(),
      ...(this.#account !== undefined && { account: this.#account.name }),
      ...(transfer !== undefined && { transfer }),
    };
  }

  /** Ends the connection when nothing is transferred any more; at once when nothing is. */
  finish(reason: string): void {
    this.#finishing ??= reason;
    this.#finishWhenQuiet();
  }

  /** Ends it at once; the client is told. */
  kick(reason: string): void {
    for (const program of this.#programs) program.complain(`${reason}\r\n`);
    this.#end(reason);
  }

  destroy(reason: string): void {
    this.#reason ??= reason;
    this.#socket.destroy();
  }

  /** Looks at deadlines; about once a second. */
  watch(nowMs: number): void {
    const { limits, bans } = this.#context;
    if (this.#closingMs !== undefined) {
      if (nowMs - this.#closingMs > CLOSING_MS) this.#socket.destroy();
      return;
    }
    this.#finishWhenQuiet();
    if (this.#account === undefined && nowMs - this.#openedMs > limits.loginMs) {
      bans?.offence(this.ends.peerAddress, 'no-login');
      this.#end(`no login within ${limits.loginMs / 1_000} s`);
    } else if (nowMs - this.#activity.activeMs > limits.idleMs) {
      this.#end(`idle for ${limits.idleMs / 1_000} s`);
    } else this.#rekeyWhenDue(nowMs);
  }

  #state(): SessionInfo['state'] {
    if (this.#closingMs !== undefined) return 'closing';
    if (this.#account === undefined) return 'logging in';
    return this.#activity.transfers > 0 ? 'transferring' : 'idle';
  }

  #finishWhenQuiet(): void {
    if (this.#finishing !== undefined && this.#activity.transfers === 0) this.kick(this.#finishing);
  }

  #end(reason: string): void {
    if (this.#closingMs !== undefined) return;
    this.#reason ??= reason;
    this.#closingMs = this.#context.clock.monotonic();
    this.#gone.abort();
    // Behind what the programs still say.
    setImmediate(() => this.#library.end());
  }

  #listenForOffer(): void {
    const reader = new OfferReader();
    const onData = (chunk: Uint8Array): void => {
      this.#offer ??= reader.take(chunk);
      if (this.#offer !== undefined || this.#isHandshakeDone) this.#socket.off('data', onData);
    };
    this.#socket.on('data', onData);
    this.#socket.pause();
  }

  #listen(): void {
    const { authenticator, admission, limits, keyboardInteractive, observe } = this.#context;
    const authentication = new Authentication({
      authenticator,
      admission,
      limits,
      keyboardInteractive,
      address: this.ends.peerAddress,
      legacy: this.#offered.legacy,
      signal: this.#gone.signal,
      told: {
        join: (account, restrictions) => this.#join(account, restrictions),
        failed: (account, reason) => observe({ ...this.origin, kind: 'login-failed', account, reason }),
        limited: (reason) => observe({ ...this.origin, kind: 'limit', account: undefined, reason }),
        fault: (cause) => observe({ kind: 'fault', where: `ssh login (${this.id})`, cause }),
        close: (reason) => this.#end(reason),
      },
    });
    this.#library
      .on('authentication', (context) => void authentication.answer(context))
      .on('handshake', (agreed) => this.#agreed(agreed))
      .on('rekey', () => this.#keyed())
      .on('ready', () => this.#loggedIn())
      .on('session', (accept, reject) => this.#opened(accept, reject))
      .on('error', (error) => this.#failed(error))
      .on('close', () => this.#closed());
  }

  #agreed({ kex, serverHostKey, cs, sc }: NegotiatedAlgorithms): void {
    if (this.#isHandshakeDone) return;
    this.#isHandshakeDone = true;
    const cipher = [kex, serverHostKey, cs.cipher, cs.mac].filter((name) => name !== '').join(', ');
    this.#context.observe({ ...this.origin, kind: 'secured', version: 'SSH-2.0', cipher, certificateNames: [] });
    const legacy = legacyAmong([kex, serverHostKey, cs.cipher, sc.cipher, cs.mac, sc.mac]);
    if (legacy.length > 0) {
      const reasons = this.#offered.reasons.join('; ');
      const text = `${this.origin.peer} uses old algorithms (${legacy.join(', ')}), switched on because: ${reasons}`;
      this.#context.observe({ kind: 'note', text });
    }
  }

  #join(account: Account, restrictions: KeyRestrictions | undefined): string | undefined {
    const place = this.#context.admission.join(account);
    if (place.outcome === 'refused') {
      const reason = `${account.name} was not let in: ${place.reason}`;
      this.#context.observe({ ...this.origin, kind: 'limit', account: account.name, reason });
      return reason;
    }
    this.#leave = () => place.leave();
    this.#account = account;
    this.#restrictions = restrictions;
    return undefined;
  }

  #loggedIn(): void {
    const account = this.#account;
    if (account === undefined) return;
    this.#activity.touch();
    const { name, anonymous } = account;
    this.#context.observe({ ...this.origin, kind: 'login', account: name, anonymous });
  }

  #opened(accept: () => LibrarySession, reject: () => void): void {
    this.#activity.touch();
    const { channels } = this.#context.limits;
    if (this.#channels >= channels || this.#finishing !== undefined) {
      reject();
      return;
    }
    this.#channels += 1;
    const session = accept();
    let isRunning = false;
    const run = (start: () => LibraryChannel, request: ProgramRequest): void => {
      isRunning = true;
      void this.#run(start(), request);
    };
    const terminal = this.#terminalOf(session);
    session
      .on('env', (_accept, refuse) => refuse?.())
      .on('exec', (start, _refuse, { command }) => run(start, { kind: 'exec', command }))
      .on('shell', (start) => run(start, { kind: 'shell', ...terminal() }))
      .on('subsystem', (start, refuse, { name }) => {
        if (this.#serves({ kind: 'subsystem', name })) run(start, { kind: 'subsystem', name });
        else refuse?.();
      })
      .on('close', () => {
        this.#channels -= 1;
        if (!isRunning) this.#forgetIdle(session);
      });
  }

  /** The terminal that a client has asked for by the time at which it starts something. */
  #terminalOf(session: LibrarySession): () => { readonly terminal?: ShellTerminal } {
    let size: { readonly columns: number; readonly rows: number } | undefined;
    const take = ({ cols, rows }: WindowSize): void => {
      size = { columns: cols, rows };
    };
    session.on('pty', (accept, refuse, info) => {
      if (this.#context.terminals === 'refused') {
        refuse?.();
        return;
      }
      take(info);
      accept?.();
    });
    session.on('window-change', (accept, _refuse, info) => {
      if (size !== undefined) take(info);
      accept?.();
    });
    return () => (size === undefined ? {} : { terminal: { size: () => size ?? { columns: 80, rows: 24 } } });
  }

  /** The library keeps a channel on which nothing ever ran, and does not answer its end. */
  #forgetIdle({ _chanInfo }: LibrarySession): void {
    this.#library._protocol.channelClose(_chanInfo.outgoing.id);
    this.#library._chanMgr.remove(_chanInfo.incoming.id);
    this.#idleChannels += 1;
    if (this.#idleChannels > MOST_IDLE_CHANNELS) this.#end('it opens channels and does nothing with them');
  }

  #login(): SshLogin | undefined {
    const account = this.#account;
    if (account === undefined) return undefined;
    const { access = 'as-account', only, startDirectory } = this.#restrictions ?? {};
    return {
      account,
      access,
      ...(only !== undefined && { only }),
      ...(startDirectory !== undefined && { startDirectory }),
      session: this.id,
      peer: this.origin.peer,
      address: this.ends.peerAddress,
      activity: this.#activity,
      signal: this.#gone.signal,
    };
  }

  #serves(request: ProgramRequest): boolean {
    const login = this.#login();
    return login !== undefined && typeof this.#context.programs(request, login) === 'function';
  }

  async #run(channel: LibraryChannel, request: ProgramRequest): Promise<void> {
    const program = new ProgramChannel(channel, {
      pace: this.#pace,
      rekeyed: () => this.#rekeying(),
      isGone: () => this.#socket.destroyed || this.#socket.writableEnded || this.#gone.signal.aborted,
    });
    const login = this.#login();
    if (login === undefined) return;
    const serve = this.#context.programs(request, login);
    if (typeof serve !== 'function') {
      this.#refuse(program, request, serve.refusal);
      return;
    }
    this.#programs.add(program);
    try {
      await serve(program, login);
    } catch (cause) {
      this.#context.observe({ kind: 'fault', where: `ssh ${request.kind} (${this.id})`, cause });
      program.destroy();
    } finally {
      this.#programs.delete(program);
      this.#finishWhenQuiet();
    }
  }

  /** There is no shell to run anything: 127 is what one says of a command that it does not find. */
  #refuse(program: ProgramChannel, request: ProgramRequest, refusal: string): void {
    const { observe } = this.#context;
    const [verb, argument] = request.kind === 'exec' ? ['exec', request.command] : [request.kind, ''];
    observe({ ...this.origin, kind: 'command-failed', account: this.accountName, verb, argument, reply: refusal });
    program.complain(`${refusal}\r\n`);
    program.exit(request.kind === 'exec' ? 127 : 1);
  }

  #rekeying(): Promise<void> | undefined {
    if (this.#library._protocol._kexinit === undefined || this.#gone.signal.aborted) return undefined;
    this.#rekeyed ??= Promise.withResolvers();
    return this.#rekeyed.promise;
  }

  #keyed(): void {
    this.#keyedMs = this.#context.clock.monotonic();
    this.#keyedBytes = this.#movedBytes;
    this.#rekeyed?.resolve(undefined);
    this.#rekeyed = undefined;
  }

  get #movedBytes(): number {
    return this.#socket.bytesRead + this.#socket.bytesWritten;
  }

  #rekeyWhenDue(nowMs: number): void {
    const { rekeyBytes, rekeyMs } = this.#context.limits;
    const isDue = this.#movedBytes - this.#keyedBytes > rekeyBytes || nowMs - this.#keyedMs > rekeyMs;
    if (isDue && this.#account !== undefined && this.#library._protocol._kexinit === undefined) this.#library.rekey();
  }

  #failed(error: Error & { readonly level?: string }): void {
    const { bans, clock } = this.#context;
    this.#reason ??= this.#explain(error);
    // Whoever speaks no SSH at all, and not one whose connection broke or whose algorithms are old.
    if (error.level !== 'socket' && !this.#isHandshakeDone && this.#offer === undefined)
      bans?.offence(this.ends.peerAddress, 'bad-protocol');
    this.#closingMs ??= clock.monotonic();
    this.#gone.abort();
  }

  #explain({ level, message }: { readonly level?: string; readonly message: string }): string {
    if (level === 'socket') return `the connection broke: ${message}`;
    if (level === 'client-timeout') return 'the client answers no more';
    if (level === 'handshake' && this.#offer !== undefined)
      return whyNothingInCommon(this.#offer, this.#offered) ?? message;
    return this.#offer === undefined ? 'it does not speak SSH' : message;
  }

  #closed(): void {
    this.#gone.abort();
    this.#rekeyed?.resolve(undefined);
    this.#leave();
    this.#onClosed(this.#reason ?? 'the client closed the connection');
  }
}

export interface ConnectionStart {
  readonly id: string;
  readonly context: SshContext;
  /** Once, with the reason for the log. */
  readonly onClosed: (reason: string) => void;
}
