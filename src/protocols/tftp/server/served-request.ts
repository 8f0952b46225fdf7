/** One request and the transfer that it becomes: from the name to the file, from the first packet to the last event. */
import type { TransferOutcome } from '../../../observe/event.ts';
import type { SessionInfo } from '../../../observe/session-info.ts';
import { resolvePath, ROOT } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { Ending, Refusal } from '../channel/ending.ts';
import { ERROR_CODE } from '../wire/error-code.ts';
import { modeOf } from '../wire/mode.ts';
import { type Packet, printError, type Request } from '../wire/packet.ts';
import type { Asked, Completed, OpenTransfer, RequestOrigin, ServerContext } from './asked.ts';
import { reasonFor, refusalFor } from './file-refusal.ts';
import { openRead } from './open-read.ts';
import { openWrite } from './open-write.ts';
import type { TransferLine } from './transfer-line.ts';

const DENIED: Refusal = { code: ERROR_CODE.accessViolation, message: 'Access violation' };
const VERBS = { read: 'RRQ', write: 'WRQ' } as const;

/** A request that is refused before anything runs. */
class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: Refusal;
  readonly account: string | undefined;

  constructor(refusal: Refusal, why: string, account?: string) {
    super(why);
    this.refusal = refusal;
    this.account = account;
  }
}

export class ServedRequest {
  readonly request: Request;
  readonly origin: RequestOrigin;
  readonly #context: ServerContext;
  readonly #line: TransferLine;
  readonly #abort = new AbortController();
  readonly #startedMs: number;
  #open: OpenTransfer | undefined;
  #asked: Asked | undefined;
  #heardMs: number;
  #hasAnswered = false;
  #isComplete = false;

  constructor(request: Request, origin: RequestOrigin, line: TransferLine, context: ServerContext) {
    this.request = request;
    this.origin = origin;
    this.#line = line;
    this.#context = context;
    this.#startedMs = context.clock.monotonic();
    this.#heardMs = this.#startedMs;
  }

  /** Whether the client has shown that it is where the request said: until then anybody may have sent it. */
  get isProven(): boolean {
    return this.#hasAnswered;
  }

  get accountName(): string | undefined {
    return this.#asked?.account.name;
  }

