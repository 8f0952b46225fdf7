/** The software that a device comes with from its factory, laid into its flash. */
import { resolvePath, ROOT } from '../base/virtual-path.ts';
import type { Device } from './device.ts';
import { identifyImage, type ImageIdentity } from './image/image-facts.ts';
import { imageFileName } from './image/image-file-name.ts';
import { makeImage, minimumImageBytes } from './image/make-image.ts';
import { expandBundle, readBundle } from './install/provisioning.ts';
import { activate, commit } from './install/trial.ts';
import type { Platform } from './platforms/platform.ts';
import type { Spot } from './state/volumes.ts';

export interface FactoryOptions {
  /** Of the image; small unless told. */
  readonly sizeBytes?: number;
}

const DEFAULT_BYTES = 256 * 1024;

function factoryIdentity({ factory: { family, version, featureSet } }: Platform): ImageIdentity {
  const made = identifyImage({ family, version, feature: featureSet });
  if (!made.ok) throw new Error(`the factory image of the platform cannot be made: ${made.reason}`);
  return made.identity;
}

/** The smallest image that the platform can come with. */
export const leastFactoryBytes = (platform: Platform): number => minimumImageBytes(factoryIdentity(platform));

async function writeImage({ volume, path }: Spot, facts: ImageIdentity, sizeBytes: number): Promise<void> {
  const upload = await volume.files.openUpload(path, { sizeBytes });
  try {
    let position = 0;
    for (const piece of makeImage({ facts, sizeBytes })) {
      await upload.write(piece, position);
      position += piece.length;
    }
    await upload.commit();
  } catch (error) {
    await upload.discard();
    throw error;
  }
}

/**
 * Lays the image of the platform's factory into its main volume: as one file, or as packages that packages.conf names.
 * Throws a `FileError` where there is no room, and a `RangeError` for a size that is too small for an image.
 */
export async function layFactorySoftware(
  { platform, volumes, hardware, world }: Device,
  { sizeBytes }: FactoryOptions = {},
): Promise<void> {
  const identity = factoryIdentity(platform);
  const path = resolvePath(ROOT, imageFileName(identity) ?? 'image.bin') ?? ROOT;
  const spot = { volume: volumes.main, path };
  await writeImage(spot, identity, sizeBytes ?? Math.max(DEFAULT_BYTES, leastFactoryBytes(platform)));
  if (platform.install !== 'install') return;
  const bundle = await readBundle(spot, platform);
  await expandBundle(spot, bundle);
  await activate({ volumes, hardware }, { conf: bundle.confPath, nowMs: world.clock.now() });
  await commit({ volumes, hardware });
  hardware.change({ boot: `${volumes.main.facts.name}packages.conf,1;` });
  await volumes.main.files.remove(path);
}
