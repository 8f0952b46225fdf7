/** The hash of a whole file: the place's own word where it computes hashes, else from its bytes. */
import { orAborted } from '../../base/wait.ts';
import type { CallOptions, HashAlgorithm } from '../file-system.ts';
import type { Place } from './copy.ts';
import { type ReadAt, fill } from './fill.ts';
import { type Hasher, createHasher } from './hasher.ts';
import type { Pace } from './pace.ts';

const BUFFER_BYTES = 1024 * 1024;

interface HashedRange {
  readonly read: ReadAt;
  readonly endBytes: number;
  readonly signal: AbortSignal | undefined;
  readonly pace?: Pace | undefined;
}

/** Adds the bytes from the beginning up to `endBytes`, or to the end of the file; the next read runs beside the hashing. */
export async function hashBytes(hasher: Hasher, { read, endBytes, signal, pace }: HashedRange): Promise<void> {
  const size = Math.min(BUFFER_BYTES, endBytes, pace?.pieceBytes ?? Infinity);
  const buffers = [new Uint8Array(size), new Uint8Array(size)] as const;
  const readAt = (turn: number, position: number): Promise<number> => {
    const buffer = buffers[turn % 2 === 0 ? 0 : 1];
    const wanted = buffer.subarray(0, Math.min(size, endBytes - position));
    const reading = wanted.length === 0 ? Promise.resolve(0) : orAborted(fill(read, wanted, position), signal);
    // Its failure is met when it is awaited.
    reading.catch(() => undefined);
    return reading;
  };
  let next = readAt(0, 0);
  for (let turn = 0, position = 0; ; turn += 1) {
    const count = await next;
    if (count === 0) return;
    position += count;
    await pace?.pass(count, signal);
    next = readAt(turn + 1, position);
    hasher.update(buffers[turn % 2 === 0 ? 0 : 1].subarray(0, count));
  }
}

export interface HashOptions extends CallOptions {
  /** `here` reads the bytes even where the place would say the hash by itself; `anywhere` is the default. */
  readonly where?: 'anywhere' | 'here';
  /** How fast the bytes may be read. */
  readonly pace?: Pace | undefined;
}

/** Lower-case hexadecimal. Fails as the place does; an aborted signal rejects with its reason. */
export async function hashFile(place: Place, algorithm: HashAlgorithm, options: HashOptions = {}): Promise<string> {
  const { where = 'anywhere', pace, ...call } = options;
  const { files, path } = place;
  if (where === 'anywhere' && files.hashing?.algorithms.has(algorithm) === true)
    return await files.hashing.of(path, algorithm, call);
  await using reader = await files.openReader(path, call);
  const hasher = createHasher(algorithm);
  const read: ReadAt = (into, position) => reader.read(into, position);
  await hashBytes(hasher, { read, endBytes: Infinity, signal: call.signal, pace });
  return hasher.digest();
}
