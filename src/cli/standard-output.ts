/**
 * Standard output as the process has it. A disk that is full under it is a failure: what was cut must not look whole. A
 * reader that goes away (`portcall … | head`) is none.
 */
import { fstatSync, writeSync } from 'node:fs';
import type { Output } from './world.ts';

export interface StandardOutput {
  readonly output: Output;
  /** Resolves when the bytes were taken; rejects with the system's error. */
  writeOut(bytes: Uint8Array): Promise<void>;
  /** What could not be written, of all that was written so far; not that the reader is gone. */
  failure(): Error | undefined;
}

/** The reader went away, and wants no more. */
export const isReaderGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');

/** Node writes to files once, whatever the system took of it, so they are written to here. */
function isFile(stream: NodeJS.WriteStream & { readonly fd: number }): boolean {
  try {
    const stats = fstatSync(stream.fd);
    return !stream.isTTY && (stats.isFile() || stats.isCharacterDevice());
  } catch {
    return false;
  }
}

function toFile(descriptor: number): StandardOutput {
  let failure: Error | undefined;
  const write = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
  };
  return {
    output: {
      writableLength: 0,
      write(text) {
        try {
          write(typeof text === 'string' ? Buffer.from(text) : text);
        } catch (error) {
          failure ??= error as Error; // the system's
        }
      },
    },
    writeOut: async (bytes) => write(bytes),
    failure: () => failure,
  };
}

function toStream(stream: NodeJS.WriteStream): StandardOutput {
  let failure: Error | undefined;
  stream.on('error', (error) => {
    if (!isReaderGone(error)) failure ??= error;
  });
  return {
    output: stream,
    writeOut: (bytes) =>
      new Promise((resolve, reject) => {
        stream.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    failure: () => failure,
  };
}

export const standardOutput = (stream: NodeJS.WriteStream & { readonly fd: number }): StandardOutput =>
  isFile(stream) ? toFile(stream.fd) : toStream(stream);
