/** One run of scp for a client: what it says, counts and tells, whichever way the files go. */
import type { Completeness } from '../../../base/completeness.ts';
import { oneLine } from '../../../base/one-line.ts';
import { resolvePath, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions, Entry, FileSystem } from '../../../files/file-system.ts';
import type { TransferOutcome } from '../../../observe/event.ts';
import type { RunningTransfer } from '../../../observe/session-activity.ts';
import { ChannelLostError, type ServedChannel } from '../../ssh/channel/byte-channel.ts';
import { type Answer, Conversation, CutOffError } from '../channel/conversation.ts';
import type { ScpCommand } from '../wire/command.ts';
import { reasonOf, textOfKind } from './error-text.ts';
import type { ScpSession } from './session-options.ts';

/** Ends the run at once: the client was told, or is gone. */
export class RunEnded extends Error {
  override readonly name = 'RunEnded';
}

const DEFAULT_DEPTH = 64;

/** How a transfer of one file ended. */
interface Ended {
  readonly outcome: TransferOutcome;
  readonly reason: string;
  readonly evidence?: Completeness;
}

export interface FileTransfer {
  readonly running: RunningTransfer;
  end(how: Ended): void;
}

export class ScpRun {
  readonly command: ScpCommand;
  readonly session: ScpSession;
  readonly conversation: Conversation;
  /** `scp -t` or `scp -f`, for what is told. */
  readonly verb: string;
  #failures = 0;

  constructor(channel: ServedChannel, command: ScpCommand, session: ScpSession) {
    this.command = command;
    this.session = session;
    this.conversation = new Conversation(channel);
    this.verb = command.role === 'sink' ? 'scp -t' : 'scp -f';
  }

  get files(): FileSystem {
    return this.session.account.files;
  }

  get call(): CallOptions {
    return { signal: this.session.signal };
  }

  get mostDepth(): number {
    return this.session.limits?.depth ?? DEFAULT_DEPTH;
  }

  /** As OpenSSH's: 1 when anything was not as it should be. */
  get exitStatus(): number {
    return this.#failures === 0 ? 0 : 1;
  }

  /** Where a name leads that the client typed; `bad-name` for what no file can be called. */
  resolve(text: string): VirtualPath {
    const { startDirectory } = this.session;
    const path = resolvePath(startDirectory, text === '' ? '.' : text);
    if (path === undefined) throw new FileError('bad-name', startDirectory);
    return path;
  }

  /** A name within a directory, as a peer or a listing spells it. */
  childOf(directory: VirtualPath, name: string): VirtualPath {
    const path = resolvePath(directory, name);
    if (path === undefined) throw new FileError('bad-name', directory);
    return path;
  }

  /** What stands there; `undefined` where nothing does. */
  async standing(path: VirtualPath): Promise<Entry | undefined> {
    try {
      return await this.files.stat(path, this.call);
    } catch (error) {
      if (error instanceof FileError && error.kind === 'not-found') return undefined;
      throw error;
    }
  }

  /** Tells the client that one item failed; the rest goes on. */
  async warn(text: string): Promise<void> {
    this.#failures += 1;
    await this.conversation.say({ kind: 'warning', text: oneLine(`scp: ${text}`) });
  }

  /** Tells the client that nothing goes on, and ends the run. */
  async giveUp(text: string): Promise<never> {
    this.#failures += 1;
    await this.conversation.say({ kind: 'fatal', text: oneLine(`scp: ${text}`) });
    this.refused('', text, undefined);
    throw new RunEnded(text);
  }

  /** One item failed: the client and the log are told. A bug, or a loss of the channel, is thrown on. */
  async failed(shown: string, error: unknown): Promise<void> {
    const known = this.failureOf(error);
    await this.warn(`${shown}: ${textOfKind(known.kind)}`);
    this.refused(shown, textOfKind(known.kind), known.cause);
  }

  /** What the file system says; anything else is no failure of one item. */
  failureOf(error: unknown): FileError {
    if (error instanceof FileError && !this.session.signal.aborted) return error;
    throw error;
  }

  refused(argument: string, reply: string, cause: unknown): void {
    const { observe, origin, account } = this.session;
    const why = cause === undefined ? {} : { cause };
    observe({ ...origin, kind: 'command-failed', account: account.name, verb: this.verb, argument, reply, ...why });
  }

  /** The other side's answer, counted where it is a complaint; a fatal one ends the run. */
  async answer(): Promise<Answer> {
    const answer = await this.conversation.answer();
    this.session.activity.touch();
    if (answer.kind === 'ok') return answer;
    this.#failures += 1;
    this.refused('', `the client says: ${answer.text}`, undefined);
    if (answer.kind === 'fatal') throw new RunEnded(answer.text);
    return answer;
  }

  /** The client has complained of one item. */
  complained(text: string): void {
    this.#failures += 1;
    this.refused('', `the client says: ${text}`, undefined);
  }

  made(path: VirtualPath): void {
    const { observe, origin, account } = this.session;
    observe({ ...origin, kind: 'changed', account: account.name, verb: this.verb, path, detail: 'directory made' });
  }

  /**
   * A place for one file among the transfers of the account, and its watch; `undefined` when there is none, and then the
   * client has been told.
   */
  async beginFile(path: VirtualPath, totalBytes: number): Promise<FileTransfer | undefined> {
    const { activity, beginTransfer, observe, origin, account } = this.session;
    const place = beginTransfer();
    if (place.outcome === 'refused') {
      observe({ ...origin, kind: 'limit', account: account.name, reason: place.reason });
      await this.warn(`${path}: ${place.reason}; try again later`);
      return undefined;
    }
    const running = activity.begin({ verb: this.verb, path, totalBytes });
    return {
      running,
      end: (how) => {
        place.leave();
        running.end();
        this.#tell(running, how);
      },
    };
  }

  #tell({ path, bytes, startedMs }: RunningTransfer, { outcome, reason, evidence }: Ended): void {
    const { observe, origin, account, clock } = this.session;
    observe({
      ...origin,
      kind: 'transfer',
      account: account.name,
      direction: this.command.role === 'sink' ? 'upload' : 'download',
      verb: this.verb,
      path,
      bytes,
      startBytes: 0,
      durationMs: clock.monotonic() - startedMs,
      outcome,
      reason,
      ...(evidence === undefined ? {} : { evidence }),
    });
  }

  /** How a transfer ended that has thrown this. */
  endedBy(error: unknown): Ended {
    if (this.session.signal.aborted) return { outcome: 'aborted', reason: 'the server ended the session' };
    if (error instanceof CutOffError || error instanceof ChannelLostError)
      return { outcome: 'aborted', reason: 'the client went away in the middle of the file' };
    if (error instanceof FileError) return { outcome: 'failed', reason: reasonOf(error) };
    return { outcome: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}
