/** A file that is open in place at a server. */
import { baseName, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { Attributes, Entry, OpenAtOptions, OpenFile } from '../../../files/file-system.ts';
import { readAttributes, writeAttributes } from '../wire/attributes.ts';
import { OPEN_FLAG, PACKET } from '../wire/numbers.ts';
import type { PacketWriter } from '../wire/packet-writer.ts';
import { type Answer, type Conversation, expect, refusalIn } from './conversation.ts';
import { attributesIn, entryOf, needsStanding } from './entry-of.ts';
import { at, refused, withKind } from './failure.ts';
import { belowFile, closeHandle, lookAt } from './look.ts';
import { ReadAhead } from './read-ahead.ts';
import type { DataLimits, Server } from './server.ts';
import { WriteBehind } from './write-behind.ts';

const FSYNC = 'fsync@openssh.com';

class RemoteOpenFile implements OpenFile {
  readonly #path: VirtualPath;
  readonly #conversation: Conversation;
  readonly #handle: Uint8Array;
  readonly #access: OpenAtOptions['access'];
  readonly #limits: DataLimits;
  #isClosed = false;

  constructor(
    path: VirtualPath,
    opened: { conversation: Conversation; handle: Uint8Array; limits: DataLimits; access: OpenAtOptions['access'] },
  ) {
    this.#path = path;
    this.#conversation = opened.conversation;
    this.#handle = opened.handle;
    this.#limits = opened.limits;
    this.#access = opened.access;
  }

  async stat(): Promise<Entry> {
    const answer = await this.#ask(PACKET.fstat, (packet) => packet.string(this.#handle));
    return entryOf(baseName(this.#path), readAttributes(expect(answer, PACKET.attrs)));
  }

  async read(into: Uint8Array, positionBytes: number): Promise<number> {
    if (this.#access === 'write') throw new FileError('denied', this.#path);
    const [conversation, handle, path] = [this.#conversation, this.#handle, this.#path];
    const { readBytes } = this.#limits;
    const ahead = new ReadAhead({ conversation, handle, path, readBytes, windowBytes: readBytes, sizeBytes: 0 });
    return await ahead.read(into, positionBytes);
  }

  /** It is confirmed before it resolves: what is written in place is seen at once. */
  async write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    if (this.#access === 'read') throw new FileError('denied', this.#path);
    const [conversation, handle, path] = [this.#conversation, this.#handle, this.#path];
    const { writeBytes } = this.#limits;
    const behind = new WriteBehind({ conversation, handle, path, writeBytes, windowBytes: 16 * writeBytes });
    await behind.write(bytes, positionBytes);
    await behind.settle();
  }

  async setAttributes(wanted: Attributes): Promise<void> {
    const { sizeBytes } = wanted;
    if (sizeBytes !== undefined && this.#access === 'read') throw new FileError('denied', this.#path);
    if (sizeBytes !== undefined && !(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0))
      throw new FileError('bad-offset', this.#path);
    const standing = needsStanding(wanted) ? await this.stat() : undefined;
    await this.#ask(PACKET.fsetstat, (packet) => {
      packet.string(this.#handle);
      writeAttributes(packet, attributesIn(wanted, standing));
      return packet;
    });
  }

  async sync(): Promise<void> {
    if (this.#conversation.has(FSYNC, '1'))
      await this.#ask(PACKET.extended, (packet) => packet.text(FSYNC).string(this.#handle));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await closeHandle(this.#conversation, this.#handle);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #ask(type: number, fill: (packet: PacketWriter) => PacketWriter): Promise<Answer> {
    try {
      const answer = await this.#conversation.ask(type, fill);
      const refusal = refusalIn(answer);
      if (refusal !== undefined) throw refused(this.#path, refusal);
      return answer;
    } catch (error) {
      throw at(this.#path, error);
    }
  }
}

function flagsOf({ access, create = 'never', truncate = false }: OpenAtOptions): number {
  const reads = access === 'write' ? 0 : OPEN_FLAG.read;
  const writes = access === 'read' ? 0 : OPEN_FLAG.write;
  const creates = create === 'never' ? 0 : OPEN_FLAG.create;
  const exclusive = create === 'must-be-new' ? OPEN_FLAG.exclusive : 0;
  return reads | writes | creates | exclusive | (truncate && writes !== 0 ? OPEN_FLAG.truncate : 0);
}

/** `openAt` of a file system. */
export async function openRemoteFile(server: Server, path: VirtualPath, options: OpenAtOptions): Promise<OpenFile> {
  const { signal, mode, access } = options;
  const call = signal === undefined ? {} : { signal };
  const standing = await lookAt(server, path, call);
  if (standing?.type === 'directory') throw new FileError('is-directory', path);
  if (standing?.type === 'other') throw new FileError('not-regular', path);
  const fill = (packet: PacketWriter): PacketWriter => {
    packet.text(path).uint32(flagsOf(options));
    writeAttributes(packet, mode === undefined ? {} : { mode: mode & 0o7777 });
    return packet;
  };
  const answer = await server.ask(path, PACKET.open, fill, call).catch(async (error: unknown) => {
    if (!(error instanceof FileError) || error.reply === undefined) throw error;
    const isTaken = options.create === 'must-be-new' && (standing ?? (await lookAt(server, path, { links: 'stay' })));
    throw isTaken ? withKind(error, 'exists') : await belowFile(server, path, error, call);
  });
  const handle = Uint8Array.from(expect(answer, PACKET.handle).string());
  const { conversation, limits } = await server.talk(call);
  return new RemoteOpenFile(path, { conversation, handle, limits, access });
}
