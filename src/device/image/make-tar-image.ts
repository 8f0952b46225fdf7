/** Makes the tar file that `archive download-sw` of a Catalyst takes: info, the image, and pages for its web server. */
import { findFamily } from './image-families.ts';
import { imageFileName } from './image-file-name.ts';
import { type ImageOrder, makeImage } from './make-image.ts';
import { paddingOf, TAR_BLOCK_BYTES, type TarEntry, writeTarHeader } from './tar-header.ts';
import { writeTarInfo } from './tar-info.ts';
import { parseImageVersion } from './image-version.ts';

/** 2015-01-01: the same archive whenever it is made. */
const MODIFIED_SECONDS = 1_420_070_400;
/** The end of an archive is two blocks of zeros, and tar fills its last record. */
const RECORD_BYTES = 10_240;

interface Member {
  readonly entry: TarEntry;
  readonly content: () => Iterable<Uint8Array>;
}

const directory = (path: string): Member => ({
  entry: { path, kind: 'directory', sizeBytes: 0 },
  content: () => [],
});

const textFile = (path: string, text: string): Member => {
  const bytes = Buffer.from(text, 'latin1');
  return { entry: { path, kind: 'file', sizeBytes: bytes.length }, content: () => [bytes] };
};

const page = (title: string): string =>
  `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;

/** Whether images of a family also come as an archive. */
export const hasTarImages = (family: string): boolean => findFamily(family)?.tar === true;

function members(order: ImageOrder): Member[] {
  const { facts, sizeBytes } = order;
  const imageName = imageFileName(facts);
  const version = parseImageVersion(facts.version);
  if (!hasTarImages(facts.family) || imageName === undefined || version === undefined)
    throw new RangeError(`there are no tar images of ${facts.family}`);
  const folder = imageName.replace(/\.bin$/, '');
  const html = [
    directory(`${folder}/html`),
    textFile(`${folder}/html/homepage.htm`, page(`${facts.imageId} ${facts.version}`)),
    textFile(`${folder}/html/layers.js`, '// made by Portcall\n'),
  ];
  const htmlBytes = html.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
  const info = writeTarInfo({
    systemType: '0x00000000',
    directory: folder,
    versionSuffix: `${facts.feature}-${version.inFileName}`,
    imageName,
    iosImageBytes: sizeBytes,
    totalImageBytes: sizeBytes + htmlBytes,
    feature: 'LAYER_2|MIN_DRAM_MEG=64',
    family: facts.family,
  });
  return [
    textFile('info', info),
    directory(folder),
    ...html,
    {
      entry: { path: `${folder}/${imageName}`, kind: 'file', sizeBytes },
      content: () => makeImage(order),
    },
    textFile(`${folder}/info`, info),
  ];
}

const blocksOf = ({ entry: { sizeBytes } }: Member): number => TAR_BLOCK_BYTES + sizeBytes + paddingOf(sizeBytes);

const endBytes = (written: number): number => {
  const least = written + 2 * TAR_BLOCK_BYTES;
  return Math.ceil(least / RECORD_BYTES) * RECORD_BYTES - written;
};

/** The size of the archive that {@link makeTarImage} makes for the same order, in bytes. */
export function tarImageBytes(order: ImageOrder): number {
  const written = members(order).reduce((sum, each) => sum + blocksOf(each), 0);
  return written + endBytes(written);
}

/**
 * The bytes of a tar image, the same for the same order, whose size is that of the image within.
 * Throws a `RangeError` for families that have none, and where {@link makeImage} does.
 */
export function* makeTarImage(order: ImageOrder): Generator<Uint8Array, void> {
  let written = 0;
  for (const member of members(order)) {
    yield writeTarHeader(member.entry, MODIFIED_SECONDS);
    yield* member.content();
    const padding = paddingOf(member.entry.sizeBytes);
    if (padding > 0) yield Buffer.alloc(padding);
    written += blocksOf(member);
  }
  yield Buffer.alloc(endBytes(written));
}
