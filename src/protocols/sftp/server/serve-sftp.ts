/** Serves SFTP version 3 over a channel, until that ends. */
import { ChannelLostError, type ServedChannel } from '../../ssh/channel/byte-channel.ts';
import { FieldReader, MalformedPacketError } from '../wire/field-reader.ts';
import { PACKET, PROTOCOL_VERSION, STATUS } from '../wire/numbers.ts';
import { PacketSplitter } from '../wire/packet-splitter.ts';
import { PacketWriter } from '../wire/packet-writer.ts';
import { Desk } from './desk.ts';
import { announced, extensionRow } from './extensions.ts';
import type { Handle } from './handle.ts';
import type { Answered, Asked, HandleRow, NameRow, RequestRow } from './request.ts';
import { REQUESTS } from './requests.ts';
import type { SftpSession } from './session-options.ts';
import { answerFor, BUG, StatusError, statusPacket } from './status.ts';

/**
 * Resolves when the channel has ended, whatever happened, with nothing left open: what was not closed by then is kept for
 * its owner to go on. Never rejects.
 */
export async function serveSftp(channel: ServedChannel, session: SftpSession): Promise<void> {
  await new Conversation(channel, session).run();
}

class Conversation {
  readonly #channel: ServedChannel;
  readonly #desk: Desk;
  readonly #splitter: PacketSplitter;
  #isGreeted = false;
  /** Settles when the requests about names that have come so far are done. */
  #names: Promise<unknown> = Promise.resolve();
  #running = 0;
  #bufferedBytes = 0;
  /** Resolved when a request is done. */
  #done: PromiseWithResolvers<undefined> | undefined;

  constructor(channel: ServedChannel, session: SftpSession) {
    this.#channel = channel;
    this.#desk = new Desk(session);
    this.#splitter = new PacketSplitter(this.#desk.limits.packetBytes);
  }

