/**
 * An upload to a server: under another name until it is whole (the default), or under its own.
 *
 * Under its own name (`uploads: 'direct'`) the file is seen while it grows, `keep` leaves what arrived, and `discard`
 * removes a file that was new and leaves one that stood there as far as it was written over.
 */
import { baseName, parentOf, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions, CommitOptions, Entry, Upload, WriteOptions } from '../../../files/file-system.ts';
import {
  type Begun,
  callOf,
  findTarget,
  giveUpName,
  isOffset,
  openStore,
  type Target,
  whereToBegin,
} from './begin-upload.ts';
import { isPositive } from './failure.ts';
import { lookAt, whyRefused, withKind } from './look.ts';
import type { Lease } from './pool.ts';
import { publish } from './publish.ts';
import { openRemoteReader } from './reader.ts';
import { at, type Remote, replyOf } from './remote.ts';
import type { Outgoing } from './session.ts';

const COPY_BYTES = 1024 * 1024;

interface Stream {
  readonly lease: Lease;
  readonly outgoing: Outgoing;
}

class RemoteUpload implements Upload {
  readonly startBytes: number;
  readonly #remote: Remote;
  readonly #target: Target;
  readonly #options: CallOptions;
  readonly #base: Begun['base'];
  #stream: Stream | undefined;
  #positionBytes: number;
  /** Bytes under the part's name while no stream is open. */
  #partBytes: number;
  /** Something may lie under the part's name. */
  #hasBegun: boolean;
  #turn: Promise<unknown> = Promise.resolve();
  /** `cut`: a stream failed, and nobody knows how many of its bytes have arrived. */
  #state: 'open' | 'cut' | 'ended' = 'open';

  constructor(remote: Remote, target: Target, begun: Begun, options: CallOptions) {
    this.#remote = remote;
    this.#target = target;
    this.#options = options;
    this.#base = begun.base;
    this.startBytes = begun.startBytes;
    this.#positionBytes = begun.startBytes;
    this.#partBytes = begun.partBytes;
    this.#hasBegun = begun.base === 'part';
  }

