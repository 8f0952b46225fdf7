/** A file that is read from a server; over a new connection it goes on where the old one was lost. */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { orAborted } from '../../../base/wait.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions, Entry, FileReader, ReadOptions } from '../../../files/file-system.ts';
import { OPEN_FLAG, PACKET } from '../wire/numbers.ts';
import { expect } from './conversation.ts';
import { at } from './failure.ts';
import { closeHandle, statRemote } from './look.ts';
import { ReadAhead } from './read-ahead.ts';
import type { Server, Talk } from './server.ts';

interface Open {
  readonly talk: Talk;
  readonly handle: Uint8Array;
  readonly ahead: ReadAhead;
}

class RemoteReader implements FileReader {
  readonly entry: Entry;
  readonly #server: Server;
  readonly #path: VirtualPath;
  readonly #call: CallOptions;
  #open: Open;
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(server: Server, path: VirtualPath, opened: { entry: Entry; open: Open; call: CallOptions }) {
    this.#server = server;
    this.#path = path;
    this.entry = opened.entry;
    this.#open = opened.open;
    this.#call = opened.call;
  }

  read(into: Uint8Array, positionBytes: number): Promise<number> {
    const read = this.#turn.then(async () => await this.#read(into, positionBytes));
    this.#turn = read.catch(() => undefined);
    return orAborted(read, this.#call.signal);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { talk, handle } = this.#open;
    await closeHandle(talk.conversation, handle);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(into: Uint8Array, positionBytes: number): Promise<number> {
    this.#call.signal?.throwIfAborted();
    if (this.#isClosed) throw new Error(`the reader of ${this.#path} is closed`);
    try {
      return await this.#open.ahead.read(into, positionBytes);
    } catch (error) {
      if (!(error instanceof FileError) || error.kind !== 'connection-lost') throw at(this.#path, error);
      this.#open = await openHandle(this.#server, this.#path, this.entry.sizeBytes, this.#call);
      return await this.#open.ahead.read(into, positionBytes).catch((again: unknown) => {
        throw at(this.#path, again);
      });
    }
  }
}

async function openHandle(server: Server, path: VirtualPath, sizeBytes: number, call: CallOptions): Promise<Open> {
  const fill = (packet: Parameters<Parameters<Server['ask']>[2]>[0]) =>
    packet.text(path).uint32(OPEN_FLAG.read).uint32(0);
  const answer = await server.askAgain(path, PACKET.open, fill, call);
  const handle = Uint8Array.from(expect(answer, PACKET.handle).string());
  const talk = await server.talk(call);
  const { readBytes } = talk.limits;
  const { windowBytes } = server;
  const ahead = new ReadAhead({ conversation: talk.conversation, handle, path, readBytes, windowBytes, sizeBytes });
  return { talk, handle, ahead };
}

/** `openReader` of a file system. What is no file is found out before it is opened: a FIFO would hold the server up. */
export async function openRemoteReader(
  server: Server,
  path: VirtualPath,
  { expected, signal }: ReadOptions = {},
): Promise<FileReader> {
  const call = signal === undefined ? {} : { signal };
  const entry = expected?.type === 'file' ? expected : await statRemote(server, path, call);
  if (entry.type === 'directory') throw new FileError('is-directory', path);
  if (entry.type === 'other') throw new FileError('not-regular', path);
  const open = await openHandle(server, path, entry.sizeBytes, call);
  return new RemoteReader(server, path, { entry, open, call });
}
