/** Images for tests: synthetic ones, as small as they may be. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identifyImage, type ImageWish } from '../../src/device/image/image-facts.ts';
import { imageFileName } from '../../src/device/image/image-file-name.ts';
import { makeTarImage } from '../../src/device/image/make-tar-image.ts';
import { makeImage, minimumImageBytes } from '../../src/device/image/make-image.ts';

export interface MadeImage {
  readonly name: string;
  readonly version: string;
  readonly bytes: Buffer;
}

export function madeImage(wish: ImageWish, sizeBytes?: number): MadeImage {
  const made = identifyImage(wish);
  if (!made.ok) throw new Error(made.reason);
  const { identity: facts } = made;
  const name = imageFileName(facts);
  if (name === undefined) throw new Error(`no name for ${facts.version}`);
  const bytes = Buffer.concat([...makeImage({ facts, sizeBytes: sizeBytes ?? minimumImageBytes(facts) })]);
  return { name, version: facts.version, bytes };
}

/** The archive of a switch's software. */
export function madeTarImage(wish: ImageWish, sizeBytes?: number): MadeImage {
  const made = identifyImage(wish);
  if (!made.ok) throw new Error(made.reason);
  const { identity: facts } = made;
  const order = { facts, sizeBytes: sizeBytes ?? minimumImageBytes(facts) };
  const name = imageFileName(facts, 'tar') ?? 'image.tar';
  return { name, version: facts.version, bytes: Buffer.concat([...makeTarImage(order)]) };
}

/** Writes one into a folder under the name that it should have. */
export function putImage(folder: string, wish: ImageWish, sizeBytes?: number): MadeImage {
  const image = madeImage(wish, sizeBytes);
  writeFileSync(join(folder, image.name), image.bytes, { mode: 0o644 });
  return image;
}
