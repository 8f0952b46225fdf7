/** The software that a device comes with from its factory. */
import { resolvePath, ROOT } from '../base/virtual-path.ts';
import type { Device } from './device.ts';
import { identifyImage } from './image/image-facts.ts';
import { imageFileName } from './image/image-file-name.ts';
import { makeImage, minimumImageBytes } from './image/make-image.ts';

export async function layFactorySoftware(
  { platform, volumes }: Device,
  { sizeBytes }: { readonly sizeBytes?: number } = {},
): Promise<void> {
  const { family, version, featureSet } = platform.factory;
  const made = identifyImage({ family, version, feature: featureSet });
  if (!made.ok) throw new Error(made.reason);
  const { identity } = made;
  const path = resolvePath(ROOT, imageFileName(identity) ?? 'image.bin') ?? ROOT;
  const upload = await volumes.main.files.openUpload(path);
  let position = 0;
  for (const piece of makeImage({
    facts: identity,
    sizeBytes: sizeBytes ?? Math.max(256 * 1024, minimumImageBytes(identity)),
  })) {
    await upload.write(piece, position);
    position += piece.length;
  }
  await upload.commit();
}
