/** Images as files of this machine: synthetic ones are written whole or not at all, and any are read for what they say. */
import { createHash, randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  type Damage,
  DAMAGES,
  type ImageIdentity,
  type ImageInspection,
  inspectImage,
  readImageFileName,
  spoil,
} from '../../device/image/index.ts';
import { FileError } from '../../files/error.ts';
import { codeOf, translateError } from '../../files/local/errno.ts';
import { partName } from '../../files/part-name.ts';
import { type ImageOrder, planImage } from './image-order.ts';

export { DAMAGES as IMAGE_DAMAGES };

export interface ImageErrand {
  readonly order: ImageOrder;
  /** A file or a folder. */
  readonly target: string;
  readonly existing: 'kept' | 'replaced';
  /** What to spoil in it, for rehearsals of bad downloads. */
  readonly damage?: Damage | undefined;
  readonly signal: AbortSignal;
}

export interface MadeImage {
  readonly path: string;
  readonly sizeBytes: number;
  readonly md5: string;
  readonly sha512: string;
  readonly identity: ImageIdentity;
}

export interface InspectedImage extends ImageInspection {
  /** Whether the file is called as such an image is; `unknown` where no name is usual. */
  readonly naming: 'usual' | 'other' | 'unknown';
}

/** A FIFO without a writer must not hold up the whole program. (Where there is no O_NONBLOCK, it counts as 0.) */
const READ_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;
const READ_BYTES = 262_144;

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function confirmRegular(found: Stats, path: string): void {
  if (found.isDirectory()) throw new FileError('is-directory', path);
  if (!found.isFile()) throw new FileError('not-regular', path);
}

/** Where the file will be. Refuses to stand in for anything but a file, and for that only where it may be replaced. */
async function placeFor({ target, existing }: ImageErrand, name: string): Promise<string> {
  const found = await statIfThere(target);
  if (found === undefined && /[/\\]$/.test(target)) throw missingFolder(target);
  const path = found?.isDirectory() === true ? join(target, name) : target;
  const standing = path === target ? found : await statIfThere(path);
  if (standing !== undefined) {
    confirmRegular(standing, path);
    if (existing === 'kept') throw new FileError('exists', path);
  }
  return path;
}

const missingFolder = (path: string): FileError =>
  new FileError('not-found', path, { detail: 'there is no such folder; make it first' });

/** Writes a synthetic image. Throws a `ConfigurationError` for what there cannot be, and a `FileError`. */
export async function makeImageFile(errand: ImageErrand): Promise<MadeImage> {
  const { order, target, damage, existing, signal } = errand;
  const { identity, name, sizeBytes, content } = planImage(order);
  const chunks = damage === undefined ? content() : spoil(content(), sizeBytes, damage);
  try {
    const path = await placeFor(errand, name);
    return { path, identity, ...(await writeWhole(path, chunks, { existing, signal })) };
  } catch (error) {
    throw codeOf(error) === 'ENOENT' ? missingFolder(dirname(target)) : translateError(error, target);
  }
}

export interface WholeOptions {
  readonly existing: ImageErrand['existing'];
  readonly signal: AbortSignal;
}

type Written = Pick<MadeImage, 'sizeBytes' | 'md5' | 'sha512'>;

/** Writes a file that appears under its name when all of it is on the disk; whatever happens, nothing else stays. */
export async function writeWhole(path: string, chunks: Iterable<Uint8Array>, options: WholeOptions): Promise<Written> {
  const draft = join(dirname(path), partName(basename(path), randomUUID()));
  try {
    const written = await writeChunks(draft, chunks, options.signal);
    await publish(draft, path, options.existing);
    return written;
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeChunks(path: string, chunks: Iterable<Uint8Array>, signal: AbortSignal): Promise<Written> {
  const [md5, sha512] = [createHash('md5'), createHash('sha512')];
  let sizeBytes = 0;
  await using file = await open(path, 'wx');
  for (const chunk of chunks) {
    signal.throwIfAborted();
    await file.writeFile(chunk);
    md5.update(chunk);
    sha512.update(chunk);
    sizeBytes += chunk.length;
  }
  await file.sync();
  return { sizeBytes, md5: md5.digest('hex'), sha512: sha512.digest('hex') };
}

/** A link is refused where something appeared meanwhile; a rename would replace it. */
async function publish(draft: string, path: string, existing: ImageErrand['existing']): Promise<void> {
  try {
    if (existing === 'replaced') await rename(draft, path);
    else await link(draft, path);
  } catch (error) {
    if (existing === 'replaced' || codeOf(error) === 'EEXIST') throw error;
    // This disk knows no links: an empty file takes the name before the whole one does.
    await (await open(path, 'wx')).close();
    await rename(draft, path);
  }
}

async function* chunksOf(file: FileHandle): AsyncGenerator<Uint8Array, void> {
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(READ_BYTES));
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** What the name of a file says, beside what is in it. */
function namingOf(path: string, { facts, usualName }: ImageInspection): InspectedImage['naming'] {
  if (facts === undefined || usualName === undefined) return 'unknown';
  const name = basename(path);
  const said = readImageFileName(name);
  const isAlike = said?.family === facts.family && said.version === facts.version && said.feature === facts.feature;
  return name === usualName || (isAlike && said.kind === facts.kind) ? 'usual' : 'other';
}

/** Reads a file through, once and in bounded memory. Throws a `FileError`. */
export async function inspectImageFile(path: string): Promise<InspectedImage> {
  try {
    await using file = await open(path, READ_FLAGS);
    confirmRegular(await file.stat(), path);
    const inspection = await inspectImage(chunksOf(file));
    return { ...inspection, naming: namingOf(path, inspection) };
  } catch (error) {
    throw translateError(error, path);
  }
}
