/** Content on its way into an upload: gathered into large pieces, and one is written while the next one fills. */
import type { Upload } from '../../../files/file-system.ts';

const BUFFER_BYTES = 1024 * 1024;

export class WriteBehind {
  readonly #upload: Upload;
  readonly #bufferBytes: number;
  readonly #spare: Uint8Array[] = [];
  #filling: Uint8Array | undefined;
  #filledBytes = 0;
  #positionBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown;

  /** `sizeBytes` is how much will come. */
  constructor(upload: Upload, sizeBytes: number) {
    this.#upload = upload;
    this.#bufferBytes = Math.max(1, Math.min(BUFFER_BYTES, sizeBytes));
  }

  /** What a write has suffered; what is added after that goes nowhere. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Copies the bytes; waits while everything is full. Never rejects: see {@link failure}. */
  async add(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0 && this.#failure === undefined;) {
      const buffer = (this.#filling ??= this.#spare.pop() ?? new Uint8Array(this.#bufferBytes));
      const part = rest.subarray(0, buffer.length - this.#filledBytes);
      buffer.set(part, this.#filledBytes);
      this.#filledBytes += part.length;
      rest = rest.subarray(part.length);
      if (this.#filledBytes === buffer.length) await this.#flush();
    }
  }

  /** Resolves when nothing is being written any more. Never rejects. */
  async settle(): Promise<void> {
    await this.#flush();
    await this.#writing;
  }

  async #flush(): Promise<void> {
    await this.#writing;
    const buffer = this.#filling;
    if (buffer === undefined || this.#filledBytes === 0 || this.#failure !== undefined) return;
    const bytes = buffer.subarray(0, this.#filledBytes);
    const position = this.#positionBytes;
    [this.#filling, this.#filledBytes, this.#positionBytes] = [undefined, 0, position + bytes.length];
    this.#writing = this.#write(bytes, position).finally(() => this.#spare.push(buffer));
  }

  async #write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    try {
      await this.#upload.write(bytes, positionBytes);
    } catch (error) {
      this.#failure ??= error ?? new Error('the write failed');
    }
  }
}