  async run(): Promise<void> {
    const { signal } = this.#desk.session;
    const stop = (): void => this.#channel.destroy();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const reason = await this.#serve();
    signal.removeEventListener('abort', stop);
    // What was asked for is still done, in its order, before what is open is given up.
    while (this.#running > 0) await this.#someDone();
    for (const { opened } of this.#desk.handles.all()) await opened.abandon(reason);
    this.#channel.exit(reason === CLIENT_DONE ? 0 : 1);
  }

  /** Reads to the end, and says why it came. */
  async #serve(): Promise<string> {
    try {
      for (let chunk = await this.#channel.read(); chunk !== undefined; chunk = await this.#channel.read())
        await this.#takeAll(chunk);
      return this.#splitter.isPartial ? 'the client ended in the middle of a request' : CLIENT_DONE;
    } catch (error) {
      if (this.#desk.session.signal.aborted) return 'the session was ended';
      if (error instanceof ChannelLostError) return 'the connection was lost';
      if (!(error instanceof MalformedPacketError)) this.#desk.fault('session', error);
      else this.#desk.failed('SFTP', '', { text: error.message });
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #takeAll(chunk: Uint8Array): Promise<void> {
    for (const packet of this.#splitter.split(chunk)) {
      this.#take(packet);
      while (this.#isFull) await this.#someDone();
    }
  }

  get #isFull(): boolean {
    const { requests, bufferedBytes } = this.#desk.limits;
    return this.#running >= requests || this.#bufferedBytes > bufferedBytes;
  }

  #someDone(): Promise<unknown> {
    this.#done ??= Promise.withResolvers();
    return this.#done.promise;
  }

  #take(packet: Uint8Array): void {
    this.#desk.session.activity.touch();
    const [type = 0] = packet;
    const fields = new FieldReader(packet);
    if (type === PACKET.init) this.#greet(fields);
    else if (!this.#isGreeted) throw new MalformedPacketError('a request came before the version was agreed on');
    else this.#request(type, { id: fields.uint32(), fields }, packet.length);
  }

  /** §4: the lower of both versions; extensions behind it. */
  #greet(fields: FieldReader): void {
    if (this.#isGreeted) throw new MalformedPacketError('the version was agreed on already');
    this.#isGreeted = true;
    const version = Math.min(fields.uint32(), PROTOCOL_VERSION);
    const packet = new PacketWriter(PACKET.version, 512).uint32(version);
    for (const [name, its] of announced(this.#desk)) packet.text(name).text(its);
    this.#send(packet.finish());
  }

  #request(type: number, asked: Asked, sizeBytes: number): void {
    try {
      const row = this.#rowOf(type, asked);
      if (row === undefined) {
        this.#send(statusPacket(asked.id, { code: STATUS.unsupported, text: 'That request is not known here' }));
        return;
      }
      if (this.#desk.session.serves?.(row.verb.toLowerCase()) === false)
        throw new StatusError(STATUS.permissionDenied, `${row.verb} is not served here`);
      if (row.about === 'names') this.#begin(this.#inTurn(row, asked), { row, asked, sizeBytes });
      else this.#askHandle(row, asked, sizeBytes);
    } catch (error) {
      this.#send(this.#refusal(error, asked.id, 'request'));
    }
  }

  #rowOf(type: number, { fields }: Asked): RequestRow | undefined {
    return type === PACKET.extended ? extensionRow(this.#desk, fields.text()) : REQUESTS.get(type);
  }

  #inTurn(row: NameRow, asked: Asked): Promise<Uint8Array> {
    const answer = this.#names.then(async () => await row.run(this.#desk, asked));
    this.#names = answer.catch(() => undefined);
    return answer;
  }

  /** What may go on at once does; a read whose bytes lie in memory is answered before anything else is looked at. */
  #askHandle(row: HandleRow, asked: Asked, sizeBytes: number): void {
    const bytes = asked.fields.string();
    const handle = this.#desk.handles.get(bytes);
    const run = (): Answered => row.run(this.#desk, asked, handle, bytes);
    const before = waitsFor(row, handle);
    const answer = before === undefined ? run() : before.then(async () => await run());
    if (answer instanceof Uint8Array) {
      this.#send(answer);
      return;
    }
    const settled = answer.catch(() => undefined);
    if (row.turn === 'read' || row.turn === 'write') {
      const turn = row.turn === 'read' ? handle.reads : handle.writes;
      turn.add(settled);
      void settled.then(() => turn.delete(settled));
    } else {
      handle.alone = settled;
      void settled.then(() => {
        if (handle.alone === settled) handle.alone = undefined;
      });
    }
    // What comes about names must find the file that is closed here.
    if (row.turn === 'last') this.#names = Promise.all([this.#names, settled]);
    this.#begin(answer, { row, asked, sizeBytes });
  }

  #begin(answer: Promise<Uint8Array>, { row, asked, sizeBytes }: Begun): void {
    this.#running += 1;
    this.#bufferedBytes += sizeBytes;
    answer
      .catch((error: unknown) => this.#refusal(error, asked.id, row.verb, row))
      .then((packet) => this.#send(packet))
      .finally(() => {
        this.#running -= 1;
        this.#bufferedBytes -= sizeBytes;
        this.#desk.session.activity.touch();
        this.#done?.resolve(undefined);
        this.#done = undefined;
      })
      .catch((error: unknown) => this.#desk.fault(row.verb, error));
  }

  #refusal(error: unknown, id: number, verb: string, row?: RequestRow): Uint8Array {
    const desk = this.#desk;
    if (error instanceof MalformedPacketError)
      return statusPacket(id, { code: STATUS.badMessage, text: 'The request is damaged' });
    const answer = answerFor(error);
    if (answer === undefined && !desk.session.signal.aborted) desk.fault(verb, error);
    const isOrdinary = row?.about === 'names' && row.failsOften === true;
    if (answer !== undefined && !isOrdinary) {
      const path = error instanceof Error && 'path' in error ? String(error.path) : '';
      desk.failed(verb, path, { text: answer.text, cause: error instanceof Error ? error.cause : undefined });
    }
    return statusPacket(id, answer ?? BUG);
  }

  /** Answers that have not left count as what is buffered: a client that does not read is not served on. */
  #send(packet: Uint8Array): void {
    this.#bufferedBytes += packet.length;
    this.#channel
      .write(packet)
      .catch(() => undefined)
      .finally(() => {
        this.#bufferedBytes -= packet.length;
        this.#done?.resolve(undefined);
        this.#done = undefined;
      })
      .catch(() => undefined);
  }
}

const CLIENT_DONE = 'the client has left';

interface Begun {
  readonly row: RequestRow;
  readonly asked: Asked;
  readonly sizeBytes: number;
}

/** What a request about a handle must wait for; `undefined` when it may run at once. */
function waitsFor({ turn }: HandleRow, { alone, reads, writes }: Handle): Promise<unknown> | undefined {
  const others = turn === 'read' ? [...writes] : turn === 'write' ? [...reads] : [...reads, ...writes];
  return alone === undefined && others.length === 0 ? undefined : Promise.all([alone, ...others]);
}
