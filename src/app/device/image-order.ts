/** Which image is to be made: what one types, and what is usual where nothing is said. */
import { ConfigurationError } from '../../config/problem.ts';
import {
  hasTarImages,
  identifyImage,
  imageFileName,
  type ImageIdentity,
  type ImageWish,
  makeImage,
  makeTarImage,
  MAX_IMAGE_BYTES,
  minimumImageBytes,
  tarImageBytes,
} from '../../device/image/index.ts';
import { type Platform, PLATFORMS } from '../../device/index.ts';

export interface ImageOrder {
  /** A platform of the virtual device, or a family of images; one of the two. */
  readonly platform: string | undefined;
  readonly family: string | undefined;
  readonly version: string | undefined;
  readonly feature: string | undefined;
  /** Of the image; an archive is larger. */
  readonly sizeBytes: number | undefined;
  readonly form: 'bin' | 'tar';
}

/** An image that can be made, and is not yet. */
export interface PlannedImage {
  readonly identity: ImageIdentity;
  /** The name under which such an image is published. */
  readonly name: string;
  /** Of the file. */
  readonly sizeBytes: number;
  readonly content: () => Iterable<Uint8Array>;
}

const DEFAULT_BYTES = 1024 * 1024;

const wrong = (where: string, what: string): ConfigurationError => new ConfigurationError([{ where, what }]);

function platformOf(name: string): Platform {
  const found = PLATFORMS.get(name.toLowerCase());
  if (found !== undefined) return found;
  throw wrong('--platform', `there is no platform ${name}; there are ${[...PLATFORMS.keys()].join(', ')}`);
}

/** The platform's own image, where nothing else is said. */
function wishOf({ platform, family, version, feature }: ImageOrder): ImageWish {
  if (platform !== undefined && family !== undefined) throw wrong('--family', 'say it or --platform, and not both');
  const factory = platform === undefined ? undefined : platformOf(platform).factory;
  const wished = family ?? factory?.family;
  if (wished === undefined) throw wrong('--platform', 'say for which device the image is: --platform or --family');
  const of = version ?? factory?.version;
  if (of === undefined) throw wrong('--version', 'say which version it is, such as 15.7(3)M8');
  return { family: wished, version: of, ...(feature !== undefined && { feature }) };
}

function identityOf(order: ImageOrder): ImageIdentity {
  const made = identifyImage(wishOf(order));
  if (!made.ok) throw wrong('portcall image make', made.reason);
  return made.identity;
}

function sizeOf(identity: ImageIdentity, { sizeBytes }: ImageOrder): number {
  const least = minimumImageBytes(identity);
  const size = sizeBytes ?? Math.max(DEFAULT_BYTES, least);
  if (size < least) throw wrong('--size', `must be ${least} bytes or more for ${identity.family}`);
  if (size > MAX_IMAGE_BYTES)
    throw wrong('--size', `must be less than 8 GiB; no device takes an image of ${size} bytes`);
  return size;
}

/** Throws a `ConfigurationError` for what there cannot be. */
export function planImage(order: ImageOrder): PlannedImage {
  const facts = identityOf(order);
  const { form } = order;
  if (form === 'tar' && !hasTarImages(facts.family)) throw wrong('--tar', `there are no tar images of ${facts.family}`);
  const ordered = { facts, sizeBytes: sizeOf(facts, order) };
  return {
    identity: facts,
    name: imageFileName(facts, form) ?? `${facts.family.toLowerCase()}.${form}`,
    sizeBytes: form === 'tar' ? tarImageBytes(ordered) : ordered.sizeBytes,
    content: () => (form === 'tar' ? makeTarImage(ordered) : makeImage(ordered)),
  };
}
