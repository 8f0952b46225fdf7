/** Adds a line to a file that other programs read and write, too. */
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
const LF = 0x0a;

/** Whether the last line has no end: an editor left it so, or an append was cut by a crash. */
async function isTorn(handle: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 && buffer[0] !== LF;
}

/**
 * Adds a line (latin1) at the end by a single write, so that two at a time do not mix, and below what was torn. Makes the
 * file and its folder for their owner only. Rejects when it could not be written whole.
 */
export async function appendLine(file: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: PRIVATE_FOLDER });
  await using handle = await open(file, 'a+', PRIVATE_FILE);
  const { size } = await handle.stat();
  const bytes = Buffer.from(`${(await isTorn(handle, size)) ? '\n' : ''}${line}\n`, 'latin1');
  const { bytesWritten } = await handle.write(bytes);
  if (bytesWritten === bytes.length) return;
  // Half a key would be another key; but what somebody else has added behind it must stay.
  if ((await handle.stat()).size === size + bytesWritten) await handle.truncate(size);
  throw new Error('the disk is full');
}
