/** Reads what an image says of itself, from a stream of its bytes, whatever they are. */
import { HeadWindow, TailWindow } from './byte-window.ts';
import { PACKAGES_CONF_BEGINNING, readPackagesConf } from './bundle.ts';
import { isElf } from './elf-header.ts';
import { findFamily, IMAGE_FAMILIES, type ImageFamily } from './image-families.ts';
import { imageIdOf, type ImageFacts, type ImageKind } from './image-facts.ts';
import { readImageFileName } from './image-file-name.ts';
import { readTrailer, TRAILER_BYTES } from './image-trailer.ts';
import { parseImageVersion } from './image-version.ts';
import { type Markers, MarkerScanner } from './marker-scanner.ts';
import { isTar } from './tar-header.ts';

export type ImageReading =
  | { readonly ok: true; readonly facts: ImageFacts }
  /** The reason is the end of a sentence that begins with the file's name: `is empty`. */
  | { readonly ok: false; readonly reason: string };

/** Enough for a tar header and for every packages.conf seen. */
const HEAD_BYTES = 16_384;

const RELEASE = /Version [^,\r\n]{1,80}, ([A-Z][A-Z ]{0,40}SOFTWARE(?: \(fc\d{1,3}\))?)/;
const COMPILED = /Compiled ([^\r\n]{1,120})/;
const ID_IN_DESCRIPTION = / Software \(([\w-]{1,80})\)/;

const refuse = (reason: string): ImageReading => ({ ok: false, reason });

/** A reading that is fed, and bounded in memory. */
export class ImageScan {
  readonly #scanner = new MarkerScanner();
  readonly #head = new HeadWindow(HEAD_BYTES);
  readonly #tail = new TailWindow(TRAILER_BYTES);
  #sizeBytes = 0;

  push(chunk: Uint8Array): void {
    this.#sizeBytes += chunk.length;
    this.#head.push(chunk);
    this.#tail.push(chunk);
    this.#scanner.push(chunk);
  }

  /** What there is to say after the last chunk. */
  finish(): ImageReading {
    if (this.#sizeBytes === 0) return refuse('is empty');
    const head = this.#head.bytes;
    const text = head.toString('latin1');
    if (text.startsWith(PACKAGES_CONF_BEGINNING)) return confFacts(text, this.#sizeBytes);
    const { markers } = this.#scanner;
    const said = readMarkers(markers);
    if (said === undefined) return refuse(reasonFor(head));
    const digest = readTrailer(this.#tail.bytes)?.sha512;
    const kind = kindOf(head, markers);
    return { ok: true, facts: { ...said, kind, sizeBytes: this.#sizeBytes, ...(digest !== undefined && { digest }) } };
  }
}

function reasonFor(head: Buffer): string {
  if (isTar(head)) return 'is a tar archive without a Cisco image in it';
  if (isElf(head)) return 'is a program without the fields that Cisco’s images carry (CW_FAMILY, CW_IMAGE, CW_VERSION)';
  return 'is no Cisco image: it has no fields CW_FAMILY, CW_IMAGE and CW_VERSION';
}

function kindOf(head: Buffer, { values, style }: Markers): ImageKind {
  if (isTar(head)) return 'tar';
  if (style === 'ios') return 'bin';
  return values.get('IMAGE')?.endsWith('.pkg') === true ? 'package' : 'install-bundle';
}

/** `UNIVERSALK9` within `C2900-UNIVERSALK9-M`. */
const featureIn = (imageId: string): string => /^[^-]+-(.+)-[A-Z]{1,2}$/.exec(imageId)?.[1] ?? imageId;

type Said = Omit<ImageFacts, 'kind' | 'sizeBytes' | 'digest'>;

/** From the description, which is what `show version` begins with. */
function buildOf(description: string): Pick<Said, 'release' | 'compiled'> {
  const [release, compiled] = [RELEASE.exec(description)?.[1], COMPILED.exec(description)?.[1]];
  return { ...(release !== undefined && { release }), ...(compiled !== undefined && { compiled }) };
}

function versionOf(text: string): Pick<Said, 'version' | 'paddedVersion'> {
  const parsed = parseImageVersion(text);
  if (parsed === undefined) return { version: text };
  return { version: parsed.shown, ...(parsed.scheme === 'xe' && { paddedVersion: parsed.inFileName }) };
}

/** Of IOS XE, whose CW_IMAGE is a file name: the image id stands in the description, or follows from the family. */
function xeIdOf(
  image: string,
  description: string,
  family: ImageFamily | undefined,
): Pick<Said, 'imageId' | 'feature'> {
  const feature = readImageFileName(image)?.feature ?? family?.features[0] ?? '';
  const known = family === undefined ? image : imageIdOf(family, feature);
  return { imageId: ID_IN_DESCRIPTION.exec(description)?.[1] ?? known, feature };
}

function readMarkers({ values, style }: Markers): Said | undefined {
  const [marker, image, version] = [values.get('FAMILY'), values.get('IMAGE'), values.get('VERSION')];
  if (marker === undefined || image === undefined || version === undefined) return undefined;
  const family = findFamily(marker);
  const description = values.get('SYSDESCR') ?? values.get('DESCRIPTION') ?? '';
  return {
    family: family?.name ?? marker,
    ...(style === 'ios'
      ? { imageId: image, feature: featureIn(image).toLowerCase() }
      : xeIdOf(image, description, family)),
    ...versionOf(version),
    ...buildOf(description),
  };
}

/** A packages.conf says what it is by the names of its packages. */
function confFacts(text: string, sizeBytes: number): ImageReading {
  for (const name of readPackagesConf(text) ?? []) {
    const [, prefix, written = ''] = /^([a-z0-9_]+)-[\w-]+\.(\d{2}\.\d{2}\.\d{2}[a-z]{0,2})\./.exec(name) ?? [];
    const family = IMAGE_FAMILIES.find(({ packagePrefix }) => packagePrefix !== undefined && packagePrefix === prefix);
    const version = parseImageVersion(written);
    if (family === undefined || version === undefined) continue;
    const feature = family.features[0];
    const [imageId, paddedVersion] = [imageIdOf(family, feature), version.inFileName];
    const said = { family: family.name, imageId, feature, version: version.shown, paddedVersion };
    return { ok: true, facts: { ...said, kind: 'packages-conf', sizeBytes } };
  }
  return refuse('is a packages.conf that names no known package');
}

/** Reads a stream to its end. Never throws for what the bytes are; rejects only as the stream does. */
export async function readImageFacts(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<ImageReading> {
  const scan = new ImageScan();
  for await (const chunk of chunks) scan.push(chunk);
  return scan.finish();
}
