/** What the console shows while a device boots an image. */
import type { RunningImage } from '../command.ts';
import type { Platform } from '../platforms/platform.ts';
import { boardLine, softwareLines } from '../render/show-version.ts';

const hex = (value: number): string => `0x${value.toString(16)}`;

const RIGHTS = [
  '              Restricted Rights Legend',
  '',
  'Use, duplication, or disclosure by the Government is',
  'subject to restrictions as set forth in FAR 52.227-19 and',
  'DFARS 252.227-7013.',
  '',
].join('\n');

/** What the loader finds of its own. */
export interface BoxFacts {
  /** Twelve hexadecimal digits. */
  readonly mac: string;
  readonly files: number;
  readonly directories: number;
}

/** What the loader says before it looks for anything. */
export function bootstrapText({ loader, model, memoryKib, style }: Platform, box: BoxFacts): string {
  if (style === 'catalyst-9k')
    return [
      '',
      'Initializing Hardware...',
      '',
      `System Bootstrap, Version ${loader.version}, RELEASE SOFTWARE (P)`,
      'Current ROMMON image : Primary',
      'Last reset cause     : LocalSoft',
      `${model} platform with ${8 * 1024 * 1024} Kbytes of main memory`,
      '',
      'Preparing to autoboot. [Press Ctrl-C to interrupt]  0',
      '',
    ].join('\n');
  if (style === 'catalyst')
    return [
      '',
      `Base ethernet MAC Address: ${(box.mac.match(/../g) ?? []).join(':')}`,
      'Xmodem file system is available.',
      'The password-recovery mechanism is enabled.',
      'Initializing Flash...',
      `flashfs[0]: ${box.files} files, ${box.directories} directories`,
      'flashfs[0]: 0 orphaned files, 0 orphaned directories',
      '...done Initializing Flash.',
      'Boot Sector Filesystem (bs) installed, fsid: 3',
      'done.',
      '',
    ].join('\n');
  const mib = Math.round((memoryKib.main + memoryKib.io) / 1024);
  return [
    '',
    `System Bootstrap, Version ${loader.version}, RELEASE SOFTWARE (fc1)`,
    'Technical Support: http://www.cisco.com/techsupport',
    '',
    `${model} platform with ${mib * 1024} Kbytes of main memory`,
    '',
    '',
  ].join('\n');
}

/** The first words of a load that goes well; dots of progress and `[OK]` come behind them. */
export function loadingText(
  { loader, style }: Platform,
  image: RunningImage,
  sizeBytes: number,
): { begin: string; mark: string; end: string } {
  if (style === 'catalyst-9k')
    return {
      begin: `boot: attempting to boot from [${image.file}]\nboot: reading file ${image.file.replace(/^.*:/, '')}\n`,
      mark: '#',
      end: '\n\nBoth links down, not waiting for other switches\nSwitch number is 1\n\n',
    };
  if (loader.kind === 'switch')
    return {
      begin: `Loading "${image.file}"...`,
      mark: '@',
      end: `\nFile "${image.file}" uncompressed and installed, entry point: 0x3000\nexecuting...\n\n`,
    };
  return {
    begin: `program load complete, entry point: 0x8000f000, size: ${hex(sizeBytes)}\n\nSelf decompressing the image : `,
    mark: '#',
    end: ' [OK]\n\n',
  };
}

/** From the running image until the prompt. */
export function startedText(platform: Platform, image: RunningImage): string {
  return [
    RIGHTS,
    '           cisco Systems, Inc.',
    '           170 West Tasman Drive',
    '           San Jose, California 95134-1706',
    '',
    '',
    '',
    ...softwareLines(platform, image),
    'Technical Support: http://www.cisco.com/techsupport',
    `Compiled ${image.compiled}`,
    '',
    boardLine(platform),
    '',
    '',
  ].join('\n');
}
