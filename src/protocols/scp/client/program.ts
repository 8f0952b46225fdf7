/** One run of scp at the server, for one errand; whatever goes wrong with it becomes a `FileError`. */
import { printable } from '../../../base/escape.ts';
import { decodeName } from '../../../base/name.ts';
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import { ChannelLostError, type RemoteProgram } from '../../ssh/channel/byte-channel.ts';
import { type Answer, Conversation, CutOffError, NotScpError } from '../channel/conversation.ts';
import type { Line, ScpRecord } from '../wire/record.ts';
import { notScp, refusedBy } from './failure.ts';
import type { ScpTimeouts } from './options.ts';
import { commandFor, type Flag, isForDevice, type Remote } from './remote.ts';

/** How long a program may take to end when all is said; then the channel is taken from it. */
const LAST_WORDS_MS = 5_000;
/** What it may still send by then. */
const LAST_WORDS_BYTES = 256 * 1024;

export interface Errand {
  readonly flags: readonly Flag[];
  readonly path: VirtualPath;
  readonly signal: AbortSignal | undefined;
}

export class Program {
  readonly #remote: Remote;
  readonly #errand: Errand;
  readonly #program: RemoteProgram;
  readonly #conversation: Conversation;
  readonly #connection: number;
  readonly #watched: AbortSignal;
  readonly #stop = (): void => this.abandon();
  #isOver = false;
  /** The server was silent for as long as it may be. */
  #silentMs: number | undefined;

  private constructor(remote: Remote, errand: Errand, program: RemoteProgram, connection: number) {
    this.#remote = remote;
    this.#errand = errand;
    this.#program = program;
    this.#connection = connection;
    this.#conversation = new Conversation(program);
    this.#watched = watchedBy(remote, errand);
    this.#watched.addEventListener('abort', this.#stop, { once: true });
    if (this.#watched.aborted) this.abandon();
  }

  static async start(remote: Remote, errand: Errand): Promise<Program> {
    const { path, flags, signal } = errand;
    if (remote.dialect === 'device' && !isForDevice(path))
      throw new FileError('bad-name', path, { detail: 'a device takes no name with spaces or control characters' });
    signal?.throwIfAborted();
    const connection = remote.nextProgram();
    const command = commandFor(remote, flags, path);
    remote.observe({ kind: 'command', connection, line: printable(decodeName(command)) });
    const program = await remote.exec(command, watchedBy(remote, errand));
    return new Program(remote, errand, program, connection);
  }

  /** Says that it may begin: a source waits for that. */
  begin(): Promise<void> {
    return this.#guarded('replyMs', () => this.#conversation.acknowledge());
  }

  acknowledge(): Promise<void> {
    return this.#guarded('replyMs', () => this.#conversation.acknowledge());
  }

  /** The next line of a source. Rejects where the server ends instead. */
  line(): Promise<Line> {
    return this.#guarded('replyMs', async () => {
      const line = await this.#conversation.line();
      if (line === undefined) throw new CutOffError('the server ended without a word');
      return line;
    });
  }

  /** The answer of a sink, or the end of a file. Rejects where the server refuses. */
  async accepted(): Promise<void> {
    const answer = await this.answer();
    if (answer.kind !== 'ok') throw this.refusedBy(answer.text);
  }

  answer(): Promise<Answer> {
    return this.#guarded('replyMs', () => this.#conversation.answer());
  }

  send(record: ScpRecord): Promise<void> {
    return this.#guarded('replyMs', () => this.#conversation.send(record));
  }

  /** Sends a record that the server must take. */
  async ask(record: ScpRecord): Promise<void> {
    await this.send(record);
    await this.accepted();
  }

  refuse(kind: 'warning' | 'fatal', text: string): Promise<void> {
    return this.#guarded('replyMs', () => this.#conversation.say({ kind, text }));
  }

  /** Bytes of a file, at most so many. Rejects where the server ends before. */
  content(mostBytes: number): Promise<Uint8Array> {
    return this.#guarded('dataMs', async () => {
      const piece = await this.#conversation.content(mostBytes);
      if (piece === undefined) throw new CutOffError('the server ended in the middle of the file');
      return piece;
    });
  }

  sendContent(bytes: Uint8Array): Promise<void> {
    return this.#guarded('dataMs', () => this.#conversation.sendContent(bytes));
  }

  refusedBy(text: string): FileError {
    this.note(`the server says: ${printable(text)}`);
    return refusedBy(this.#errand.path, text);
  }

  note(text: string): void {
    this.#remote.observe({ kind: 'note', connection: this.#connection, text });
  }

  /**
   * All is done, and known to be: nothing that comes now changes that. Devices close the connection right behind the last
   * byte, and some servers tell no exit status.
   */
  finish(): void {
    this.#release();
    this.#program.end();
    const cancel = this.#remote.clock.after(LAST_WORDS_MS, () => this.#program.destroy());
    void this.#drain().finally(() => {
      cancel();
      this.#program.destroy();
    });
  }

  /** Nothing of it is wanted any more. Does nothing to one that has finished. */
  abandon(): void {
    if (this.#isOver) return;
    this.#release();
    this.#program.destroy();
  }

  async #drain(): Promise<void> {
    try {
      for (let bytes = 0; bytes < LAST_WORDS_BYTES;) {
        const piece = await this.#program.read();
        if (piece === undefined) return;
        bytes += piece.length;
      }
    } catch {
      // It has closed the connection instead, as devices do.
    }
  }

  #release(): void {
    this.#isOver = true;
    this.#watched.removeEventListener('abort', this.#stop);
  }

  async #guarded<T>(which: keyof ScpTimeouts, act: () => Promise<T>): Promise<T> {
    const ms = this.#remote.timeouts[which];
    const cancel = this.#remote.clock.after(ms, () => {
      this.#silentMs = ms;
      this.#program.destroy();
    });
    try {
      return await act();
    } catch (error) {
      const failure = await this.#failureOf(error);
      this.abandon();
      throw failure;
    } finally {
      cancel();
    }
  }

  async #failureOf(error: unknown): Promise<unknown> {
    const { path, signal } = this.#errand;
    if (signal?.aborted === true) return signal.reason;
    if (this.#remote.closing.aborted)
      return new FileError('connection-lost', path, { detail: 'the connection was closed' });
    if (this.#silentMs !== undefined)
      return new FileError('timed-out', path, { detail: `the server was silent for ${this.#silentMs / 1000} s` });
    if (error instanceof NotScpError) return notScp(path, error.text, undefined);
    if (!(error instanceof CutOffError || error instanceof ChannelLostError)) return error;
    return await this.#lost(error);
  }

  /** It ended too early: what it said on standard error tells why, if anything does. */
  async #lost(cause: Error): Promise<FileError> {
    const { path } = this.#errand;
    const status = await this.#status();
    const complaints = decodeName(this.#program.complaints).trim();
    if (status === 127) return notScp(path, complaints, status);
    if (complaints !== '') return this.refusedBy(complaints);
    return new FileError('connection-lost', path, { detail: `the server ended too early: ${cause.message}`, cause });
  }

  #status(): Promise<number | undefined> {
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const cancel = this.#remote.clock.after(LAST_WORDS_MS, () => resolve(undefined));
    void this.#program.exited.then(resolve);
    return promise.finally(cancel);
  }
}

const watchedBy = ({ closing }: Remote, { signal }: Errand): AbortSignal =>
  signal === undefined ? closing : AbortSignal.any([signal, closing]);
