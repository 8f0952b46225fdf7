/** A server of SFTP that answers what a test says, however wrong that is. */
import { FieldReader } from '../../src/protocols/sftp/wire/field-reader.ts';
import { PACKET, STATUS } from '../../src/protocols/sftp/wire/numbers.ts';
import { PacketSplitter } from '../../src/protocols/sftp/wire/packet-splitter.ts';
import { PacketWriter } from '../../src/protocols/sftp/wire/packet-writer.ts';
import type { StreamChannel } from '../../src/protocols/ssh/channel/stream-channel.ts';
import { channelPair } from './sftp-pair.ts';

export interface Asked {
  readonly type: number;
  readonly id: number;
  /** Behind the id. */
  readonly fields: FieldReader;
}

/** What is sent for a request; `undefined`: nothing. */
export type Answers = (asked: Asked) => Uint8Array | readonly Uint8Array[] | 'hang up' | undefined;

export const status = (id: number, code: number, text = ''): Uint8Array =>
  new PacketWriter(PACKET.status).uint32(id).uint32(code).text(text).text('').finish();
export const handle = (id: number): Uint8Array => new PacketWriter(PACKET.handle).uint32(id).text('h').finish();
export const data = (id: number, bytes: Uint8Array): Uint8Array =>
  new PacketWriter(PACKET.data, bytes.length + 20).uint32(id).string(bytes).finish();
/** ATTRS of a regular file. */
export const fileOf = (id: number, sizeBytes: number): Uint8Array =>
  new PacketWriter(PACKET.attrs).uint32(id).uint32(5).uint64(sizeBytes).uint32(0o100644).finish();
export const name = (id: number, names: readonly string[], count = names.length): Uint8Array => {
  const packet = new PacketWriter(PACKET.name).uint32(id).uint32(count);
  for (const one of names) packet.text(one).text(`-rw-r--r-- ${one}`).uint32(0);
  return packet.finish();
};
export const version = (number = 3, ...extensions: readonly string[]): Uint8Array => {
  const packet = new PacketWriter(PACKET.version).uint32(number);
  for (const one of extensions) packet.text(one);
  return packet.finish();
};

/** As a good server would, for what a test does not care about. */
export function ordinary({ type, id }: Asked): Uint8Array {
  if (type === PACKET.realpath) return name(id, ['/']);
  if (type === PACKET.open || type === PACKET.opendir) return handle(id);
  if (type === PACKET.stat || type === PACKET.lstat || type === PACKET.fstat) return fileOf(id, 100_000);
  if (type === PACKET.read || type === PACKET.readdir) return status(id, STATUS.eof);
  return status(id, STATUS.ok);
}

/** The client's end. `greeting` is sent for INIT, whatever it asks for. */
export function scriptedSftp(answers: Answers, greeting: Uint8Array = version()): StreamChannel {
  const { client, server } = channelPair();
  const splitter = new PacketSplitter(1 << 20);
  const reply = async (packet: Uint8Array): Promise<boolean> => {
    const [type = 0] = packet;
    if (type === PACKET.init) {
      await server.write(greeting);
      return true;
    }
    const fields = new FieldReader(packet);
    const answer = answers({ type, id: fields.uint32(), fields });
    if (answer === 'hang up') server.destroy();
    else for (const one of answer instanceof Uint8Array ? [answer] : (answer ?? [])) await server.write(one);
    return answer !== 'hang up';
  };
  void (async () => {
    for (let chunk = await server.read(); chunk !== undefined; chunk = await server.read())
      for (const packet of splitter.split(chunk)) if (!(await reply(packet))) return;
    server.end();
  })().catch(() => undefined);
  return client;
}
