/**
 * One open file of the system. Closing waits for reads and writes under way: a descriptor's number is given out again at
 * once, and a late write would land in somebody else's file.
 */
import { closeSync, fstatSync, fsync, read, readSync, type Stats, write } from 'node:fs';
import { FileError } from '../error.ts';
import { translateError, translated } from './errno.ts';

type Done<T> = (error: Error | null, result: T) => void;

export class Descriptor {
  readonly number: number;
  readonly #path: string;
  #underWay = 0;
  #closing: PromiseWithResolvers<undefined> | undefined;

  constructor(number: number, path: string) {
    this.number = number;
    this.#path = path;
  }

  stats(): Stats {
    this.#confirmOpen();
    return translated(this.#path, () => fstatSync(this.number));
  }

  read(into: Uint8Array, positionBytes: number): Promise<number> {
    return this.#call<number>((done) => read(this.number, into, 0, into.length, positionBytes, done));
  }

  readNow(into: Uint8Array, positionBytes: number): number {
    this.#confirmOpen();
    return translated(this.#path, () => readSync(this.number, into, 0, into.length, positionBytes));
  }

  /** Writes all of it; `wrote` is told of each piece, so that what arrived is known when the disk fills up. */
  async write(bytes: Uint8Array, positionBytes: number, wrote?: (from: number, to: number) => void): Promise<void> {
    if (!Number.isSafeInteger(positionBytes + bytes.length) || positionBytes < 0)
      throw new FileError('bad-offset', this.#path);
    for (let offset = 0; offset < bytes.length;) {
      const at = positionBytes + offset;
      const length = bytes.length - offset;
      const count = await this.#call<number>((done) => write(this.number, bytes, offset, length, at, done));
      wrote?.(at, at + count);
      offset += count;
    }
  }

  sync(): Promise<void> {
    return this.#call<undefined>((done) => fsync(this.number, (error) => done(error, undefined)));
  }

  /** Closing again gives the same promise. */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#closing = Promise.withResolvers();
      if (this.#underWay === 0) this.#closeNow();
    }
    return this.#closing.promise;
  }

  #closeNow(): void {
    try {
      closeSync(this.number);
    } catch {
      // close(2) frees the number whatever it says; what must be on disk was synced before.
    }
    this.#closing?.resolve(undefined);
  }

  #call<T>(start: (done: Done<T>) => void): Promise<T> {
    this.#confirmOpen();
    this.#underWay += 1;
    return new Promise((resolve, reject) => {
      start((error, result) => {
        this.#underWay -= 1;
        if (this.#underWay === 0 && this.#closing !== undefined) this.#closeNow();
        if (error === null) resolve(result);
        else reject(translateError(error, this.#path));
      });
    });
  }

  #confirmOpen(): void {
    if (this.#closing !== undefined) throw new Error(`${this.#path} is used after it was closed`);
  }
}
