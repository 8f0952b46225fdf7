/** Images as files of this machine: synthetic ones are written whole or not at all, and any are read for what they say. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigurationError } from '../../config/problem.ts';
import { PLATFORMS } from '../../device/index.ts';
import {
  checkTarImage,
  identifyImage,
  ImageCheck,
  type ImageFacts,
  imageFileName,
  type ImageIdentity,
  ImageScan,
  type ImageWish,
  makeImage,
  makeTarImage,
  minimumImageBytes,
  tarImageBytes,
} from '../../device/image/index.ts';

export interface ImageOrder {
  /** A platform of the virtual device, or a family of images. */
  readonly platform: string | undefined;
  readonly family: string | undefined;
  readonly version: string | undefined;
  readonly feature: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly form: 'bin' | 'tar';
  /** A file or a folder; the working directory where it is left out. */
  readonly target: string;
  readonly existing: 'kept' | 'replaced';
}

export interface ImageDigests {
  readonly md5: string;
  readonly sha512: string;
}

export interface MadeImage extends ImageDigests {
  readonly path: string;
  readonly sizeBytes: number;
  readonly identity: ImageIdentity;
}

/** `sound` was checked; `unsigned` are files that carry no digest which could be checked: real images. */
export type ImageState = 'sound' | 'damaged' | 'cut' | 'unsigned' | 'none';

export interface InspectedImage extends ImageDigests {
  readonly path: string;
  readonly sizeBytes: number;
  readonly state: ImageState;
  readonly facts: ImageFacts | undefined;
  /** The name under which such an image is published. */
  readonly usualName: string | undefined;
  /** What is wrong, or why it is no image; a clause. */
  readonly reason: string | undefined;
}

const DEFAULT_BYTES = 1024 * 1024;
const EXISTS = 'is there already; --force replaces it';

const wrong = (where: string, what: string): ConfigurationError => new ConfigurationError([{ where, what }]);

/** The platform's own image, where nothing else is said. */
function wishOf({ platform, family, version, feature }: ImageOrder): ImageWish {
  const found = platform === undefined ? undefined : PLATFORMS.get(platform);
  if (platform !== undefined && found === undefined)
    throw wrong('--platform', `there is no platform ${platform}; there are ${[...PLATFORMS.keys()].join(', ')}`);
  const wished = family ?? found?.factory.family;
  if (wished === undefined) throw wrong('--platform', 'say for which device the image is: --platform or --family');
  const of = version ?? found?.factory.version;
  if (of === undefined) throw wrong('--version', 'say which version it is, such as 15.7(3)M8');
  return { family: wished, version: of, ...(feature !== undefined && { feature }) };
}

function identityOf(order: ImageOrder): ImageIdentity {
  const made = identifyImage(wishOf(order));
  if (!made.ok) throw wrong('portcall image make', made.reason);
  return made.identity;
}

const publishedName = (identity: ImageIdentity, form: ImageOrder['form']): string =>
  imageFileName(identity, form) ?? `${identity.family.toLowerCase()}.${form}`;

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function confirmFree(path: string, { existing }: ImageOrder): Promise<void> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (isThere && existing === 'kept') throw wrong(path, EXISTS);
}

function contentOf(identity: ImageIdentity, { form, sizeBytes }: ImageOrder): Iterable<Uint8Array> {
  const least = minimumImageBytes(identity);
  const size = sizeBytes ?? Math.max(DEFAULT_BYTES, least);
  if (size < least) throw wrong('--size', `must be ${least} bytes or more for ${identity.family}`);
  if (form === 'bin') return makeImage({ facts: identity, sizeBytes: size });
  try {
    // What cannot be made has no size.
    tarImageBytes({ facts: identity, sizeBytes: size });
  } catch (error) {
    if (error instanceof RangeError) throw wrong('--tar', error.message);
    throw error;
  }
  return makeTarImage({ facts: identity, sizeBytes: size });
}

/** Writes a synthetic image. Throws a `ConfigurationError` for what there cannot be, and what the disk throws. */
export async function makeImageFile(order: ImageOrder): Promise<MadeImage> {
  const identity = identityOf(order);
  const { target, form } = order;
  const path = (await isFolder(target)) ? join(target, publishedName(identity, form)) : target;
  await confirmFree(path, order);
  const content = contentOf(identity, order);
  const beside = join(dirname(path), `.${Date.now().toString(36)}-${process.pid}.part`);
  try {
    const written = await writeChunks(beside, content);
    await rename(beside, path);
    return { path, identity, ...written };
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

async function writeChunks(path: string, chunks: Iterable<Uint8Array>): Promise<ImageDigests & { sizeBytes: number }> {
  const digests = new Digests();
  await using file = await open(path, 'wx');
  for (const chunk of chunks) {
    await file.writeFile(chunk);
    digests.push(chunk);
  }
  await file.sync();
  return { ...digests.finish(), sizeBytes: digests.sizeBytes };
}

class Digests {
  readonly #md5 = createHash('md5');
  readonly #sha512 = createHash('sha512');
  sizeBytes = 0;

  push(chunk: Uint8Array): void {
    this.#md5.update(chunk);
    this.#sha512.update(chunk);
    this.sizeBytes += chunk.length;
  }

  finish(): ImageDigests {
    return { md5: this.#md5.digest('hex'), sha512: this.#sha512.digest('hex') };
  }
}

const STATES = { whole: 'sound', damaged: 'damaged', cut: 'cut', unsigned: 'unsigned' } as const;

/** Reads a file through, once or (an archive) twice, in bounded memory. Throws what the disk throws. */
export async function inspectImageFile(path: string): Promise<InspectedImage> {
  const [digests, scan, check] = [new Digests(), new ImageScan(), new ImageCheck()];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    digests.push(chunk);
    scan.push(chunk);
    check.push(chunk);
  }
  const reading = scan.finish();
  const found = { path, sizeBytes: digests.sizeBytes, ...digests.finish() };
  if (!reading.ok)
    return { ...found, state: 'none', facts: undefined, usualName: undefined, reason: `it ${reading.reason}` };
  const { facts } = reading;
  const named = { ...found, facts, usualName: nameOf(facts) };
  if (facts.kind === 'tar') {
    const { state, reason } = await checkTarImage(createReadStream(path) as AsyncIterable<Buffer>);
    return { ...named, state: STATES[state], reason };
  }
  const { state, announcedBytes } = check.finish();
  const reason =
    state === 'cut' && announcedBytes !== undefined ? `it should have ${announcedBytes} bytes` : REASONS.get(state);
  return { ...named, state: STATES[state], reason };
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['damaged', 'it is not what the digest within it says'],
  ['cut', 'it is shorter than it says'],
]);

function nameOf(facts: ImageFacts): string | undefined {
  if (facts.kind === 'packages-conf') return 'packages.conf';
  if (facts.kind === 'package') return undefined;
  return publishedName(facts, facts.kind === 'tar' ? 'tar' : 'bin');
}
