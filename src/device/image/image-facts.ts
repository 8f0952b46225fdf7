/** What an image says of itself, and the sentences that it says it with. */
import { type ImageFamily, findFamily, IMAGE_FAMILIES } from './image-families.ts';
import { type ImageVersion, parseImageVersion, xeReleaseName } from './image-version.ts';

/** `install-bundle` is a .bin of IOS XE, which carries packages. */
export type ImageKind = 'bin' | 'tar' | 'install-bundle' | 'packages-conf' | 'package';

/** Which software it is, whatever form it comes in. */
export interface ImageIdentity {
  /** `C2900`, `CAT9K_IOSXE`. */
  readonly family: string;
  /** `C2900-UNIVERSALK9-M`: in parentheses in `show version`. */
  readonly imageId: string;
  /** `universalk9`, as in file names. */
  readonly feature: string;
  /** `15.1(4)M4`, `17.3.1`. */
  readonly version: string;
  /** Of IOS XE: `17.03.01`. */
  readonly paddedVersion?: string;
  /** `RELEASE SOFTWARE (fc1)`. */
  readonly release?: string;
  /** What comes after `Compiled`: `Tue 20-Mar-12 18:57 by prod_rel_team`. */
  readonly compiled?: string;
}

export interface ImageFacts extends ImageIdentity {
  readonly kind: ImageKind;
  readonly sizeBytes: number;
  /** Of images that Portcall made: the SHA-512 that it carries, in hexadecimal. */
  readonly digest?: string;
}

/** What one asks for; everything else has a usual value. */
export interface ImageWish {
  /** A name of {@link IMAGE_FAMILIES} in any case. */
  readonly family: string;
  readonly feature?: string;
  readonly version: string;
  readonly release?: string;
  readonly compiled?: string;
}

export type Identified =
  { readonly ok: true; readonly identity: ImageIdentity } | { readonly ok: false; readonly reason: string };

const USUAL_RELEASE = 'RELEASE SOFTWARE (fc1)';
const USUAL_COMPILED = 'Thu 01-Jan-15 00:00 by portcall';
/** They must fit in a field of the image. */
const ONE_LINE = /^[ -#%-~]{1,80}$/;

const refuse = (reason: string): Identified => ({ ok: false, reason });

export const imageIdOf = (family: ImageFamily, feature: string): string =>
  family.imageId.replace('{FEATURE}', feature.toUpperCase());

function identify(family: ImageFamily, version: ImageVersion, wish: ImageWish): ImageIdentity {
  const feature = wish.feature?.toLowerCase() ?? family.features[0];
  return {
    family: family.name,
    imageId: imageIdOf(family, feature),
    feature,
    version: version.shown,
    ...(version.scheme === 'xe' && { paddedVersion: version.inFileName }),
    release: wish.release ?? USUAL_RELEASE,
    compiled: wish.compiled ?? USUAL_COMPILED,
  };
}

/** Which image is meant; or why there can be none. */
export function identifyImage(wish: ImageWish): Identified {
  const family = findFamily(wish.family);
  if (family === undefined)
    return refuse(`there is no family ${wish.family}; there are ${IMAGE_FAMILIES.map(({ name }) => name).join(', ')}`);
  if (wish.feature !== undefined && !family.features.includes(wish.feature.toLowerCase()))
    return refuse(`${family.name} has no feature set ${wish.feature}; it has ${family.features.join(', ')}`);
  const version = parseImageVersion(wish.version);
  if (version?.scheme !== family.versions)
    return refuse(
      `${wish.version} is no version of ${family.name}; one looks like ${family.versions === 'xe' ? '17.3.1' : '15.1(4)M4'}`,
    );
  const texts = [wish.release, wish.compiled].filter((text) => text !== undefined);
  if (!texts.every((text) => ONE_LINE.test(text))) return refuse('release and compiled are one short line each');
  return { ok: true, identity: identify(family, version, wish) };
}

/** Before 12.4, outside of switches' trains, the first two lines were another sentence. */
const isOldStyle = (version: string): boolean => /^12\.[0-3]\(\d+[a-z]?\)(?!S)/.test(version);

/** The lines that `show version` begins with, and that CW_SYSDESCR and sysDescr hold, with CR LF between them. */
export function systemDescription(identity: ImageIdentity): string {
  const { family, imageId, version, release = USUAL_RELEASE, compiled = USUAL_COMPILED } = identity;
  const parsed = parseImageVersion(version);
  const name = parsed && xeReleaseName(parsed);
  const software = `${findFamily(family)?.software ?? family} Software (${imageId}), Version ${version}, ${release}`;
  const first = isOldStyle(version)
    ? ['Cisco Internetwork Operating System Software ', `IOS (tm) ${software}`]
    : [`Cisco IOS Software${name === undefined ? '' : ` [${name}]`}, ${software}`];
  return [...first, `Compiled ${compiled}`].join('\r\n');
}
