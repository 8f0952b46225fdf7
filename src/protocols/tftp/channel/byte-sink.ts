/** Where received bytes go, and the sink that writes them to an upload in large pieces. */
import { FileError } from '../../../files/error.ts';
import type { Upload } from '../../../files/file-system.ts';

export interface SinkListener {
  onRoom(): void;
  onFailure(error: unknown): void;
}

export interface ByteSink {
  /** Bytes that can be taken now. */
  readonly roomBytes: number;
  /** Copies them; no more than there is room for. */
  take(bytes: Uint8Array): void;
  /** No more come: resolves when they are safe. */
  finish(): Promise<void>;
  /** Who is told of room, and of a failure once it is known. */
  attach(listener: SinkListener): void;
}

export interface UploadSinkOptions {
  readonly upload: Upload;
  readonly path: string;
  /** Of one of the two buffers: at least two windows. */
  readonly bufferBytes: number;
  /** More than this fails with `limit`. */
  readonly mostBytes: number;
  /** Checks what came, and publishes it. */
  readonly commit: (bytes: number) => Promise<void>;
}

export class UploadSink implements ByteSink {
  readonly #options: UploadSinkOptions;
  #listener: SinkListener | undefined;
  #filling: Buffer;
  #spare: Buffer | undefined;
  #filled = 0;
  #position = 0;
  #writing: Promise<void> | undefined;
  #finishing: Promise<void> | undefined;

  constructor(options: UploadSinkOptions) {
    this.#options = options;
    this.#filling = Buffer.allocUnsafe(options.bufferBytes);
  }

  attach(listener: SinkListener): void {
    this.#listener = listener;
  }

  get roomBytes(): number {
    return this.#filling.length - this.#filled;
  }

  take(bytes: Uint8Array): void {
    this.#filling.set(bytes, this.#filled);
    this.#filled += bytes.length;
    const isEnough = this.#filled >= this.#filling.length >> 1;
    if (isEnough && this.#writing === undefined) this.#begin();
  }

  finish(): Promise<void> {
    this.#finishing = this.#finish();
    return this.#finishing;
  }

  /** Resolves when nothing is written any more, whatever became of it. */
  async idle(): Promise<void> {
    await this.#finishing?.catch(() => undefined);
    while (this.#writing !== undefined) await this.#writing;
  }

  async #finish(): Promise<void> {
    // A write that runs may begin the next one when it ends.
    while (this.#writing !== undefined) await this.#writing;
    await this.#write(this.#filling.subarray(0, this.#filled));
    this.#filled = 0;
    await this.#options.commit(this.#position);
  }

  #begin(): void {
    const full = this.#filling;
    const count = this.#filled;
    this.#filling = this.#spare ?? Buffer.allocUnsafe(this.#options.bufferBytes);
    this.#spare = undefined;
    this.#filled = 0;
    this.#writing = this.#write(full.subarray(0, count)).then(
      () => {
        this.#writing = undefined;
        this.#spare = full;
        if (this.#filled >= this.#filling.length >> 1) this.#begin();
        this.#listener?.onRoom();
      },
      (error: unknown) => {
        this.#writing = undefined;
        this.#listener?.onFailure(error);
      },
    );
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const { upload, mostBytes, path } = this.#options;
    if (this.#position + bytes.length > mostBytes)
      throw new FileError('limit', path, { detail: `is larger than the ${mostBytes} bytes that may come` });
    const position = this.#position;
    this.#position += bytes.length;
    if (bytes.length > 0) await upload.write(bytes, position);
  }
}
