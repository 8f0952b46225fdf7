/** Writes to one open file, many requests at once: each is confirmed by the server, the first failure is told. */
import type { FileError } from '../../../files/error.ts';
import { PACKET } from '../wire/numbers.ts';
import { type Conversation, refusalIn } from './conversation.ts';
import { at, refused } from './failure.ts';

export interface WriteBehindOptions {
  readonly conversation: Conversation;
  readonly handle: Uint8Array;
  readonly path: string;
  readonly writeBytes: number;
  /** Sent and not confirmed, at most. */
  readonly windowBytes: number;
}

export class WriteBehind {
  readonly #options: WriteBehindOptions;
  #unconfirmedBytes = 0;
  #failure: unknown;
  /** Resolved with each answer. */
  #confirmed: PromiseWithResolvers<undefined> | undefined;

  constructor(options: WriteBehindOptions) {
    this.#options = options;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Resolves when there is room for more; rejects with the first failure of any write. The bytes may be changed then. */
  async write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    const { writeBytes, windowBytes } = this.#options;
    for (let at = 0; at < bytes.length; at += writeBytes) {
      this.#throwFailure();
      const part = bytes.subarray(at, at + writeBytes);
      const room = this.#send(part, positionBytes + at);
      await room;
      while (this.#unconfirmedBytes > windowBytes) await this.#nextConfirmed();
    }
    this.#throwFailure();
  }

  /** Resolves when the server has confirmed all; rejects with the first failure. */
  async settle(): Promise<void> {
    while (this.#unconfirmedBytes > 0 && this.#failure === undefined) await this.#nextConfirmed();
    this.#throwFailure();
  }

  /** When no answer is owed any more, whatever they were. */
  async drained(): Promise<void> {
    while (this.#unconfirmedBytes > 0) await this.#nextConfirmed();
  }

  #send(part: Uint8Array, positionBytes: number): Promise<void> {
    const { conversation, handle, path } = this.#options;
    this.#unconfirmedBytes += part.length;
    const { answer, room } = conversation.send(
      PACKET.write,
      (packet) => packet.string(handle).uint64(positionBytes).string(part),
      part.length + handle.length + 24,
    );
    void answer
      .then(
        (got) => {
          const refusal = refusalIn(got);
          if (refusal !== undefined) this.#failure ??= refused(path, refusal);
        },
        (error: unknown) => {
          this.#failure ??= at(path, error);
        },
      )
      .then(() => {
        this.#unconfirmedBytes -= part.length;
        this.#confirmed?.resolve(undefined);
        this.#confirmed = undefined;
      });
    return room;
  }

  #nextConfirmed(): Promise<undefined> {
    this.#confirmed ??= Promise.withResolvers();
    return this.#confirmed.promise;
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure as FileError;
  }
}
