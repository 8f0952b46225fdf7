/** The volumes of a device by name: `flash:/x`, `flash0:x`, `nvram:startup-config`, or a name alone where one stands. */
import type { Clock } from '../../base/clock.ts';
import { parentOf, resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import { type Entry, FileError, type FileSystem, quota } from '../../files/index.ts';
import type { Platform, VolumeFacts } from '../platforms/platform.ts';
import type { DeviceStore } from '../ports.ts';

/** Where class B flash keeps what was deleted, until the device is erased. */
const DELETED = '/.deleted' as VirtualPath;

export interface Volume {
  readonly facts: VolumeFacts;
  readonly files: FileSystem;
  readonly freeBytes: () => Promise<number>;
}

/** A name on a volume. */
export interface Spot {
  readonly volume: Volume;
  readonly path: VirtualPath;
}

/** As IOS prints it: `flash:/x`. `prefix` is the volume's name as somebody typed it. */
export const spotText = ({ volume, path }: Spot): string => `${volume.facts.name}${path}`;

const FILE_NAME = /^([a-z][a-z0-9-]*:)(.*)$/is;

export class Volumes {
  readonly all: readonly Volume[];

  constructor(platform: Platform, store: DeviceStore, clock: Clock) {
    this.all = platform.volumes.map((facts) => {
      const files = quota(store.volume(facts.name.slice(0, -1)), { bytes: facts.bytes }, clock);
      const freeBytes = async (): Promise<number> =>
        Math.max(0, Math.min(facts.bytes, (await files.freeSpace?.(ROOT)) ?? facts.bytes));
      return { facts, files, freeBytes };
    });
  }

  /** The one that names without a volume lie on. */
  get main(): Volume {
    const [main] = this.all;
    if (main === undefined) throw new RangeError('the platform has no volume');
    return main;
  }

  get nvram(): Volume {
    return this.all.find(({ facts }) => facts.kind === 'nvram') ?? this.main;
  }

  /** By a name with its colon. */
  named(name: string): Volume | undefined {
    const lower = name.toLowerCase();
    return this.all.find(({ facts }) => facts.name === lower || facts.aliases.includes(lower));
  }

  /** All names with their colons, aliases too. */
  names(): readonly string[] {
    return this.all.flatMap(({ facts }) => [facts.name, ...facts.aliases]);
  }

  /** What a name means in a working directory; `undefined` for a volume that is not there, or a name that no file can have. */
  resolve(text: string, from: Spot): Spot | undefined {
    const [, prefix, rest = ''] = FILE_NAME.exec(text) ?? [];
    if (prefix === undefined) {
      const path = resolvePath(from.path, text);
      return path === undefined ? undefined : { volume: from.volume, path };
    }
    const volume = this.named(prefix);
    const path = resolvePath(ROOT, rest);
    return volume === undefined || path === undefined ? undefined : { volume, path };
  }
}

export async function standing({ volume, path }: Spot): Promise<Entry | undefined> {
  try {
    return await volume.files.stat(path);
  } catch (error) {
    if (error instanceof FileError && error.kind !== 'io') return undefined;
    throw error;
  }
}

/** The entries of a directory in the order in which they were written, hidden ones left out. */
export async function entriesOf({ volume, path }: Spot): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  for await (const batch of volume.files.list(path)) found.push(...batch);
  return found
    .filter(({ name }) => !name.startsWith('.'))
    .toSorted((one, other) => one.modifiedMs - other.modifiedMs || (one.name < other.name ? -1 : 1));
}

/** Takes a file away. On class B flash it only loses its name. */
export async function deleteFile({ volume, path }: Spot): Promise<void> {
  if (volume.facts.kind !== 'class-b') {
    await volume.files.remove(path);
    return;
  }
  const { files } = volume;
  await files.makeDirectory(DELETED).catch((error: unknown) => {
    if (!(error instanceof FileError && error.kind === 'exists')) throw error;
  });
  const numbers = (await deletedFiles(volume)).map(({ number }) => number);
  const number = Math.max(0, ...numbers) + 1;
  const kept = resolvePath(DELETED, `${number}-${path.slice(1).replaceAll('/', '_')}`);
  if (kept === undefined) throw new FileError('bad-name', path);
  await files.rename(path, kept);
}

export interface DeletedFile {
  readonly number: number;
  readonly name: string;
  readonly entry: Entry;
}

function asDeleted(entry: Entry): readonly DeletedFile[] {
  const [, number, name] = /^(\d+)-(.*)$/s.exec(entry.name) ?? [];
  return number === undefined || name === undefined ? [] : [{ number: Number(number), name, entry }];
}

/** What class B flash holds and shows no more. */
export async function deletedFiles({ files }: Volume): Promise<readonly DeletedFile[]> {
  const found: DeletedFile[] = [];
  try {
    for await (const batch of files.list(DELETED)) found.push(...batch.flatMap((entry) => asDeleted(entry)));
  } catch (error) {
    if (!(error instanceof FileError && error.kind === 'not-found')) throw error;
  }
  return found.toSorted((one, other) => one.number - other.number);
}

export const deletedPath = ({ entry }: DeletedFile): VirtualPath => resolvePath(DELETED, entry.name) ?? DELETED;

/** Removes a directory with all that is in it. */
export async function removeTree(files: FileSystem, path: VirtualPath): Promise<void> {
  for await (const batch of files.list(path))
    for (const { name, type } of batch) {
      const inner = resolvePath(path, name);
      if (inner === undefined || parentOf(inner) !== path) continue;
      if (type === 'directory') await removeTree(files, inner);
      else await files.remove(inner);
    }
  if (path !== ROOT) await files.removeDirectory(path);
}

/** A file's text; `undefined` where there is none. Files beyond a mebibyte are no configurations, and give a `limit`. */
export async function readText(files: FileSystem, path: VirtualPath): Promise<string | undefined> {
  try {
    await using reader = await files.openReader(path);
    const { sizeBytes } = reader.entry;
    if (sizeBytes > 1024 * 1024) throw new FileError('limit', path, { detail: 'too large for a configuration' });
    const bytes = Buffer.alloc(sizeBytes);
    let filled = 0;
    while (filled < sizeBytes) {
      const count = await reader.read(bytes.subarray(filled), filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.toString('utf8', 0, filled);
  } catch (error) {
    if (error instanceof FileError && error.kind === 'not-found') return undefined;
    throw error;
  }
}

/** Writes a file whole, in place of what stood there. */
export async function writeText(files: FileSystem, path: VirtualPath, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  const upload = await files.openUpload(path, { sizeBytes: bytes.length });
  try {
    await upload.write(bytes, 0);
    await upload.commit();
  } catch (error) {
    await upload.discard();
    throw error;
  }
}