  /** Opens the stream: refusals come now, and not with the first byte. Bytes that are continued are copied first. */
  begin(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#base === 'published' && this.startBytes > 0) await this.#copyHead();
      else await this.#remote.pool.retrying(() => this.#open('once'), this.#options);
      this.#rest();
    });
  }

  /** It did not come about: what it continues stays as it was. */
  cancel(): Promise<void> {
    return this.#ending(() => (this.#base === 'part' ? this.#abandon() : this.#remove()));
  }

  write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    return this.#inTurn(async () => {
      this.#confirmOpen();
      this.#confirmInOrder(positionBytes);
      try {
        await this.#send(bytes);
      } catch (error) {
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
        await this.#finish(this.#options);
        const written = await this.#withMode(await this.#confirmSize());
        await this.#confirmFree(replace);
        if (stillWanted?.() === false) {
          // What arrived waits for its owner.
          this.#end();
          throw new FileError('interrupted', path);
        }
        if (part !== path) await publish(this.#remote, { part, path, ...this.#options });
        this.#end();
        return { ...written, name: baseName(path) };
      } catch (error) {
        throw at(path, error);
      }
    });
  }

  keep(): Promise<void> {
    return this.#ending(async () => {
      const isWorthNothing =
        this.#base !== 'part' && this.#positionBytes === (this.#base === 'nothing' ? 0 : this.startBytes);
      if (isWorthNothing) await this.#remove();
      // Also after an aborted call: what was sent already is to arrive.
      else await this.#finish({}).catch(() => undefined);
    });
  }

  discard(): Promise<void> {
    return this.#ending(() => this.#remove());
  }

  /** The file under the part's name goes; so does one that a direct upload has begun, unless it stood there before. */
  async #remove(): Promise<void> {
    await this.#abandon();
    const { part, path, existing } = this.#target;
    if (!this.#hasBegun || (part === path && existing !== undefined)) return;
    const argument = this.#remote.paths.toServer(part);
    await this.#remote.pool.use((session) => session.command({ verb: 'DELE', argument }));
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #ending(act: () => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#state === 'ended') return;
      try {
        await act();
      } catch (error) {
        throw at(this.#target.path, error);
      } finally {
        this.#end();
      }
    });
  }

  #end(): void {
    this.#state = 'ended';
    giveUpName(this.#remote, this.#target);
  }

  #confirmOpen(): void {
    const { path } = this.#target;
    if (this.#state === 'ended') throw new Error(`the upload of ${path} has ended`);
    if (this.#state === 'cut')
      throw new FileError('connection-lost', path, {
        detail: 'this upload was cut; keep it, and continue it with another',
      });
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
    this.#stream?.lease.offer(() => this.#inTurn(() => this.#finish(this.#options)).catch(() => undefined));
  }

  /** The same within this upload's own turn, for which it must not wait. */
  #restWithin(): void {
    this.#stream?.lease.offer(() => this.#finish(this.#options).catch(() => undefined));
  }

  async #send(bytes: Uint8Array): Promise<void> {
    this.#stream?.lease.offer(undefined);
    const { outgoing } = this.#stream ?? (await this.#open('patiently'));
    try {
      await outgoing.write(bytes, this.#options);
    } catch (error) {
      // An aborted call leaves the stream as it is: what it has taken can still be kept.
      if (this.#options.signal?.aborted !== true) await this.#abandon();
      this.#state = 'cut';
      throw error;
    }
    this.#positionBytes += bytes.length;
  }

  async #open(how: 'once' | 'patiently'): Promise<Stream> {
    const { pool } = this.#remote;
    const lease = await (how === 'once' ? pool.leaseOnce(this.#options) : pool.lease(this.#options));
    try {
      const place = { fromBytes: this.#positionBytes, partBytes: this.#partBytes };
      const outgoing = await openStore(this.#remote, lease.session, this.#target.part, { ...this.#options, ...place });
      if (this.#positionBytes === 0) this.#partBytes = 0;
      this.#hasBegun = true;
      return (this.#stream = { lease, outgoing });
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  async #finish(options: CallOptions): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream === undefined) return;
    stream.lease.offer(undefined);
    try {
      await stream.outgoing.finish(options);
      this.#partBytes = Math.max(this.#partBytes, this.#positionBytes);
    } catch (error) {
      this.#state = 'cut';
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
    const { existing } = this.#target;
    if (this.#base !== 'published' || existing === undefined || this.#positionBytes >= existing.sizeBytes) return;
    await this.#copyPublished(existing, existing.sizeBytes);
  }

  /** The bytes in front of the first new one, when a published file is continued. */
  async #copyHead(): Promise<void> {
    const { existing } = this.#target;
    this.#positionBytes = 0;
    if (existing !== undefined) await this.#copyPublished(existing, this.startBytes);
  }

  async #copyPublished(expected: Entry, endBytes: number): Promise<void> {
    const { path } = this.#target;
    const call = { ...this.#options, expected, fromBytes: this.#positionBytes };
    await using reader = await openRemoteReader(this.#remote, path, call);
    const buffer = new Uint8Array(COPY_BYTES);
    while (this.#positionBytes < endBytes) {
      const room = buffer.subarray(0, Math.min(COPY_BYTES, endBytes - this.#positionBytes));
      this.#restWithin();
      const count = await reader.read(room, this.#positionBytes);
      if (count === 0)
        throw new FileError('integrity', path, { detail: 'the file became shorter while it was copied' });
      await this.#send(room.subarray(0, count));
    }
  }

  /** What the server has must be what was sent; bytes behind those may have lain there before. */
  async #confirmSize(): Promise<Entry> {
    const { part, path } = this.#target;
    const expectedBytes = Math.max(this.#partBytes, this.#positionBytes);
    const entry = await lookAt(this.#remote, part, this.#options);
    if (entry === undefined || entry.type !== 'file' || this.#remote.paths.root === 'login')
      return {
        name: '',
        type: 'file',
        sizeBytes: expectedBytes,
        modifiedMs: this.#remote.settings.clock.now(),
        sizeIs: 'sent',
      };
    if (entry.sizeBytes === expectedBytes) return entry;
    throw new FileError('integrity', path, {
      detail: `${expectedBytes} bytes should be there, and the server has ${entry.sizeBytes}`,
    });
  }

  /** A file that is replaced keeps its permission bits, where the server shows them and has a command for them. */
  async #withMode(entry: Entry): Promise<Entry> {
    const wanted = this.#target.existing?.mode ?? this.#target.mode;
    const mode = wanted === undefined ? undefined : wanted & 0o777;
    if (mode === undefined || entry.mode === mode) return entry;
    const argument = `CHMOD ${mode.toString(8)} ${this.#remote.paths.toServer(this.#target.part)}`;
    const reply = await this.#remote.pool.use((session) => session.command({ verb: 'SITE', argument }, this.#options));
    return isPositive(reply) ? { ...entry, mode } : entry;
  }

  /** There is no lock in FTP: who takes the name between this look and the renaming is replaced. */
  async #confirmFree(replace: CommitOptions['replace']): Promise<void> {
    const { part, path, mustBeNew } = this.#target;
    if (part === path || (replace !== 'refused' && mustBeNew === 'no')) return;
    if ((await lookAt(this.#remote, path, this.#options)) !== undefined) throw new FileError('exists', path);
  }
}

/** `openUpload` of a file system. The signal also ends later writes. */
export async function openRemoteUpload(remote: Remote, path: VirtualPath, options: WriteOptions = {}): Promise<Upload> {
  options.signal?.throwIfAborted();
  const call = callOf(options);
  const target = await findTarget(remote, path, options).catch((error: unknown) => {
    throw at(path, error);
  });
  let upload: RemoteUpload | undefined;
  try {
    upload = new RemoteUpload(remote, target, await whereToBegin(remote, target, options), call);
    await upload.begin();
    return upload;
  } catch (error) {
    await upload?.cancel().catch(() => undefined);
    giveUpName(remote, target);
    throw await whyNotStored(remote, path, error, call);
  }
}

async function whyNotStored(remote: Remote, path: VirtualPath, error: unknown, options: CallOptions): Promise<unknown> {
  if (!(error instanceof FileError) || error.reply === undefined || error.retryable) return at(path, error);
  const parent = await lookAt(remote, parentOf(path), options);
  if (parent?.type === 'directory')
    return withKind(at(path, error) as FileError, error.kind === 'not-found' ? 'denied' : error.kind);
  return await whyRefused(remote, path, replyOf(error), options);
}