  /**
   * Whether a request that comes from the same port means this transfer: the client repeats what it has not heard an
   * answer to. One whose client was heard lately and then fell silent has been begun anew there.
   */
  isMeantBy(request: Request): boolean {
    if (this.#isComplete || !isSame(this.request, request)) return false;
    const isQuiet = this.#context.clock.monotonic() - this.#heardMs > 2 * this.#context.timing.firstMs;
    return !(this.#hasAnswered && isQuiet);
  }

  received(packet: Packet): void {
    this.#heardMs = this.#context.clock.monotonic();
    this.#hasAnswered = true;
    this.#open?.transfer.received(packet);
  }

  /** Ends it with an ERROR that says why. */
  abort(why: string): void {
    const refusal = { code: ERROR_CODE.undefined, message: why };
    this.#abort.abort(new Refused(refusal, why));
    this.#open?.transfer.abort(refusal);
  }

  /**
   * Ends it without a word: the client has begun something else from the same port, and would take an ERROR for the
   * answer to that.
   */
  giveWay(): void {
    this.#line.close();
    this.abort('the client asked for something else');
  }

  info(): SessionInfo {
    const nowMs = this.#context.clock.monotonic();
    const { session, peer } = this.origin;
    const account = this.accountName;
    const facts = {
      protocol: 'tftp',
      session,
      peer,
      encrypted: 'no',
      ...(account !== undefined && { account }),
    } as const;
    const times = { sinceMs: nowMs - this.#startedMs, idleMs: nowMs - this.#heardMs };
    const open = this.#open;
    if (open === undefined) return { ...facts, ...times, state: 'busy' };
    const { bytes } = open.transfer;
    const rate = times.sinceMs > 0 ? (bytes * 1000) / times.sinceMs : 0;
    const transfer = {
      verb: VERBS[this.request.direction],
      path: this.#asked?.path ?? ROOT,
      bytes,
      ...(open.totalBytes !== undefined && { totalBytes: open.totalBytes }),
      rateBytesPerSecond: Math.round(rate),
    };
    return { ...facts, ...times, state: this.#isComplete ? 'closing' : 'transferring', transfer };
  }

  /** Serves it to its end. Never rejects. */
  async serve(): Promise<void> {
    try {
      await this.#serve();
    } catch (error) {
      this.#refuse(error);
    } finally {
      this.#line.close();
    }
  }

  async #serve(): Promise<void> {
    const asked = this.#read();
    this.#asked = asked;
    const place = this.#context.admission?.beginTransfer(asked.account);
    if (place?.outcome === 'refused')
      throw new Refused({ code: ERROR_CODE.undefined, message: 'Busy, try again' }, place.reason, asked.account.name);
    try {
      const opening = this.request.direction === 'read' ? openRead : openWrite;
      const open = await opening(asked, this.#line, this.#context);
      await this.#openLine(open);
      await this.#run(open, asked);
    } finally {
      if (place?.outcome === 'admitted') place.leave();
    }
  }

  /** A file that cannot be sent is let go of. */
  async #openLine(open: OpenTransfer): Promise<void> {
    try {
      await this.#line.open((packet) => this.received(packet));
      this.#abort.signal.throwIfAborted();
      this.#open = open;
    } catch (error) {
      await open.settle({ kind: 'failed', error });
      throw error;
    }
  }

  /** Looks at the request. Throws a {@link Refused}. */
  #read(): Asked {
    const { accountFor, names } = this.#context;
    const { direction, name } = this.request;
    const { address } = this.origin;
    const mode = modeOf(this.request.mode);
    if (mode === undefined)
      throw new Refused(
        { code: ERROR_CODE.illegalOperation, message: 'Unknown transfer mode' },
        `the mode ${JSON.stringify(this.request.mode)} is not octet or netascii`,
      );
    const account = accountFor(address);
    if (account === undefined) throw new Refused(DENIED, 'no rule lets this address in without a login');
    const mapped = names === undefined ? name : names(name, { direction, address });
    if (mapped === undefined) throw new Refused(DENIED, 'the map of names refuses it', account.name);
    const path = resolvePath(ROOT, mapped);
    if (path === undefined) throw new Refused(DENIED, 'no file can have that name', account.name);
    return { request: this.request, mode, account, path, signal: this.#abort.signal, origin: this.origin };
  }

  async #run(open: OpenTransfer, asked: Asked): Promise<void> {
    const { clock, limits } = this.#context;
    const stopWatch = clock.after(limits.transferMs, () => this.abort('Took too long'));
    let ending: Ending;
    try {
      open.transfer.start();
      ending = await open.transfer.ended;
    } finally {
      stopWatch();
    }
    this.#isComplete = true;
    const completed = await open.settle(ending);
    if (!this.#wasOnlyAsked(ending)) this.#tell(completed.ending ?? ending, completed, asked);
    await completed.gone;
  }

  /** PXE and others ask for the size, and leave with an ERROR when they have heard it: nothing has gone wrong. */
  #wasOnlyAsked({ kind }: Ending): boolean {
    return kind === 'refused' && this.request.direction === 'read' && this.#open?.transfer.bytes === 0;
  }

  #tell(ending: Ending, { evidence }: Completed, { path, account, mode }: Asked): void {
    const { outcome, reason } = verdictOn(ending, this.#hasAnswered);
    this.#context.observe({
      kind: 'transfer',
      protocol: 'tftp',
      session: this.origin.session,
      peer: this.origin.peer,
      account: account.name,
      direction: this.request.direction === 'read' ? 'download' : 'upload',
      type: mode === 'octet' ? 'image' : 'ascii',
      verb: VERBS[this.request.direction],
      path,
      bytes: this.#open?.transfer.bytes ?? 0,
      startBytes: 0,
      durationMs: this.#context.clock.monotonic() - this.#startedMs,
      outcome,
      reason,
      ...(evidence !== undefined && outcome === 'complete' && { evidence }),
    });
  }

  #refuse(error: unknown): void {
    const isRefused = error instanceof Refused;
    const refusal = isRefused ? error.refusal : refusalFor(error);
    this.#line.refuse(printError(refusal.code, refusal.message));
    const { session, peer } = this.origin;
    this.#context.observe({
      kind: 'command-failed',
      protocol: 'tftp',
      session,
      peer,
      account: (isRefused ? error.account : undefined) ?? this.accountName,
      verb: VERBS[this.request.direction],
      argument: this.request.name,
      reply: `ERROR ${refusal.code}: ${isRefused ? error.message : reasonFor(error)}`,
      ...(isRefused || error instanceof FileError ? {} : { cause: error }),
    });
  }
}

const isSame = (one: Request, other: Request): boolean =>
  one.direction === other.direction && one.name === other.name && one.mode === other.mode;

/** How it ended, for the log. */
function verdictOn(
  ending: Ending,
  hasAnswered: boolean,
): { readonly outcome: TransferOutcome; readonly reason: string } {
  switch (ending.kind) {
    case 'complete':
      return ending.confirmation === 'confirmed'
        ? { outcome: 'complete', reason: '' }
        : { outcome: 'complete', reason: 'the last ACK never came' };
    case 'silent':
      return { outcome: 'stalled', reason: hasAnswered ? 'the client answered no more' : 'the client never answered' };
    case 'refused':
      return { outcome: 'aborted', reason: `the client sent ERROR ${ending.code}: ${ending.message}` };
    case 'broken':
      return { outcome: 'failed', reason: ending.why };
    case 'aborted':
      return { outcome: 'aborted', reason: ending.why };
    case 'failed':
      return { outcome: 'failed', reason: reasonFor(ending.error) };
  }
}
