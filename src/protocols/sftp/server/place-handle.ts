/** A file that is changed where it stands: what is written is seen at once. */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import type { Attributes, Entry, OpenFile } from '../../../files/file-system.ts';
import type { Desk } from './desk.ts';
import type { OpenedFile } from './handle.ts';

export interface PlaceOrder {
  readonly path: VirtualPath;
  readonly access: 'read' | 'write' | 'read-write';
  readonly appends: boolean;
  readonly leave: () => void;
}

export class PlaceHandle implements OpenedFile {
  readonly kind = 'file';
  readonly path: VirtualPath;
  readonly read?: (into: Uint8Array, positionBytes: number) => Promise<number>;
  readonly write?: (bytes: Uint8Array, positionBytes: number) => Promise<void>;
  readonly #desk: Desk;
  readonly #file: OpenFile;
  readonly #leave: () => void;
  #writtenBytes = 0;
  /** Of a file that is appended to: two at once must not land on one place. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(desk: Desk, file: OpenFile, { path, access, appends, leave }: PlaceOrder) {
    this.#desk = desk;
    this.#file = file;
    this.path = path;
    this.#leave = leave;
    if (access !== 'write') this.read = (into, positionBytes) => file.read(into, positionBytes);
    if (access !== 'read')
      this.write = appends ? (bytes) => this.#append(bytes) : (bytes, at) => this.#write(bytes, at);
  }

  stat(): Promise<Entry> {
    return this.#file.stat();
  }

  async setAttributes(attributes: Attributes): Promise<void> {
    this.#desk.checkWritable();
    await this.#file.setAttributes(attributes);
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  async close(): Promise<void> {
    this.#leave();
    if (this.#writtenBytes > 0) this.#desk.changed('WRITE', this.path, `${this.#writtenBytes} bytes in place`);
    await this.#file.close();
  }

  async abandon(): Promise<void> {
    await this.close().catch(() => undefined);
  }

  async #write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    await this.#file.write(bytes, positionBytes);
    this.#writtenBytes += bytes.length;
    this.#desk.session.activity.touch();
  }

  #append(bytes: Uint8Array): Promise<void> {
    const next = this.#last.then(async () => await this.#write(bytes, (await this.#file.stat()).sizeBytes));
    this.#last = next.catch(() => undefined);
    return next;
  }
}
