/** The bytes of a file as they are sent: as they are (octet), or with the line ends of the network (netascii). */
import type { Clock } from '../../../base/clock.ts';
import type { FileReader } from '../../../files/file-system.ts';
import { FileError } from '../../../files/error.ts';
import { PromptReads } from '../../../files/prompt-reads.ts';
import { encodeNetascii } from '../wire/netascii.ts';

export interface ByteSource {
  /** The next bytes into `into`; 0 at the end, and never more than fit. */
  read(into: Uint8Array): number | Promise<number>;
}

/** A file of the size that was told: one that shrinks meanwhile fails, one that grows ends where it was promised to. */
export function octetSource(reader: FileReader, path: string, clock: Pick<Clock, 'monotonic'>): ByteSource {
  const { sizeBytes } = reader.entry;
  const reads = new PromptReads(reader, clock);
  let position = 0;
  const counted = (count: number): number => {
    if (count === 0)
      throw new FileError('io', path, { detail: `shrank to ${position} bytes while it was sent; try again` });
    position += count;
    return count;
  };
  return {
    read(into) {
      const wanted = Math.min(into.length, sizeBytes - position);
      if (wanted === 0) return 0;
      const count = reads.read(into.subarray(0, wanted), position);
      return typeof count === 'number' ? counted(count) : count.then(counted);
    },
  };
}

/** Each byte may become two. */
export function netasciiSource(reader: FileReader): ByteSource {
  let position = 0;
  return {
    async read(into) {
      const raw = new Uint8Array(Math.max(1, into.length >> 1));
      const count = await reader.read(raw, position);
      position += count;
      const encoded = encodeNetascii(raw.subarray(0, count));
      into.set(encoded);
      return encoded.length;
    },
  };
}
