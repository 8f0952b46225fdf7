/** The families of images that can be made and recognised: one row each, and everything else about them is code for all. */
import type { VersionScheme } from './image-version.ts';

/** What `e_machine` of an ELF header says, and how wide and in which order its numbers are. */
export interface Machine {
  readonly code: number;
  readonly format: 'elf32-big' | 'elf64-little';
  /** Where the code begins: what the boot loader prints. */
  readonly entryPoint: number;
}

export interface ImageFamily {
  /** `C2900`: what `show version` calls it. */
  readonly name: string;
  /** What CW_FAMILY says. */
  readonly marker: string;
  readonly machine: Machine;
  readonly versions: VersionScheme;
  /** As in file names, the usual one first. */
  readonly features: readonly [string, ...string[]];
  /** The image id that `show version` has in parentheses; `{FEATURE}` is the feature set. */
  readonly imageId: string;
  /** `{feature}` and `{version}` are filled in; `.bin`, or `-tar` instead of `-mz`, come after. */
  readonly fileName: string;
  /** Of switches whose software also comes as a tar file for `archive download-sw`. */
  readonly tar?: true;
  /** Of IOS XE: the packages that a bundle is made of, by the middle of their names, each with its part of the whole. */
  readonly packages?: readonly (readonly [name: string, percent: number])[];
  /** Their names: `cat9k-rpbase.17.03.01.SPA.pkg` begins with `cat9k`. */
  readonly packagePrefix?: string;
  /** What stands before `Software (IMAGE-ID)`. */
  readonly software: string;
  readonly usualSizeBytes: number;
}

/** MIPS is 8, PowerPC 20, x86-64 62 (System V ABI); the 2600's own number is what its boot loader checks. */
const MIPS: Machine = { code: 8, format: 'elf32-big', entryPoint: 0x8000f000 };
const POWER_PC: Machine = { code: 20, format: 'elf32-big', entryPoint: 0x3000 };
const C2600: Machine = { code: 0x2b, format: 'elf32-big', entryPoint: 0x80008000 };
const X86_64: Machine = { code: 62, format: 'elf64-little', entryPoint: 0x100000 };

const integratedServices = (series: '1900' | '2900' | '3900', usualSizeBytes: number): ImageFamily => ({
  name: `C${series}`,
  marker: `C${series}`,
  machine: MIPS,
  versions: 'ios',
  features: ['universalk9', 'universalk9_npe'],
  imageId: `C${series}-{FEATURE}-M`,
  fileName: `c${series}-{feature}-mz.SPA.{version}`,
  software: `C${series}`,
  usualSizeBytes,
});

const catalyst = (name: string, features: ImageFamily['features'], usualSizeBytes: number): ImageFamily => ({
  name,
  marker: name,
  machine: POWER_PC,
  versions: 'ios',
  features,
  imageId: `${name}-{FEATURE}-M`,
  fileName: `${name.toLowerCase()}-{feature}-mz.{version}`,
  tar: true,
  software: name,
  usualSizeBytes,
});

export const IMAGE_FAMILIES: readonly ImageFamily[] = [
  {
    name: 'C2600',
    marker: 'C2600',
    machine: C2600,
    versions: 'ios',
    features: ['ipbase', 'ipbasek9', 'ipvoice', 'advsecurityk9', 'adventerprisek9', 'i', 'is', 'ik9o3s3', 'jk9o3s'],
    imageId: 'C2600-{FEATURE}-M',
    fileName: 'c2600-{feature}-mz.{version}',
    software: 'C2600',
    usualSizeBytes: 16_505_800,
  },
  integratedServices('1900', 74_000_000),
  integratedServices('2900', 97_794_040),
  integratedServices('3900', 109_000_000),
  catalyst('C2960', ['lanbasek9', 'lanbase', 'lanlitek9', 'lanlite'], 11_834_880),
  catalyst('C2960X', ['universalk9', 'lanbasek9', 'lanlitek9'], 26_000_000),
  catalyst('C3750', ['ipservicesk9', 'ipservices', 'ipbasek9', 'ipbase', 'advipservicesk9'], 16_500_000),
  {
    name: 'CAT9K_IOSXE',
    marker: 'cat9k',
    machine: X86_64,
    versions: 'xe',
    features: ['universalk9'],
    imageId: 'CAT9K_IOSXE',
    fileName: 'cat9k_iosxe.{version}.SPA',
    packagePrefix: 'cat9k',
    packages: [
      ['cc_srdriver', 2],
      ['espbase', 11],
      ['guestshell', 2],
      ['rpbase', 62],
      ['rpboot', 5],
      ['sipbase', 4],
      ['sipspa', 5],
      ['srdriver', 4],
      ['webui', 3],
      ['wlc', 2],
    ],
    software: 'Catalyst L3 Switch',
    usualSizeBytes: 892_195_673,
  },
  {
    name: 'ISR4300',
    marker: 'isr4300',
    machine: X86_64,
    versions: 'xe',
    features: ['universalk9', 'universalk9_npe'],
    imageId: 'X86_64_LINUX_IOSD-{FEATURE}-M',
    fileName: 'isr4300-{feature}.{version}.SPA',
    packagePrefix: 'isr4300',
    packages: [
      ['firmware_dreamliner', 3],
      ['mono-universalk9', 89],
      ['rpboot', 8],
    ],
    software: 'ISR',
    usualSizeBytes: 712_000_000,
  },
];

/** The row of a name (`c2900`, `cat9k`) in any case: as `show version` or as CW_FAMILY has it. */
export function findFamily(name: string): ImageFamily | undefined {
  const wanted = name.toUpperCase();
  return IMAGE_FAMILIES.find((row) => row.name === wanted || row.marker.toUpperCase() === wanted);
}
