/** One channel that speaks SFTP: many requests under way, answers in any order, and silence that ends. */
import { printable } from '../../../base/escape.ts';
import { type Clock, systemClock } from '../../../base/clock.ts';
import { FileError } from '../../../files/error.ts';
import type { ClientObserver } from '../../../observe/client-event.ts';
import type { ByteChannel } from '../../ssh/channel/byte-channel.ts';
import { connectionFailure } from '../../dial/failure.ts';
import { FieldReader, MalformedPacketError } from '../wire/field-reader.ts';
import { PACKET, PROTOCOL_VERSION, STATUS } from '../wire/numbers.ts';
import { PacketSplitter } from '../wire/packet-splitter.ts';
import { PacketWriter } from '../wire/packet-writer.ts';
import type { Refusal } from './failure.ts';

/** An answer: its type, and its fields behind the id. */
export interface Answer {
  readonly type: number;
  readonly fields: FieldReader;
}

/** What was sent: `room` resolves when more may be sent. */
export interface Sent {
  readonly answer: Promise<Answer>;
  readonly room: Promise<void>;
}

export interface ConversationOptions {
  readonly host: string;
  readonly clock: Clock | undefined;
  readonly replyMs: number;
  readonly observe: ClientObserver | undefined;
}

/** Largest packet that is taken: servers that allow more than OpenSSH's 256 KiB are not asked for it. */
const MOST_PACKET_BYTES = 1024 * 1024;
const MOST_EXTENSIONS = 200;

type Waiting = PromiseWithResolvers<Answer>;

export class Conversation {
  readonly #channel: ByteChannel;
  readonly #options: ConversationOptions;
  readonly #clock: Clock;
  readonly #splitter = new PacketSplitter(MOST_PACKET_BYTES);
  readonly #waiting = new Map<number, Waiting>();
  readonly extensions: ReadonlyMap<string, string>;
  #lastId = 0;
  #failure: FileError | undefined;
  /** When the server last gave a sign of life, or began to owe an answer. Monotonic milliseconds. */
  #aliveMs = 0;
  #stopWatch: (() => void) | undefined;

  private constructor(channel: ByteChannel, options: ConversationOptions, extensions: ReadonlyMap<string, string>) {
    this.#channel = channel;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.extensions = extensions;
  }

  /** INIT and VERSION (§4). Rejects with a `FileError`. */
  static async open(channel: ByteChannel, options: ConversationOptions): Promise<Conversation> {
    const { host, clock = systemClock, replyMs } = options;
    const late = Promise.withResolvers<never>();
    const cancel = clock.after(replyMs, () => late.reject(connectionFailure('timed-out', `${host} does not answer`)));
    try {
      const splitter = new PacketSplitter(MOST_PACKET_BYTES);
      const greeting = new PacketWriter(PACKET.init).uint32(PROTOCOL_VERSION).finish();
      await Promise.race([channel.write(greeting), late.promise]);
      const packet = await Promise.race([firstPacket(channel, splitter), late.promise]);
      const conversation = new Conversation(channel, options, versionIn(packet, host));
      void conversation.#listen();
      return conversation;
    } catch (error) {
      channel.destroy();
      throw translated(error, host);
    } finally {
      cancel();
      late.promise.catch(() => undefined);
    }
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  has(extension: string, version: string): boolean {
    return this.extensions.get(extension) === version;
  }

  /** Sends a request; `fill` writes what stands behind the id. Its answer rejects with a `FileError` when none comes. */
  send(type: number, fill: (packet: PacketWriter) => PacketWriter, roomBytes?: number): Sent {
    if (this.#failure !== undefined) {
      const answer = Promise.reject(this.#failure);
      answer.catch(() => undefined);
      return { answer, room: Promise.resolve() };
    }
    const id = this.#nextId();
    const waiting = Promise.withResolvers<Answer>();
    waiting.promise.catch(() => undefined);
    if (this.#waiting.size === 0) this.#aliveMs = this.#clock.monotonic();
    this.#waiting.set(id, waiting);
    this.#watch();
    const packet = fill(new PacketWriter(type, roomBytes).uint32(id)).finish();
    const room = this.#channel.write(packet).then(
      () => {
        this.#aliveMs = this.#clock.monotonic();
      },
      (error: unknown) => this.#end(translated(error, this.#options.host)),
    );
    return { answer: waiting.promise, room };
  }

  /** The same, for who wants the answer only. */
  ask(type: number, fill: (packet: PacketWriter) => PacketWriter): Promise<Answer> {
    return this.send(type, fill).answer;
  }

  close(): void {
    this.#end(connectionFailure('connection-lost', 'the connection was closed'));
  }

  #nextId(): number {
    do this.#lastId = (this.#lastId + 1) >>> 0;
    while (this.#waiting.has(this.#lastId));
    return this.#lastId;
  }

  async #listen(): Promise<void> {
    const { host } = this.#options;
    try {
      for (let chunk = await this.#channel.read(); chunk !== undefined; chunk = await this.#channel.read()) {
        this.#aliveMs = this.#clock.monotonic();
        for (const packet of this.#splitter.split(chunk)) this.#take(packet);
      }
      this.#end(connectionFailure('connection-lost', `${host} ended the session`));
    } catch (error) {
      this.#end(translated(error, host));
    }
  }

  #take(packet: Uint8Array): void {
    const [type = 0] = packet;
    const fields = new FieldReader(packet);
    const id = fields.uint32();
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) throw new MalformedPacketError('an answer came that nobody asked for');
    this.#waiting.delete(id);
    waiting.resolve({ type, fields });
  }

