/** One transfer over a data connection: what it is for, how far it has come, and how it is stopped. */
import type { Socket } from 'node:net';
import type { Completeness } from '../../../base/completeness.ts';
import type { VirtualPath } from '../../../base/virtual-path.ts';
import type { ReplyCode } from '../wire/reply.ts';

/** Why a transfer is stopped from outside. */
export type StopReason = 'abor' | 'stalled' | 'control-lost' | 'shutdown' | 'kicked';

/** A transfer that failed for a reason that is neither the file system's nor a stop: the code and the sentence to send. */
export class TransferFailure extends Error {
  override readonly name = 'TransferFailure';
  readonly code: ReplyCode;

  constructor(code: ReplyCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What a command wants moved. */
export interface TransferPlan {
  readonly verb: string;
  readonly direction: 'download' | 'upload' | 'listing';
  readonly path: VirtualPath;
  readonly startBytes?: number;
  /** Size of the whole in bytes, where it is known, for STAT. */
  readonly totalBytes?: number;
  /** The text behind 150. */
  readonly opening: string;
  /** Of an upload that is whole: what shows it. */
  readonly evidence?: (transfer: Transfer) => Completeness;
  /** Moves everything and resolves once it is safe; what it resolves to is the text behind 226. */
  readonly move: (socket: Socket, transfer: Transfer) => Promise<string>;
  /** Called once when the transfer did not complete, before the client hears of it. */
  readonly giveUp?: (error: unknown) => Promise<void>;
}

export class Transfer {
  readonly plan: TransferPlan;
  readonly ended: Promise<void>;
  bytes = 0;
  /** Monotonic milliseconds: of the 150, and of the last byte that moved. */
  readonly startedMs: number;
  progressMs: number;
  readonly #controller = new AbortController();
  readonly #clock: { monotonic(): number };
  #stopped: StopReason | undefined;
  #end: () => void = () => undefined;

  constructor(plan: TransferPlan, clock: { monotonic(): number }) {
    this.plan = plan;
    this.#clock = clock;
    this.startedMs = this.progressMs = clock.monotonic();
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get stopped(): StopReason | undefined {
    return this.#stopped;
  }

  moved(bytes: number): void {
    this.bytes += bytes;
    this.progressMs = this.#clock.monotonic();
  }

  /** The client waits for us (for the disk, or for its bandwidth): the stall clock stops until a byte moves. */
  holdClient(): void {
    this.progressMs = Infinity;
  }

  stop(reason: StopReason): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    this.#controller.abort();
  }

  finish(): void {
    this.#end();
  }
}
