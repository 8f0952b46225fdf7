/** The first bytes of an image that we make: an ELF header as its family's boot loader expects it, and Cisco's fields. */
import { elfHeader } from './elf-header.ts';
import type { ImageFamily } from './image-families.ts';
import { type ImageIdentity, systemDescription } from './image-facts.ts';
import { announceTrailer } from './image-trailer.ts';

/** Of the head, with zeros behind the fields. */
export const HEAD_BYTES = 4096;
/** Where the fields begin. */
const FIELDS_OFFSET = 256;

/** A file inside a bundle. */
export interface BundlePackage {
  /** `cat9k-rpbase.17.03.01.SPA.pkg`. */
  readonly name: string;
  /** From the beginning of the bundle. */
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface HeadContent {
  readonly identity: ImageIdentity;
  readonly family: ImageFamily;
  /** The name that IOS XE images carry of themselves. */
  readonly fileName: string;
  /** Of the whole file. */
  readonly sizeBytes: number;
  readonly packages: readonly BundlePackage[];
}

type Field = readonly [name: string, value: string];

const ours = ({ sizeBytes, packages }: HeadContent): Field[] => [
  ['PORTCALL', announceTrailer(sizeBytes)],
  ...packages.map((each): Field => ['PACKAGE', `${each.name} ${each.offset} ${each.sizeBytes}`]),
];

const iosFields = (content: HeadContent): Field[] => {
  const { family, identity } = content;
  const begin = `-${identity.imageId.toLowerCase()}`;
  return [
    ['BEGIN', begin],
    ['IMAGE', identity.imageId],
    ['FAMILY', family.marker],
    ['FEATURE', identity.feature.toUpperCase()],
    ['VERSION', identity.version],
    ['MEDIA', 'RAM'],
    ['SYSDESCR', systemDescription(identity)],
    ['MAGIC', 'PORTCALL'],
    ...ours(content),
    ['END', begin],
  ];
};

const xeFields = (content: HeadContent): Field[] => [
  ['BEGIN', ''],
  ['FAMILY', content.family.marker],
  ['IMAGE', content.fileName],
  ['VERSION', content.identity.version],
  ['FEATURE', content.identity.feature],
  ['DESCRIPTION', 'Cisco IOS Software, IOS-XE Software'],
  ['SYSDESCR', systemDescription(content.identity)],
  ...ours(content),
  ['END', ''],
];

/** {@link HEAD_BYTES} bytes. */
export function imageHead(content: HeadContent): Buffer {
  const [fields, mark] = content.family.versions === 'xe' ? [xeFields(content), '=$'] : [iosFields(content), '$'];
  const head = Buffer.alloc(HEAD_BYTES);
  elfHeader(content.family.machine, content.sizeBytes).copy(head);
  head.write(fields.map(([name, value]) => `CW_${name}${mark}${value}$\0`).join(''), FIELDS_OFFSET, 'latin1');
  return head;
}
