/** A server as all calls of one client see it: a conversation, and a new one when that was lost. */
import { type Clock, systemClock } from '../../../base/clock.ts';
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { orAborted } from '../../../base/wait.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions } from '../../../files/file-system.ts';
import { connectionFailure } from '../../dial/failure.ts';
import { PACKET } from '../wire/numbers.ts';
import type { PacketWriter } from '../wire/packet-writer.ts';
import { type Answer, Conversation, expect, refusalIn } from './conversation.ts';
import { at, refused } from './failure.ts';
import { DEFAULT_REPLY_MS, DEFAULT_WINDOW_BYTES, type SftpClientOptions } from './options.ts';

/** Every server takes so much (draft §3), whatever it says or leaves unsaid. */
const SAFE_BYTES = 32 * 1024;
const MOST_BYTES = 255 * 1024;
const SMALLEST_BYTES = 1024;

/** What one request may carry. */
export interface DataLimits {
  readonly readBytes: number;
  readonly writeBytes: number;
}

export interface Talk {
  readonly conversation: Conversation;
  readonly limits: DataLimits;
}

type Fill = (packet: PacketWriter) => PacketWriter;

export class Server {
  readonly clock: Clock;
  readonly windowBytes: number;
  readonly #options: SftpClientOptions;
  /** Uploads of this client that are under way, by the name of their parts. */
  readonly uploading = new Set<VirtualPath>();
  #talk: Promise<Talk> | undefined;
  #isClosed = false;
  #opened = 0;

  constructor(options: SftpClientOptions) {
    this.#options = options;
    this.clock = options.clock ?? systemClock;
    this.windowBytes = options.windowBytes ?? DEFAULT_WINDOW_BYTES;
  }

  /** The conversation that is open, or a new one. */
  async talk({ signal }: CallOptions = {}): Promise<Talk> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw connectionFailure('connection-lost', 'the connection was closed');
    const talk = (this.#talk ??= this.#open());
    const { conversation, limits } = await orAborted(talk, signal);
    if (conversation.isOpen) return { conversation, limits };
    if (this.#talk === talk) this.#talk = undefined;
    return await this.talk(signal === undefined ? {} : { signal });
  }

  /** Asks about a path; a refusal becomes a `FileError`. */
  async ask(path: string, type: number, fill: Fill, options: CallOptions = {}): Promise<Answer> {
    try {
      const { conversation } = await this.talk(options);
      const answer = await orAborted(conversation.ask(type, fill), options.signal);
      const refusal = refusalIn(answer);
      if (refusal !== undefined) throw refused(path, refusal);
      return answer;
    } catch (error) {
      throw at(path, error);
    }
  }

  /** The same, once more over a new connection when the old one was lost: for what changes nothing. */
  async askAgain(path: string, type: number, fill: Fill, options: CallOptions = {}): Promise<Answer> {
    try {
      return await this.ask(path, type, fill, options);
    } catch (error) {
      if (!(error instanceof FileError) || error.kind !== 'connection-lost' || this.#isClosed) throw error;
      this.#options.observe?.({ kind: 'retrying', attempt: 2, delayMs: 0, reason: error.detail ?? error.message });
      return await this.ask(path, type, fill, options);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const talk = await this.#talk?.catch(() => undefined);
    talk?.conversation.close();
  }

  /** What did not come about is tried anew by the next call. */
  #open(): Promise<Talk> {
    const talk = this.#begin();
    talk.catch(() => {
      if (this.#talk === talk) this.#talk = undefined;
    });
    return talk;
  }

  async #begin(): Promise<Talk> {
    const { open, host = 'the server', clock, replyMs = DEFAULT_REPLY_MS, observe, signal } = this.#options;
    this.#opened += 1;
    // The first connection ends with the call that wanted it; later ones outlive any call.
    const channel = await open(this.#opened === 1 ? signal : undefined);
    const conversation = await Conversation.open(channel, { host, clock, replyMs, observe });
    return { conversation, limits: await limitsOf(conversation) };
  }
}

/** limits@openssh.com; 0 is no bound, and what no server can mean is not believed. */
async function limitsOf(conversation: Conversation): Promise<DataLimits> {
  const safe = { readBytes: SAFE_BYTES, writeBytes: SAFE_BYTES };
  if (!conversation.has('limits@openssh.com', '1')) return safe;
  const answer = await conversation.ask(PACKET.extended, (packet) => packet.text('limits@openssh.com'));
  if (answer.type !== PACKET.extendedReply) return safe;
  const fields = expect(answer, PACKET.extendedReply);
  const [, readBytes, writeBytes] = [fields.uint64(), fields.uint64(), fields.uint64()];
  return { readBytes: bounded(readBytes), writeBytes: bounded(writeBytes) };
}

const bounded = (bytes: number): number => {
  if (bytes === 0) return MOST_BYTES;
  return bytes < SMALLEST_BYTES ? SAFE_BYTES : Math.min(bytes, MOST_BYTES);
};
