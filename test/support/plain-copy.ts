/** The least that a copy must do, for tests of what is built on copies. */
import { createHash } from 'node:crypto';
import { FileError } from '../../src/files/error.ts';
import type { CopyOptions, CopyReport, Place } from '../../src/files/copy/copy.ts';
import type { HashAlgorithm } from '../../src/files/file-system.ts';

async function bytesOf({ files, path }: Place): Promise<Uint8Array> {
  await using reader = await files.openReader(path);
  const bytes = new Uint8Array(reader.entry.sizeBytes);
  let done = 0;
  for (let count = -1; count !== 0; done += count) count = await reader.read(bytes.subarray(done), done);
  return bytes;
}

export async function plainCopy(from: Place, to: Place, { ifExists, signal }: CopyOptions): Promise<CopyReport> {
  signal?.throwIfAborted();
  const { sizeBytes, modifiedMs } = await from.files.stat(from.path);
  const bytes = await bytesOf(from);
  const upload = await to.files.openUpload(to.path);
  try {
    await upload.write(bytes, 0);
    await upload.commit({ replace: ifExists === 'refuse' ? 'refused' : 'allowed' });
  } catch (error) {
    await upload.discard();
    throw error;
  }
  await to.files.setAttributes?.(to.path, { modifiedMs });
  const report = { from: from.label, to: to.label, sizeBytes, resumedAtBytes: 0, durationMs: 0, retries: 0 };
  return { ...report, verified: 'no', way: 'through-us', warnings: [] };
}

export async function plainHash(place: Place, algorithm: HashAlgorithm): Promise<string> {
  if (algorithm === 'crc32') throw new FileError('unsupported', place.path);
  return createHash(algorithm)
    .update(await bytesOf(place))
    .digest('hex');
}
