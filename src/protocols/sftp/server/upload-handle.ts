/** A file that is written and appears whole, when its client closes it. */
import { baseName, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError, type FileErrorKind } from '../../../files/error.ts';
import type { Attributes, Entry, Upload, UploadStart } from '../../../files/file-system.ts';
import type { RunningTransfer } from '../../../observe/session-activity.ts';
import type { Desk } from './desk.ts';
import type { OpenedFile } from './handle.ts';
import { answerFor } from './status.ts';

const VERB = 'OPEN';
/** What failed like this would fail again, or goes on taking the room that was missing. */
const UNWANTED: ReadonlySet<FileErrorKind> = new Set<FileErrorKind>(['full', 'quota', 'rejected']);
const ONE_ZERO = new Uint8Array(1);

export interface UploadOrder {
  readonly path: VirtualPath;
  readonly start: UploadStart;
  readonly mode: number | undefined;
  readonly reads: boolean;
  /** APPEND: wherever the client says, it goes behind the end. */
  readonly appends: boolean;
  readonly leave: () => void;
}

export class UploadHandle implements OpenedFile {
  readonly kind = 'file';
  readonly path: VirtualPath;
  readonly read?: (into: Uint8Array, positionBytes: number) => Promise<number>;
  readonly #desk: Desk;
  readonly #upload: Upload;
  readonly #order: UploadOrder;
  readonly #running: RunningTransfer;
  #sizeBytes: number;
  #attributes: Attributes = {};
  /** The first write that failed: an upload with a hole is not published. */
  #failure: Error | undefined;

  private constructor(desk: Desk, upload: Upload, order: UploadOrder) {
    this.#desk = desk;
    this.#upload = upload;
    this.#order = order;
    this.path = order.path;
    this.#sizeBytes = upload.startBytes;
    this.#running = desk.session.activity.begin({ verb: VERB, path: order.path });
    const { read } = upload;
    if (order.reads && read !== undefined) this.read = (into, positionBytes) => read.call(upload, into, positionBytes);
    desk.uploads.set(order.path, this);
  }

  static async open(desk: Desk, order: UploadOrder): Promise<UploadHandle> {
    const { origin, account, signal, uploadOwner } = desk.session;
    const upload = await desk.files.openUpload(order.path, {
      start: order.start,
      owner: uploadOwner,
      signal,
      by: { ...origin, account: account.name },
      ...(order.mode !== undefined && { mode: order.mode }),
    });
    return new UploadHandle(desk, upload, order);
  }

  readonly write = async (bytes: Uint8Array, positionBytes: number): Promise<void> => {
    const at = this.#order.appends ? this.#sizeBytes : positionBytes;
    this.#sizeBytes = Math.max(this.#sizeBytes, at + bytes.length);
    try {
      await this.#upload.write(bytes, at);
      this.#running.moved(bytes.length);
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  };

  stat(): Promise<Entry> {
    const nowMs = this.#desk.session.clock.now();
    const { modifiedMs = nowMs, accessedMs = modifiedMs, mode = this.#order.mode ?? 0o644 } = this.#attributes;
    const sizeBytes = this.#sizeBytes;
    return Promise.resolve({ name: baseName(this.path), type: 'file', sizeBytes, modifiedMs, accessedMs, mode });
  }

  /** Mode and times are set when it has its name; the file can be made longer now, and not shorter. */
  async setAttributes({ sizeBytes, ...others }: Attributes): Promise<void> {
    if (sizeBytes !== undefined && sizeBytes < this.#sizeBytes)
      throw new FileError('unsupported', this.path, { detail: 'a file that is being written cannot be cut' });
    if (sizeBytes !== undefined && sizeBytes > this.#sizeBytes) await this.write(ONE_ZERO, sizeBytes - 1);
    this.#attributes = { ...this.#attributes, ...others };
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#release();
    try {
      if (this.#failure !== undefined) throw this.#failure;
      await this.#upload.commit({ evidence: 'proven' });
    } catch (error) {
      await this.#giveUp(error);
      this.#tell('failed', answerFor(error)?.text ?? 'The server failed');
      throw error;
    }
    this.#tell('complete', '');
    if (Object.keys(this.#attributes).length > 0) await this.#desk.files.setAttributes?.(this.path, this.#attributes);
  }

  async abandon(reason: string): Promise<void> {
    this.#release();
    await this.#giveUp(this.#failure).catch((cause: unknown) => this.#desk.fault(VERB, cause));
    this.#tell('aborted', reason);
  }

  #release(): void {
    this.#order.leave();
    if (this.#desk.uploads.get(this.path) === this) this.#desk.uploads.delete(this.path);
  }

  /** What arrived is kept for the same owner to go on, unless it could never be published. */
  async #giveUp(error: unknown): Promise<void> {
    const isUnwanted = error instanceof FileError && UNWANTED.has(error.kind);
    await (isUnwanted || this.#sizeBytes === 0 || this.#failure !== undefined
      ? this.#upload.discard()
      : this.#upload.keep());
  }

  #tell(outcome: 'complete' | 'failed' | 'aborted', reason: string): void {
    const startBytes = this.#upload.startBytes;
    const { path } = this;
    this.#desk.ended({ direction: 'upload', verb: VERB, path, running: this.#running, startBytes, outcome, reason });
  }
}
