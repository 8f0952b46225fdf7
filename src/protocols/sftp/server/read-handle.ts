/** A file that is read. */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { Attributes, Entry, FileReader } from '../../../files/file-system.ts';
import { PromptReads } from '../../../files/prompt-reads.ts';
import type { RunningTransfer } from '../../../observe/session-activity.ts';
import type { Desk } from './desk.ts';
import type { OpenedFile } from './handle.ts';

const VERB = 'OPEN';

export class ReadHandle implements OpenedFile {
  readonly kind = 'file';
  readonly path: VirtualPath;
  readonly #desk: Desk;
  readonly #reader: FileReader;
  readonly #reads: PromptReads;
  readonly #leave: () => void;
  readonly #running: RunningTransfer;
  #isWhole = false;

  private constructor(desk: Desk, reader: FileReader, { path, leave }: { path: VirtualPath; leave: () => void }) {
    this.#desk = desk;
    this.#reader = reader;
    this.path = path;
    this.#leave = leave;
    this.#reads = new PromptReads(reader, desk.session.clock);
    const totalBytes = reader.entry.sizeBytes;
    this.#isWhole = totalBytes === 0;
    this.#running = desk.session.activity.begin({ verb: VERB, path, totalBytes });
  }

  static async open(desk: Desk, path: VirtualPath, leave: () => void): Promise<ReadHandle> {
    const reader = await desk.files.openReader(path, { signal: desk.session.signal });
    return new ReadHandle(desk, reader, { path, leave });
  }

  readonly read = (into: Uint8Array, positionBytes: number): number | Promise<number> => {
    const count = this.#reads.read(into, positionBytes);
    if (typeof count === 'number') return this.#count(count, positionBytes);
    return count.then((bytes) => this.#count(bytes, positionBytes));
  };

  stat(): Promise<Entry> {
    return Promise.resolve(this.#reader.entry);
  }

  /** By its name, as the reader has no right to change anything. */
  async setAttributes(attributes: Attributes): Promise<void> {
    const { setAttributes } = this.#desk.files;
    if (setAttributes === undefined) throw new FileError('unsupported', this.path);
    this.#desk.checkWritable();
    await setAttributes(this.path, attributes);
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await this.#end('the client closed it before its end');
  }

  async abandon(reason: string): Promise<void> {
    await this.#end(reason).catch(() => undefined);
  }

  #count(bytes: number, positionBytes: number): number {
    this.#running.moved(bytes);
    if (bytes === 0 || positionBytes + bytes >= this.#reader.entry.sizeBytes) this.#isWhole = true;
    return bytes;
  }

  async #end(reason: string): Promise<void> {
    this.#leave();
    this.#desk.ended({
      direction: 'download',
      verb: VERB,
      path: this.path,
      running: this.#running,
      outcome: this.#isWhole ? 'complete' : 'aborted',
      reason: this.#isWhole ? '' : reason,
    });
    await this.#reader.close();
  }
}
