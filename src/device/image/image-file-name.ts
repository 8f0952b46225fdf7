/** Names of image files: made from what the image is, and read back. */
import { findFamily, IMAGE_FAMILIES, type ImageFamily } from './image-families.ts';
import { imageIdOf, type ImageFacts, type ImageIdentity, type ImageKind } from './image-facts.ts';
import { parseImageVersion } from './image-version.ts';

/** What a name tells. */
export type NamedImage = Pick<ImageFacts, 'family' | 'imageId' | 'feature' | 'version' | 'paddedVersion' | 'kind'>;

const MAX_NAME_CHARACTERS = 255;

/**
 * `c2900-universalk9-mz.SPA.151-4.M4.bin`, `c2960-lanbasek9-tar.150-2.SE11.tar`, `cat9k_iosxe.17.03.01.SPA.bin`.
 * `undefined` for a family or version that is not known.
 */
export function imageFileName(identity: ImageIdentity, kind: 'bin' | 'tar' = 'bin'): string | undefined {
  const family = findFamily(identity.family);
  const version = parseImageVersion(identity.version);
  if (family === undefined || version === undefined) return undefined;
  const name = family.fileName.replace('{feature}', identity.feature).replace('{version}', version.inFileName);
  return kind === 'bin' ? `${name}.bin` : `${name.replace('-mz.', '-tar.')}.tar`;
}

const literally = (text: string): string => text.replace(/[.\\]/g, '\\$&');

/** One pattern for each family: groups `feature` (where the name has it), `form` and `version`. */
const PATTERNS: readonly (readonly [ImageFamily, RegExp])[] = IMAGE_FAMILIES.map((family) => {
  const features = [...family.features].sort((a, b) => b.length - a.length).join('|');
  const pattern = literally(family.fileName)
    .replace('{feature}', `(?<feature>${features})`)
    .replace('-mz', '-(?<form>mz|tar)')
    .replace('{version}', '(?<version>[\\dA-Za-z.-]{1,24}?)');
  // Signed images of switches came late: their names may have `.SPA`, and those of routers may lack it.
  return [family, new RegExp(`^${pattern.replace('\\.SPA\\.', '(?:\\.SPA)?\\.')}\\.(?<type>bin|tar)$`)];
});

function kindOf(family: ImageFamily, groups: Readonly<Record<string, string | undefined>>): ImageKind | undefined {
  const isTar = groups['type'] === 'tar';
  if (isTar !== (groups['form'] === 'tar')) return undefined;
  if (isTar) return family.tar === true ? 'tar' : undefined;
  return family.packages === undefined ? 'bin' : 'install-bundle';
}

/** What a file's name says of the image; `undefined` for names of other things. Directories before it are not looked at. */
export function readImageFileName(name: string): NamedImage | undefined {
  if (name.length > MAX_NAME_CHARACTERS) return undefined;
  for (const [family, pattern] of PATTERNS) {
    const groups = pattern.exec(name)?.groups;
    const version = parseImageVersion(groups?.['version'] ?? '');
    if (groups === undefined || version?.scheme !== family.versions) continue;
    const kind = kindOf(family, groups);
    if (kind === undefined) continue;
    const feature = groups['feature'] ?? family.features[0];
    return {
      family: family.name,
      imageId: imageIdOf(family, feature),
      feature,
      version: version.shown,
      ...(version.scheme === 'xe' && { paddedVersion: version.inFileName }),
      kind,
    };
  }
  return undefined;
}

/** `cat9k-rpbase.17.03.01.SPA.pkg`. */
export const packageFileName = (prefix: string, name: string, paddedVersion: string): string =>
  `${prefix}-${name}.${paddedVersion}.SPA.pkg`;
