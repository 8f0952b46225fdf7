/** Files to standard output, and standard input to a file: bytes as they are. */
import type { Place } from '../../files/copy/copy.ts';
import { type Entry, FileError } from '../../files/index.ts';
import type { Client } from './run-client.ts';

const BUFFER_BYTES = 1024 * 1024;

/** Writes a file to standard output; a reader that goes away ends it without a word. */
export async function writeFileOut(
  client: Client,
  { files, path }: Place,
  entry?: Entry,
): Promise<'whole' | 'reader-gone'> {
  const { signal, world } = client;
  await using reader = await files.openReader(path, { signal, ...(entry === undefined ? {} : { expected: entry }) });
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (let at = 0; ;) {
    signal.throwIfAborted();
    const count = await reader.read(buffer, at);
    if (count === 0) return 'whole';
    try {
      await (world.writeOut?.(buffer.subarray(0, count)) ?? world.stdout.write(buffer.slice(0, count)));
    } catch {
      return 'reader-gone';
    }
    at += count;
  }
}

/** Writes standard input to a file, which nobody sees before its end. */
export async function writeInput(client: Client, { files, path }: Place): Promise<number> {
  const { signal, world } = client;
  const upload = await files.openUpload(path, { signal });
  let at = 0;
  try {
    for await (const chunk of world.stdin) {
      signal.throwIfAborted();
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      await upload.write(bytes, at);
      at += bytes.length;
    }
    const written = await upload.commit();
    if (written.sizeBytes !== at) throw new FileError('integrity', path);
    return at;
  } catch (error) {
    await upload.discard().catch(() => undefined);
    throw error;
  }
}
