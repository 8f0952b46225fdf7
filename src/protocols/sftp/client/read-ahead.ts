/**
 * Reads one open file in order, many requests ahead: the link is full although each request waits for its answer. Answers
 * may come in any order and be shorter than what was asked for.
 */
import { connectionFailure } from '../../dial/failure.ts';
import { PACKET, STATUS } from '../wire/numbers.ts';
import { type Answer, type Conversation, expect, refusalIn } from './conversation.ts';
import { refused } from './failure.ts';

export interface ReadAheadOptions {
  readonly conversation: Conversation;
  readonly handle: Uint8Array;
  readonly path: string;
  /** Of one request. */
  readonly readBytes: number;
  /** Asked for and not taken yet, at most. */
  readonly windowBytes: number;
  /** Nothing is asked for behind it before somebody wants it. */
  readonly sizeBytes: number;
}

interface Piece {
  readonly positionBytes: number;
  readonly lengthBytes: number;
  readonly answer: Promise<Answer>;
}

const MOST_REQUESTS = 64;

export class ReadAhead {
  readonly #options: ReadAheadOptions;
  #pieces: Piece[] = [];
  /** What has come of the first piece and was not taken. */
  #rest: Uint8Array = new Uint8Array();
  /** The next byte that is given out. */
  #takenBytes = 0;
  /** The next byte that is asked for. */
  #askedBytes = 0;
  /** Pieces under way at most; it doubles while reading goes on in order. */
  #depth = 1;

  constructor(options: ReadAheadOptions) {
    this.#options = options;
  }

  /** Fills `into` from a position as far as the next answer goes; 0 at the end. One call at a time. */
  async read(into: Uint8Array, positionBytes: number): Promise<number> {
    if (positionBytes !== this.#takenBytes) this.#startAt(positionBytes);
    if (into.length === 0) return 0;
    while (this.#rest.length === 0) {
      this.#askAhead(into.length);
      const piece = this.#pieces.shift();
      if (piece === undefined) return 0;
      const bytes = await this.#received(piece);
      if (bytes === undefined) return 0;
      this.#rest = bytes;
    }
    const count = Math.min(into.length, this.#rest.length);
    into.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    this.#takenBytes += count;
    this.#askAhead(0);
    return count;
  }

  /** What is under way is no longer wanted: its answers fall on deaf ears. */
  #startAt(positionBytes: number): void {
    this.#pieces = [];
    this.#rest = new Uint8Array();
    this.#takenBytes = positionBytes;
    this.#askedBytes = positionBytes;
    this.#depth = 1;
  }

  /** At least so many bytes as are wanted now; beyond them only what the file is known to have. */
  #askAhead(wantedBytes: number): void {
    const { readBytes, windowBytes, sizeBytes } = this.#options;
    const depth = Math.min(this.#depth, MOST_REQUESTS, Math.max(1, Math.floor(windowBytes / readBytes)));
    while (this.#pieces.length < depth) {
      const isWanted = wantedBytes > 0 && this.#pieces.length === 0;
      if (!isWanted && this.#askedBytes >= sizeBytes) return;
      const isOrdered = this.#depth > 1;
      const lengthBytes = isOrdered ? readBytes : Math.min(readBytes, Math.max(1, wantedBytes));
      this.#ask(this.#askedBytes, lengthBytes);
      this.#askedBytes += lengthBytes;
    }
  }

  #ask(positionBytes: number, lengthBytes: number): void {
    this.#pieces.push(this.#piece(positionBytes, lengthBytes));
  }

  #piece(positionBytes: number, lengthBytes: number): Piece {
    const { conversation, handle } = this.#options;
    const answer = conversation.ask(PACKET.read, (packet) =>
      packet.string(handle).uint64(positionBytes).uint32(lengthBytes),
    );
    return { positionBytes, lengthBytes, answer };
  }

  /** The bytes of a piece; `undefined` at the end of the file. */
  async #received({ positionBytes, lengthBytes, answer }: Piece): Promise<Uint8Array | undefined> {
    const got = await answer;
    const refusal = refusalIn(got);
    if (refusal?.code === STATUS.eof) return undefined;
    if (refusal !== undefined) throw refused(this.#options.path, refusal);
    const bytes = expect(got, PACKET.data).string();
    if (bytes.length === 0 || bytes.length > lengthBytes)
      throw connectionFailure('protocol', `the server sent ${bytes.length} bytes when ${lengthBytes} were asked for`);
    this.#depth = Math.min(MOST_REQUESTS, this.#depth * 2);
    // A server may give less than it was asked for: the rest is asked for before anything else.
    const missing = lengthBytes - bytes.length;
    if (missing > 0) this.#pieces.unshift(this.#piece(positionBytes + bytes.length, missing));
    return bytes;
  }
}