  /** One timer for all that is waited for. */
  #watch(): void {
    this.#stopWatch ??= this.#clock.after(this.#options.replyMs, () => {
      this.#stopWatch = undefined;
      if (this.#waiting.size === 0) return;
      const { host, replyMs } = this.#options;
      if (this.#clock.monotonic() - this.#aliveMs >= replyMs)
        this.#end(connectionFailure('timed-out', `${host} has not answered for ${replyMs / 1000} s`));
      else this.#watch();
    });
  }

  #end(failure: FileError): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#stopWatch?.();
    for (const waiting of this.#waiting.values()) waiting.reject(failure);
    this.#waiting.clear();
    this.#channel.destroy();
  }
}

async function firstPacket(channel: ByteChannel, splitter: PacketSplitter): Promise<Uint8Array> {
  for (let chunk = await channel.read(); chunk !== undefined; chunk = await channel.read()) {
    const [packet] = splitter.split(chunk);
    if (packet !== undefined) return packet;
  }
  throw new MalformedPacketError('it ended before it had said which version it speaks');
}

function versionIn(packet: Uint8Array, host: string): ReadonlyMap<string, string> {
  if (packet[0] !== PACKET.version) throw new MalformedPacketError('it did not say which version it speaks');
  const fields = new FieldReader(packet);
  const version = fields.uint32();
  if (version < PROTOCOL_VERSION)
    throw connectionFailure(
      'protocol',
      `${host} speaks version ${version} of SFTP, and 3 is the oldest that is known here`,
    );
  const extensions = new Map<string, string>();
  while (fields.leftBytes > 0 && extensions.size < MOST_EXTENSIONS) extensions.set(fields.text(), fields.text());
  return extensions;
}

function translated(error: unknown, host: string): FileError {
  if (error instanceof FileError) return error;
  const said = printable(error instanceof Error ? error.message : String(error));
  if (error instanceof MalformedPacketError)
    return connectionFailure('protocol', `${host} does not keep to SFTP: ${said}`, { cause: error });
  return connectionFailure('connection-lost', `the connection to ${host} was lost`, { cause: error });
}

/** The refusal in an answer; `undefined` for OK and for anything that is no STATUS. */
export function refusalIn({ type, fields }: Answer): Refusal | undefined {
  if (type !== PACKET.status) return undefined;
  const code = fields.uint32();
  if (code === STATUS.ok) return undefined;
  // Some old servers leave the text out.
  return { code, text: fields.leftBytes >= 4 ? fields.text() : '' };
}

/** Throws for an answer of another type than was to come: the server is not understood. */
export function expect(answer: Answer, type: number): FieldReader {
  if (answer.type !== type)
    throw connectionFailure('protocol', `the server answered with a packet of type ${answer.type} instead of ${type}`);
  return answer.fields;
}
