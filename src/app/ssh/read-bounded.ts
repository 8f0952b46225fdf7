/** Reads files that others may have written or swapped: never more of them than a bound. */
import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { ConfigurationError } from '../../config/problem.ts';

export interface BoundedFile {
  readonly bytes: Buffer;
  readonly stats: Stats;
}

const codeOf = (cause: unknown): string => (cause instanceof Error && 'code' in cause ? String(cause.code) : '');

/** What has no size, such as a pipe, is read to one byte beyond the bound. */
function readOpened(descriptor: number, maxBytes: number): BoundedFile | 'too-large' {
  const stats = fstatSync(descriptor);
  if (stats.isFile() && stats.size > maxBytes) return 'too-large';
  const into = Buffer.alloc((stats.isFile() ? stats.size : maxBytes) + 1);
  let length = 0;
  for (let count = -1; count !== 0 && length < into.length; length += count)
    count = readSync(descriptor, into, length, into.length - length, null);
  return length > maxBytes ? 'too-large' : { bytes: into.subarray(0, length), stats };
}

/**
 * `missing`: there is none; `no-folder`: there cannot be one, since a part of its path is a file. Throws a
 * `ConfigurationError` when it cannot be read or is too large.
 */
export function readBounded(file: string, maxBytes: number): BoundedFile | 'missing' | 'no-folder' {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const read = readOpened(descriptor, maxBytes);
    if (read !== 'too-large') return read;
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOENT') return 'missing';
    if (code === 'ENOTDIR') return 'no-folder';
    throw new ConfigurationError([{ where: file, what: `cannot be read (${code}); check its rights` }]);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
  throw new ConfigurationError([
    { where: file, what: `is larger than ${maxBytes} bytes; shorten it, or name another` },
  ]);
}
