/** An upload to a server: under another name until it is whole, then renamed. */
import { randomUUID } from 'node:crypto';
import { encodeName } from '../../../base/name.ts';
import { baseName, parentOf, resolvePath, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { orAborted } from '../../../base/wait.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions, CommitOptions, Entry, Upload, WriteOptions } from '../../../files/file-system.ts';
import { partName } from '../../../files/part-name.ts';
import { writeAttributes } from '../wire/attributes.ts';
import { OPEN_FLAG, PACKET } from '../wire/numbers.ts';
import { expect, refusalIn } from './conversation.ts';
import { renameOver } from './change.ts';
import { at, refused, withKind } from './failure.ts';
import { belowFile, closeHandle, lookAt, throughLinks } from './look.ts';
import { ReadAhead } from './read-ahead.ts';
import { openRemoteReader } from './reader.ts';
import type { Server, Talk } from './server.ts';
import { WriteBehind } from './write-behind.ts';

const MAX_NAME_BYTES = 255;
const COPY_BYTES = 1024 * 1024;

/** The name under which an owner's upload of a path waits. */
export function partPath(path: VirtualPath, owner: string): VirtualPath {
  const found = resolvePath(parentOf(path), partName(baseName(path), owner));
  if (found === undefined) throw new FileError('bad-name', path);
  return found;
}

interface Target {
  readonly path: VirtualPath;
  readonly part: VirtualPath;
  /** Whether the part is its owner's, who may have left something there. */
  readonly isOwn: boolean;
  /** What stood under the name. */
  readonly existing: Entry | undefined;
  readonly mustBeNew: 'yes' | 'no';
  readonly mode: number | undefined;
}

interface Begun {
  readonly startBytes: number;
  /** What lies in the part already, or must be copied into it first. */
  readonly base: 'nothing' | 'part' | 'published';
}

interface Opened extends Begun {
  readonly talk: Talk;
  readonly handle: Uint8Array;
}

class RemoteUpload implements Upload {
  readonly startBytes: number;
  readonly read: NonNullable<Upload['read']>;
  readonly #server: Server;
  readonly #target: Target;
  readonly #opened: Opened;
  readonly #call: CallOptions;
  readonly #writes: WriteBehind;
  #endBytes: number;
  #hasWritten = false;
  #isEnded = false;

  constructor(
    server: Server,
    target: Target,
    opened: Opened,
    { call, sizeBytes }: { call: CallOptions; sizeBytes: number },
  ) {
    this.#server = server;
    this.#target = target;
    this.#opened = opened;
    this.#call = call;
    this.startBytes = opened.startBytes;
    this.#endBytes = sizeBytes;
    const { talk, handle } = opened;
    const { conversation, limits } = talk;
    const common = { conversation, handle, path: target.path, windowBytes: server.windowBytes };
    this.#writes = new WriteBehind({ ...common, writeBytes: limits.writeBytes });
    this.read = async (into, positionBytes) => {
      await this.#writes.settle();
      const ahead = new ReadAhead({ ...common, readBytes: limits.readBytes, sizeBytes: this.#endBytes });
      return await ahead.read(into, positionBytes);
    };
  }

  /** A published file is continued: the bytes in front of the first new one are copied into the part. */
  async begin(): Promise<void> {
    if (this.#opened.base !== 'published') return;
    await this.#copyPublished(0, this.startBytes);
    this.#endBytes = this.startBytes;
  }

  async write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    this.#confirmOpen();
    if (!isOffset(positionBytes)) throw new FileError('bad-offset', this.#target.path);
    this.#hasWritten = true;
    this.#endBytes = Math.max(this.#endBytes, positionBytes + bytes.length);
    await orAborted(this.#writes.write(bytes, positionBytes), this.#call.signal);
  }

  async commit({ stillWanted, replace }: CommitOptions = {}): Promise<Entry> {
    this.#confirmOpen();
    const { path, part, mustBeNew } = this.#target;
    try {
      // What stood behind the bytes that were written stays.
      if (this.#opened.base === 'published') await this.#copyPublished(this.#endBytes, Infinity);
      await orAborted(this.#writes.settle(), this.#call.signal);
      await this.#setMode();
      const entry = await this.#confirmSize();
      await closeConfirmed(this.#opened, path);
      if (stillWanted?.() === false) {
        this.#end();
        throw new FileError('interrupted', path);
      }
      const isReplacing = replace !== 'refused' && mustBeNew === 'no';
      await renameOver(this.#server, part, path, { replace: isReplacing ? 'allowed' : 'refused' });
      this.#end();
      return { ...entry, name: baseName(path) };
    } catch (error) {
      throw at(path, error);
    }
  }

  async keep(): Promise<void> {
    if (this.#isEnded) return;
    this.#end();
    await this.#writes.drained();
    await closeHandle(this.#opened.talk.conversation, this.#opened.handle);
    if (!this.#hasWritten && this.#opened.base !== 'part') await this.#remove();
  }

  async discard(): Promise<void> {
    if (this.#isEnded) return;
    this.#end();
    await this.#writes.drained();
    await closeHandle(this.#opened.talk.conversation, this.#opened.handle);
    await this.#remove();
  }

  #end(): void {
    this.#isEnded = true;
    this.#server.uploading.delete(this.#target.part);
  }

  #confirmOpen(): void {
    this.#call.signal?.throwIfAborted();
    const { path } = this.#target;
    if (this.#isEnded) throw new Error(`the upload of ${path} has ended`);
    if (!this.#opened.talk.conversation.isOpen)
      throw new FileError('connection-lost', path, {
        detail: 'this upload was cut; keep it, and continue it with another',
      });
  }

  async #remove(): Promise<void> {
    const { part } = this.#target;
    await this.#server.ask(part, PACKET.remove, (packet) => packet.text(part)).catch(() => undefined);
  }

  async #copyPublished(fromBytes: number, toBytes: number): Promise<void> {
    const { path, existing } = this.#target;
    const endBytes = Math.min(toBytes, existing?.sizeBytes ?? 0);
    if (fromBytes >= endBytes) return;
    await using reader = await openRemoteReader(this.#server, path, {
      ...this.#call,
      ...(existing && { expected: existing }),
    });
    const buffer = new Uint8Array(COPY_BYTES);
    for (let at = fromBytes; at < endBytes;) {
      const count = await reader.read(buffer.subarray(0, Math.min(COPY_BYTES, endBytes - at)), at);
      if (count === 0)
        throw new FileError('integrity', path, { detail: 'the file became shorter while it was copied' });
      await this.#writes.write(buffer.subarray(0, count), at);
      at += count;
      this.#endBytes = Math.max(this.#endBytes, at);
    }
  }

  /** A file that is replaced keeps its permission bits. */
  async #setMode(): Promise<void> {
    const wanted = this.#target.existing?.mode ?? this.#target.mode;
    if (wanted === undefined) return;
    const { talk, handle } = this.#opened;
    // Who may write and not change modes has still stored the file.
    await talk.conversation.ask(PACKET.fsetstat, (packet) => {
      packet.string(handle);
      writeAttributes(packet, { mode: wanted & 0o777 });
      return packet;
    });
  }

  /** What the server has must be what was sent. */
  async #confirmSize(): Promise<Entry> {
    const { path, part } = this.#target;
    const entry = await lookAt(this.#server, part, this.#call);
    const isKnown = entry?.type === 'file' && entry.sizeIs === undefined;
    if (!isKnown) return sentEntry(path, this.#endBytes, this.#server.clock.now());
    if (entry.sizeBytes === this.#endBytes) return entry;
    throw new FileError('integrity', path, {
      detail: `${this.#endBytes} bytes should be there, and the server has ${entry.sizeBytes}`,
    });
  }
}

const sentEntry = (path: VirtualPath, sizeBytes: number, nowMs: number): Entry => ({
  name: baseName(path),
  type: 'file',
  sizeBytes,
  modifiedMs: nowMs,
  sizeIs: 'sent',
});

/** A server may tell only now that the disk was full. */
async function closeConfirmed({ talk, handle }: Opened, path: VirtualPath): Promise<void> {
  const refusal = refusalIn(await talk.conversation.ask(PACKET.close, (packet) => packet.string(handle)));
  if (refusal !== undefined) throw refused(path, refusal);
}

function claimPart(
  server: Server,
  path: VirtualPath,
  owner: string | undefined,
): { part: VirtualPath; isOwn: boolean } {
  const own = owner === undefined ? undefined : partPath(path, owner);
  const isOwn = own !== undefined && !server.uploading.has(own);
  const part = isOwn ? own : partPath(path, randomUUID());
  server.uploading.add(part);
  return { part, isOwn };
}

async function findTarget(server: Server, path: VirtualPath, options: WriteOptions): Promise<Target> {
  const call = callOf(options);
  const { mode, owner } = options;
  if (options.start?.from === 'nothing-new') {
    if ((await lookAt(server, path, { ...call, links: 'stay' })) !== undefined) throw new FileError('exists', path);
    return { path, ...claimPart(server, path, owner), existing: undefined, mustBeNew: 'yes', mode };
  }
  const found =
    options.standing === 'nothing' ? { place: path, standing: undefined } : await throughLinks(server, path, call);
  if (found.standing?.type === 'directory') throw new FileError('is-directory', path);
  const claimed = claimPart(server, found.place, owner);
  return { path: found.place, ...claimed, existing: found.standing, mustBeNew: 'no', mode };
}

const callOf = ({ signal }: CallOptions): CallOptions => (signal === undefined ? {} : { signal });

const isOffset = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

function baseOf(left: Entry | undefined, existing: Entry | undefined): Begun['base'] {
  if (left !== undefined) return 'part';
  return existing === undefined ? 'nothing' : 'published';
}

/** Where the first new byte belongs, and how long what is there is. Rejects with `bad-offset` behind its end. */
async function whereToBegin(
  server: Server,
  { path, part, existing, isOwn }: Target,
  options: WriteOptions,
): Promise<Begun & { readonly sizeBytes: number }> {
  const { start = { from: 'nothing' } } = options;
  if (start.from === 'nothing' || start.from === 'nothing-new') return { base: 'nothing', startBytes: 0, sizeBytes: 0 };
  const left = isOwn ? await lookAt(server, part, callOf(options)) : undefined;
  const sizeBytes = (left ?? existing)?.sizeBytes ?? 0;
  const startBytes = start.from === 'end' ? sizeBytes : start.offsetBytes;
  if (!isOffset(startBytes) || startBytes > sizeBytes) throw new FileError('bad-offset', path);
  return { base: baseOf(left, existing), startBytes, sizeBytes };
}

async function openPart(server: Server, { part, mode }: Target, begun: Begun, call: CallOptions): Promise<Opened> {
  const flags = OPEN_FLAG.read | OPEN_FLAG.write | OPEN_FLAG.create | (begun.base === 'part' ? 0 : OPEN_FLAG.truncate);
  const answer = await server.ask(
    part,
    PACKET.open,
    (packet) => {
      packet.text(part).uint32(flags);
      writeAttributes(packet, mode === undefined ? {} : { mode: mode & 0o777 });
      return packet;
    },
    call,
  );
  const handle = Uint8Array.from(expect(answer, PACKET.handle).string());
  return { ...begun, talk: await server.talk(call), handle };
}

/** `openUpload` of a file system. The signal also ends later writes. */
export async function openRemoteUpload(server: Server, path: VirtualPath, options: WriteOptions = {}): Promise<Upload> {
  options.signal?.throwIfAborted();
  if (path === ROOT) throw new FileError('is-directory', path);
  if (encodeName(baseName(path)).length > MAX_NAME_BYTES) throw new FileError('bad-name', path);
  const call = callOf(options);
  let target: Target | undefined;
  try {
    target = await findTarget(server, path, options);
    const { sizeBytes, ...begun } = await whereToBegin(server, target, options);
    const opened = await openPart(server, target, begun, call);
    const upload = new RemoteUpload(server, target, opened, { call, sizeBytes: begun.base === 'part' ? sizeBytes : 0 });
    await upload.begin();
    return upload;
  } catch (error) {
    if (target !== undefined) server.uploading.delete(target.part);
    throw await whyNotStored(server, path, error, call);
  }
}

/** Told of the path that was asked for, and not of the part. */
async function whyNotStored(server: Server, path: VirtualPath, error: unknown, call: CallOptions): Promise<unknown> {
  if (!(error instanceof FileError)) return error;
  const { kind, detail, reply, cause } = error;
  const told = new FileError(kind, path, {
    cause,
    ...(detail !== undefined && { detail }),
    ...(reply !== undefined && { reply }),
  });
  if (reply === undefined) return told;
  const above = await lookAt(server, parentOf(path), call);
  if (above === undefined) return await belowFile(server, path, withKind(told, 'not-found'), call);
  if (above.type !== 'directory') return withKind(told, 'not-directory');
  return kind === 'not-found' || kind === 'io' ? withKind(told, 'denied') : told;
}
