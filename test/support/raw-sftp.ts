/** A client of SFTP that sends what a test says, packet by packet. */
import { FieldReader } from '../../src/protocols/sftp/wire/field-reader.ts';
import { PACKET } from '../../src/protocols/sftp/wire/numbers.ts';
import { PacketSplitter } from '../../src/protocols/sftp/wire/packet-splitter.ts';
import { PacketWriter } from '../../src/protocols/sftp/wire/packet-writer.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { serveSftp } from '../../src/protocols/sftp/server/serve-sftp.ts';
import { channelPair, type ChannelPair, type SessionParts, testSession } from './sftp-pair.ts';
import { within } from './wait.ts';

export interface RawAnswer {
  readonly type: number;
  readonly id: number;
  readonly fields: FieldReader;
}

type Fill = (packet: PacketWriter) => PacketWriter;

export class RawSftp {
  readonly pair: ChannelPair;
  readonly served: Promise<void>;
  readonly #splitter = new PacketSplitter(1 << 20);
  readonly #ready: Uint8Array[] = [];
  #id = 0;

  constructor(files: FileSystem, parts: SessionParts = {}) {
    this.pair = channelPair();
    this.served = serveSftp(this.pair.server, testSession(files, parts));
  }

  /** A session that has agreed on its version. */
  static async open(files: FileSystem, parts: SessionParts = {}): Promise<RawSftp> {
    const raw = new RawSftp(files, parts);
    await raw.greet();
    return raw;
  }

  /** INIT; gives the version and the extensions of the answer. */
  async greet(version = 3): Promise<{ readonly version: number; readonly extensions: ReadonlyMap<string, string> }> {
    await this.write(new PacketWriter(PACKET.init).uint32(version).finish());
    const fields = new FieldReader(await this.packet());
    const agreed = fields.uint32();
    const extensions = new Map<string, string>();
    while (fields.leftBytes > 0) extensions.set(fields.text(), fields.text());
    return { version: agreed, extensions };
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.pair.client.write(bytes);
  }

  /** Sends a request and gives its id. */
  async send(type: number, fill: Fill): Promise<number> {
    this.#id += 1;
    await this.write(fill(new PacketWriter(type).uint32(this.#id)).finish());
    return this.#id;
  }

  /** The next packet that comes, without its length. */
  async packet(): Promise<Uint8Array> {
    for (;;) {
      const ready = this.#ready.shift();
      if (ready !== undefined) return ready;
      const chunk = await within(this.pair.client.read(), 'a packet');
      if (chunk === undefined) throw new Error('the server has ended the session');
      this.#ready.push(...this.#splitter.split(chunk));
    }
  }

  async answer(): Promise<RawAnswer> {
    const packet = await this.packet();
    const fields = new FieldReader(packet);
    return { type: packet[0] ?? 0, id: fields.uint32(), fields };
  }

  /** A request, and the answer to it, which must be the next one. */
  async ask(type: number, fill: Fill): Promise<RawAnswer> {
    const id = await this.send(type, fill);
    const answer = await this.answer();
    if (answer.id !== id) throw new Error(`answer ${answer.id} came for request ${id}`);
    return answer;
  }

  /** The status code of the answer; -1 for another kind of packet. */
  async status(type: number, fill: Fill): Promise<number> {
    const { type: kind, fields } = await this.ask(type, fill);
    return kind === PACKET.status ? fields.uint32() : -1;
  }

  /** A handle, or an error with the status. */
  async open(path: string, flags: number): Promise<Uint8Array> {
    const { type, fields } = await this.ask(PACKET.open, (packet) => packet.text(path).uint32(flags).uint32(0));
    if (type !== PACKET.handle) throw new Error(`status ${fields.uint32()}`);
    return Uint8Array.from(fields.string());
  }

  extended(name: string, fill: Fill = (packet) => packet): Promise<RawAnswer> {
    return this.ask(PACKET.extended, (packet) => fill(packet.text(name)));
  }
}
