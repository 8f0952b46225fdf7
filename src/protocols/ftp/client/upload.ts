/** An upload to a server: under another name until it is whole (the default), or under its own. */
import { randomUUID } from 'node:crypto';
import { encodeName } from '../../../base/name.ts';
import { baseName, parentOf, resolvePath, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions, CommitOptions, Entry, Upload, WriteOptions } from '../../../files/file-system.ts';
import { partName } from '../../../files/part-name.ts';
import { isIntermediate, isPositive } from './failure.ts';
import { lookAt, sizeOfPart, whyRefused, withKind } from './look.ts';
import type { Lease } from './pool.ts';
import { openRemoteReader } from './reader.ts';
import { at, refusedAt, type Remote } from './remote.ts';
import type { FtpReply, FtpSession, Outgoing } from './session.ts';

const MAX_NAME_BYTES = 255;
const COPY_BYTES = 1024 * 1024;

interface Target {
  readonly path: VirtualPath;
  /** Where the bytes go: the path itself when uploads are direct. */
  readonly part: VirtualPath;
  /** What stood under the name. */
  readonly existing: Entry | undefined;
  readonly mustBeNew: 'yes' | 'no';
  readonly mode: number | undefined;
}

interface Stream {
  readonly lease: Lease;
  readonly outgoing: Outgoing;
}

const below = (directory: VirtualPath, name: string): VirtualPath => {
  const path = resolvePath(directory, name);
  if (path === undefined) throw new FileError('bad-name', directory);
  return path;
};

/** The name under which an owner's upload of a path waits. */
export const partPath = (path: VirtualPath, owner: string): VirtualPath =>
  below(parentOf(path), partName(baseName(path), owner));

class RemoteUpload implements Upload {
  readonly startBytes: number;
  readonly #remote: Remote;
  readonly #target: Target;
  readonly #options: CallOptions;
  /** How many bytes of what the part began with are not of this upload: kept, or copied from what is published. */
  readonly #base: 'nothing' | 'part' | 'published';
  #stream: Stream | undefined;
  #positionBytes: number;
  #turn: Promise<unknown> = Promise.resolve();
  #state: 'open' | 'ended' = 'open';

  constructor(remote: Remote, target: Target, begun: Begun, options: CallOptions) {
    this.#remote = remote;
    this.#target = target;
    this.#options = options;
    this.#base = begun.base;
    this.startBytes = begun.startBytes;
    this.#positionBytes = begun.startBytes;
  }

