/** Makes images that are synthetic and yet can be recognised, checked and unpacked as real ones are. */
import { createHash } from 'node:crypto';
import { filler } from './filler.ts';
import { findFamily, type ImageFamily } from './image-families.ts';
import type { ImageIdentity } from './image-facts.ts';
import { imageFileName, packageFileName } from './image-file-name.ts';
import { type BundlePackage, HEAD_BYTES, imageHead } from './image-head.ts';
import { TRAILER_BYTES, writeTrailer } from './image-trailer.ts';

export interface ImageOrder {
  readonly facts: ImageIdentity;
  /** Of the whole file. */
  readonly sizeBytes: number;
  /** Another seed makes other bytes; 0 unless told. */
  readonly seed?: number;
}

const MIN_IMAGE_BYTES = 8192;
/** What an entry of an archive can hold (11 octal digits, 8 GiB less one byte); no real image comes near. */
export const MAX_IMAGE_BYTES = 0o77777777777;
/** The smallest package is a fiftieth of its bundle, and needs room for its own head and trailer. */
const MIN_BUNDLE_BYTES = 1_048_576;

function familyOf({ family }: ImageIdentity): ImageFamily {
  const row = findFamily(family);
  if (row === undefined) throw new RangeError(`${family} is no family of images that can be made`);
  return row;
}

/** The least size that such an image can have. Throws a `RangeError` for families that nobody knows. */
export const minimumImageBytes = (identity: ImageIdentity): number =>
  familyOf(identity).packages === undefined ? MIN_IMAGE_BYTES : MIN_BUNDLE_BYTES;

/** Head, body, and the digest of both. */
function* signed(head: Uint8Array, body: Iterable<Uint8Array>): Generator<Uint8Array, void> {
  const hash = createHash('sha512');
  let sizeBytes = TRAILER_BYTES;
  for (const part of [[head], body])
    for (const chunk of part) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      yield chunk;
    }
  yield writeTrailer({ sizeBytes, sha512: hash.digest('hex') });
}

/** Where each package lies in a bundle of so many bytes; none for families without. */
function layOut({ facts, sizeBytes }: ImageOrder, family: ImageFamily): BundlePackage[] {
  const room = sizeBytes - HEAD_BYTES - TRAILER_BYTES;
  let offset = HEAD_BYTES;
  return (family.packages ?? []).map(([name, percent]) => {
    const size = Math.floor((room * percent) / 100);
    const each = {
      name: packageFileName(family.packagePrefix ?? '', name, facts.paddedVersion ?? facts.version),
      offset,
      sizeBytes: size,
    };
    offset += size;
    return each;
  });
}

const seedOf = ({ facts, seed = 0 }: ImageOrder, name: string): string =>
  [seed, facts.imageId, facts.version, name].join('\n');

const makePackage = (
  order: ImageOrder,
  family: ImageFamily,
  { name, sizeBytes }: BundlePackage,
): Iterable<Uint8Array> =>
  signed(
    imageHead({ identity: order.facts, family, fileName: name, sizeBytes, packages: [] }),
    filler(seedOf(order, name), sizeBytes - HEAD_BYTES - TRAILER_BYTES),
  );

function* bundleBody(
  order: ImageOrder,
  family: ImageFamily,
  packages: readonly BundlePackage[],
): Generator<Uint8Array, void> {
  let left = order.sizeBytes - HEAD_BYTES - TRAILER_BYTES;
  for (const each of packages) {
    yield* makePackage(order, family, each);
    left -= each.sizeBytes;
  }
  yield* filler(seedOf(order, ''), left);
}

/**
 * The bytes of an image, the same for the same order. Of IOS XE it is a bundle with its packages.
 * Throws a `RangeError` for families that nobody knows, and for sizes below {@link minimumImageBytes}.
 */
export function makeImage(order: ImageOrder): Generator<Uint8Array, void> {
  const { facts, sizeBytes } = order;
  const family = familyOf(facts);
  const least = minimumImageBytes(facts);
  if (!(Number.isSafeInteger(sizeBytes) && sizeBytes >= least))
    throw new RangeError(`an image of ${family.name} has ${least} bytes at least, and not ${sizeBytes}`);
  const packages = layOut(order, family);
  const head = imageHead({ identity: facts, family, fileName: imageFileName(facts) ?? '', sizeBytes, packages });
  return signed(head, bundleBody(order, family, packages));
}
