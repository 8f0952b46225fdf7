/** Writes tar archives of a device's folders. */
import { baseName, resolvePath, ROOT } from '../../base/virtual-path.ts';
import { FileError, type Upload } from '../../files/index.ts';
import { paddingOf, TAR_BLOCK_BYTES, type TarEntry, writeTarHeader } from '../image/tar-header.ts';
import { entriesOf, type Spot } from '../state/volumes.ts';
import { wholeFile } from './extract.ts';

/** A file or folder, and what it is called in the archive. */
export interface Packed {
  readonly entry: TarEntry;
  readonly spot: Spot;
}

const MOST_DEPTH = 16;

async function below(folder: Spot, name: string, depth = 0): Promise<readonly Packed[]> {
  const found: Packed[] = [{ entry: { path: name, kind: 'directory', sizeBytes: 0 }, spot: folder }];
  for (const { name: own, type, sizeBytes } of await entriesOf(folder)) {
    const path = resolvePath(folder.path, own);
    if (path === undefined || depth > MOST_DEPTH) continue;
    const spot = { ...folder, path };
    if (type === 'directory') found.push(...(await below(spot, `${name}/${own}`, depth + 1)));
    else found.push({ entry: { path: `${name}/${own}`, kind: 'file', sizeBytes }, spot });
  }
  return found;
}

/** All of a folder under its own name; files of it in `first` come before, at the root of the archive. */
export async function folderEntries(folder: Spot, first: readonly string[]): Promise<readonly Packed[]> {
  const name = baseName(folder.path);
  const all = await below(folder, name);
  const early = first.flatMap((one) => {
    const found = all.find(({ entry }) => entry.path === `${name}/${one}`);
    return found === undefined ? [] : [{ ...found, entry: { ...found.entry, path: one } }];
  });
  return [...early, ...all];
}

export interface Packing {
  readonly said: (path: string, sizeBytes: number) => Promise<void>;
  readonly signal: AbortSignal;
  readonly nowMs: number;
}

/** Throws a `FileError`, also for names that the format cannot hold, and for a file that grows or shrinks meanwhile. */
export async function writeTar(
  entries: readonly Packed[],
  to: Pick<Upload, 'write'>,
  { said, signal, nowMs }: Packing,
): Promise<void> {
  let position = 0;
  const put = async (bytes: Uint8Array): Promise<void> => {
    signal.throwIfAborted();
    await to.write(bytes, position);
    position += bytes.length;
  };
  for (const { entry, spot } of entries) {
    await said(entry.path, entry.sizeBytes);
    await put(headerOf(entry, nowMs));
    if (entry.kind === 'directory') continue;
    const begin = position;
    await using reader = await spot.volume.files.openReader(spot.path);
    for await (const piece of wholeFile(reader)) await put(piece);
    if (position - begin !== entry.sizeBytes) throw new FileError('busy', spot.path);
    await put(Buffer.alloc(paddingOf(entry.sizeBytes)));
  }
  await put(Buffer.alloc(2 * TAR_BLOCK_BYTES));
}

function headerOf(entry: TarEntry, nowMs: number): Buffer {
  try {
    return writeTarHeader(entry, Math.floor(nowMs / 1000));
  } catch (error) {
    if (error instanceof RangeError) throw new FileError('bad-name', resolvePath(ROOT, entry.path) ?? ROOT);
    throw error;
  }
}