  /** Opens the stream: refusals come now, and not with the first byte. */
  begin(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#remote.pool.retrying(() => this.#open(), this.#options);
      this.#rest();
    });
  }

  write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    return this.#inTurn(async () => {
      this.#confirmOpen();
      this.#confirmInOrder(positionBytes);
      try {
        const { outgoing } = await this.#current();
        await outgoing.write(bytes, this.#options);
        this.#positionBytes += bytes.length;
      } catch (error) {
        await this.#abandon();
        throw at(this.#target.path, error);
      }
      this.#rest();
    });
  }

  commit({ stillWanted, replace }: CommitOptions = {}): Promise<Entry> {
    return this.#inTurn(async () => {
      this.#confirmOpen();
      const { path, part } = this.#target;
      try {
        await this.#addTail();
        await this.#finish();
        let written = await this.#confirmSize();
        if (stillWanted?.() === false) throw new FileError('interrupted', path);
        if (part !== path) {
          const mustBeNew = replace === 'refused' || this.#target.mustBeNew === 'yes';
          if (mustBeNew && (await lookAt(this.#remote, path, this.#options)) !== undefined)
            throw new FileError('exists', path);
          written = await this.#withMode(written, part);
          await publish(this.#remote, part, path, this.#options);
        }
        this.#state = 'ended';
        return { ...written, name: baseName(path) };
      } catch (error) {
        throw at(path, error);
      }
    });
  }

  keep(): Promise<void> {
    return this.#end(async () => {
      const isWorthNothing =
        this.#base === 'part' ? false : this.#positionBytes === (this.#base === 'nothing' ? 0 : this.startBytes);
      if (isWorthNothing) await this.#remove();
      else await this.#finish().catch(() => this.#abandon());
    });
  }

  discard(): Promise<void> {
    return this.#end(() => this.#remove());
  }

  /** The file under the part's name goes; so does one that a direct upload has begun, unless it stood there before. */
  async #remove(): Promise<void> {
    await this.#abandon();
    const { part, path, existing } = this.#target;
    if (part === path && existing !== undefined) return;
    const argument = this.#remote.paths.toServer(part);
    await this.#remote.pool.use((session) => session.command({ verb: 'DELE', argument }));
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #end(act: () => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#state === 'ended') return;
      this.#state = 'ended';
      try {
        await act();
      } catch (error) {
        throw at(this.#target.path, error);
      }
    });
  }

  #confirmOpen(): void {
    if (this.#state === 'ended') throw new Error(`the upload of ${this.#target.path} has ended`);
  }

  #confirmInOrder(positionBytes: number): void {
    if (positionBytes === this.#positionBytes) return;
    const kind = isOffset(positionBytes) ? 'unsupported' : 'bad-offset';
    throw new FileError(kind, this.#target.path, {
      detail: `over FTP bytes are written in order: next is ${this.#positionBytes}, and not ${positionBytes}`,
    });
  }

  /** Between writes another call may have the connection: what was sent is finished, and continued later. */
  #rest(): void {
    this.#stream?.lease.offer(() => this.#inTurn(() => this.#finish()).catch(() => undefined));
  }

  async #current(): Promise<Stream> {
    this.#stream?.lease.offer(undefined);
    return this.#stream ?? (await this.#open());
  }

  async #open(): Promise<Stream> {
    const { pool } = this.#remote;
    const lease = await pool.lease(this.#options);
    try {
      const outgoing = await openStore(this.#remote, lease.session, this.#target.part, {
        ...this.#options,
        fromBytes: this.#positionBytes,
      });
      return (this.#stream = { lease, outgoing });
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  async #finish(): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream === undefined) return;
    stream.lease.offer(undefined);
    try {
      await stream.outgoing.finish(this.#options);
    } catch (error) {
      await stream.outgoing.abort();
      throw error;
    } finally {
      stream.lease.release();
    }
  }

  async #abandon(): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream === undefined) return;
    stream.lease.offer(undefined);
    await stream.outgoing.abort();
    stream.lease.release();
  }

  /** What stood behind the bytes that were written stays (`UploadStart`). */
  async #addTail(): Promise<void> {
    const { existing, path } = this.#target;
    if (this.#base !== 'published' || existing === undefined || this.#positionBytes >= existing.sizeBytes) return;
    await this.#copyPublished(path, existing.sizeBytes);
  }

  /** The bytes in front of the first new one, when a published file is continued. */
  async copyHead(): Promise<void> {
    const endBytes = this.startBytes;
    this.#positionBytes = 0;
    await this.#copyPublished(this.#target.path, endBytes);
  }

  async #copyPublished(path: VirtualPath, endBytes: number): Promise<void> {
    const { existing } = this.#target;
    const known = existing === undefined ? {} : { expected: existing };
    await using reader = await openRemoteReader(this.#remote, path, {
      ...this.#options,
      ...known,
      fromBytes: this.#positionBytes,
    });
    const buffer = new Uint8Array(COPY_BYTES);
    while (this.#positionBytes < endBytes) {
      const room = buffer.subarray(0, Math.min(COPY_BYTES, endBytes - this.#positionBytes));
      const count = await reader.read(room, this.#positionBytes);
      if (count === 0)
        throw new FileError('integrity', path, { detail: 'the file became shorter while it was copied' });
      this.#rest();
      const { outgoing } = await this.#current();
      await outgoing.write(room.subarray(0, count), this.#options);
      this.#positionBytes += count;
      this.#restDuringCopy();
    }
    this.#stream?.lease.offer(undefined);
  }

  /** The copy runs within this upload's turn, so it must not wait for one. */
  #restDuringCopy(): void {
    this.#stream?.lease.offer(() => this.#finish().catch(() => undefined));
  }

  /** What the server has must be what was sent. */
  async #confirmSize(): Promise<Entry> {
    const { part, path } = this.#target;
    const entry = await lookAt(this.#remote, part, this.#options);
    if (entry === undefined || entry.type !== 'file')
      return { name: '', type: 'file', sizeBytes: this.#positionBytes, modifiedMs: this.#remote.settings.clock.now() };
    if (entry.sizeBytes === this.#positionBytes) return entry;
    throw new FileError('integrity', path, {
      detail: `${this.#positionBytes} bytes were sent, and the server has ${entry.sizeBytes}`,
    });
  }

  /** A file that is replaced keeps its permission bits, where the server has a command for them. */
  async #withMode(entry: Entry, part: VirtualPath): Promise<Entry> {
    const mode = this.#target.existing?.mode ?? this.#target.mode;
    if (mode === undefined || entry.mode === mode) return entry;
    const argument = `CHMOD ${(mode & 0o777).toString(8)} ${this.#remote.paths.toServer(part)}`;
    const command = { verb: 'SITE', argument };
    const reply = await this.#remote.pool.use((session) => session.command(command, this.#options));
    return isPositive(reply) ? { ...entry, mode: mode & 0o777 } : entry;
  }
}

interface StoreOptions extends CallOptions {
  readonly fromBytes: number;
}

/** APPE continues what is there; servers that refuse it may take REST before STOR (RFC 3659 §5). */
async function openStore(
  remote: Remote,
  session: FtpSession,
  path: VirtualPath,
  { fromBytes, ...options }: StoreOptions,
): Promise<Outgoing> {
  const argument = remote.paths.toServer(path);
  if (fromBytes === 0) return await session.store({ verb: 'STOR', argument }, options);
  try {
    return await session.store({ verb: 'APPE', argument }, options);
  } catch (error) {
    if (!(error instanceof FileError) || error.reply === undefined || !session.isOpen) throw error;
    return await session.store({ verb: 'STOR', argument }, { ...options, restartBytes: fromBytes });
  }
}

/** Gives a finished upload its name. A server that replaces nothing has the old file moved aside first. */
async function publish(remote: Remote, part: VirtualPath, path: VirtualPath, options: CallOptions): Promise<void> {
  const refusal = await renamed(remote, part, path, options);
  if (refusal === undefined) return;
  const existing = await lookAt(remote, path, options);
  if (existing?.type === 'directory') throw withKind(refusedAt(path, refusal), 'is-directory');
  if (existing === undefined) throw refusedAt(path, refusal);
  const aside = partPath(path, randomUUID());
  const asideRefusal = await renamed(remote, path, aside, options);
  if (asideRefusal !== undefined) throw refusedAt(path, refusal);
  const again = await renamed(remote, part, path, options);
  if (again !== undefined) {
    await renamed(remote, aside, path, options);
    throw refusedAt(path, again);
  }
  await remote.pool.use((session) => session.command({ verb: 'DELE', argument: remote.paths.toServer(aside) }));
}

/** RNFR and RNTO (RFC 959 §4.1.3); the refusal, if there is one. */
export async function renamed(
  remote: Remote,
  from: VirtualPath,
  to: VirtualPath,
  options: CallOptions,
): Promise<FtpReply | undefined> {
  return await remote.pool.use(async (session) => {
    const first = await session.command({ verb: 'RNFR', argument: remote.paths.toServer(from) }, options);
    if (!isIntermediate(first)) return first;
    const second = await session.command({ verb: 'RNTO', argument: remote.paths.toServer(to) }, options);
    return isPositive(second) ? undefined : second;
  }, options);
}

const isOffset = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

interface Begun {
  readonly base: 'nothing' | 'part' | 'published';
  readonly startBytes: number;
}

/** What stands there to be continued: the owner's own part, or what is published. */
async function findBase(remote: Remote, { part, existing }: Target, owner: string | undefined): Promise<Base> {
  const kept = owner === undefined ? undefined : await sizeOfPart(remote, part);
  if (kept !== undefined) return { base: 'part', sizeBytes: kept };
  return existing === undefined ? NO_BASE : { base: 'published', sizeBytes: existing.sizeBytes };
}

interface Base {
  readonly base: Begun['base'];
  readonly sizeBytes: number;
}

const NO_BASE: Base = { base: 'nothing', sizeBytes: 0 };

/** Where an upload begins, and what it continues. */
async function whereToBegin(remote: Remote, target: Target, options: WriteOptions): Promise<Begun> {
  const { start = { from: 'nothing' }, owner } = options;
  if (start.from === 'nothing' || start.from === 'nothing-new') return { base: 'nothing', startBytes: 0 };
  const { base, sizeBytes } = await findBase(remote, target, owner);
  const startBytes = start.from === 'end' ? sizeBytes : start.offsetBytes;
  if (!isOffset(startBytes) || startBytes > sizeBytes) throw new FileError('bad-offset', target.path);
  return { base, startBytes };
}

async function findTarget(remote: Remote, path: VirtualPath, options: WriteOptions): Promise<Target> {
  const name = baseName(path);
  if (path === ROOT) throw new FileError('is-directory', path);
  if (encodeName(name).length > MAX_NAME_BYTES) throw new FileError('bad-name', path);
  const existing = await lookAt(remote, path, options);
  if (existing?.type === 'directory') throw new FileError('is-directory', path);
  const mustBeNew = options.start?.from === 'nothing-new' ? 'yes' : 'no';
  if (mustBeNew === 'yes' && existing !== undefined) throw new FileError('exists', path);
  const part = remote.uploads === 'direct' ? path : partPath(path, options.owner ?? randomUUID());
  return { path, part, existing, mustBeNew, mode: options.mode };
}

/** `openUpload` of a file system. The signal also ends later writes. */
export async function openRemoteUpload(remote: Remote, path: VirtualPath, options: WriteOptions = {}): Promise<Upload> {
  const { signal } = options;
  signal?.throwIfAborted();
  const call = signal === undefined ? {} : { signal };
  const target = await findTarget(remote, path, options).catch((error: unknown) => {
    throw at(path, error);
  });
  const begun = await whereToBegin(remote, target, options);
  const upload = new RemoteUpload(remote, target, begun, call);
  try {
    if (begun.base === 'published' && begun.startBytes > 0 && remote.uploads === 'temporary') await upload.copyHead();
    else await upload.begin();
    return upload;
  } catch (error) {
    throw await whyNotStored(remote, path, error, call);
  }
}

async function whyNotStored(remote: Remote, path: VirtualPath, error: unknown, options: CallOptions): Promise<unknown> {
  if (!(error instanceof FileError) || error.reply === undefined || error.retryable) return at(path, error);
  const { reply } = error;
  const parent = await lookAt(remote, parentOf(path), options);
  if (parent?.type === 'directory')
    return withKind(at(path, error) as FileError, error.kind === 'not-found' ? 'denied' : error.kind);
  return await whyRefused(remote, path, { code: Number(reply.slice(0, 3)), lines: [reply.slice(4)] }, options);
}
