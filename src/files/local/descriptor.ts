/** Reads and writes at offsets on a descriptor, each whole, and its end. */
import { close, fsync, read, write } from 'node:fs';
import { promisify } from 'node:util';
import { fileError } from './errno.ts';

export const closeDescriptor = promisify(close);
export const syncDescriptor = promisify(fsync);

/** Resolves to the bytes read; 0 at the end. */
export function readAt(fd: number, into: Uint8Array, positionBytes: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, into, 0, into.length, positionBytes, (error, count) => {
      if (error === null) resolve(count);
      else reject(asError(error, path));
    });
  });
}

/** Writes all of it: a short write is continued. */
export function writeAt(fd: number, bytes: Uint8Array, positionBytes: number, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (done: number): void => {
      write(fd, bytes, done, bytes.length - done, positionBytes + done, (error, count) => {
        if (error !== null) reject(asError(error, path));
        else if (done + count < bytes.length) next(done + count);
        else resolve();
      });
    };
    next(0);
  });
}

/** A system error has a code and so always becomes an error of ours. */
const asError = (error: Error, path: string): Error => {
  const translated = fileError(error, path);
  return translated instanceof Error ? translated : error;
};
