/** Whole files of a file system that reads and writes one way, as bytes. */
import type { FileSystem } from '../../src/files/file-system.ts';
import { at } from './file-tree.ts';

const PIECE_BYTES = 64 * 1024;

/** All bytes of a file. */
export async function getFile(files: FileSystem, path: string): Promise<Buffer> {
  await using reader = await files.openReader(at(path));
  const pieces: Buffer[] = [];
  for (let position = 0; ;) {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const count = await reader.read(piece, position);
    if (count === 0) return Buffer.concat(pieces);
    pieces.push(piece.subarray(0, count));
    position += count;
  }
}

/** Writes a whole file, in pieces that fit no block. */
export async function putFile(files: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const upload = await files.openUpload(at(path), { sizeBytes: bytes.length });
  for (let position = 0; position < bytes.length; position += PIECE_BYTES - 7)
    await upload.write(bytes.subarray(position, position + PIECE_BYTES - 7), position);
  await upload.commit();
}
