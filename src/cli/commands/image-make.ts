/** `portcall image make`: writes a synthetic image that a virtual device boots, and that is no one's property. */
import { resolve, sep } from 'node:path';
import { IMAGE_DAMAGES, type ImageErrand, type MadeImage, makeImageFile } from '../../app/device/image-files.ts';
import { PLATFORM_TITLES } from '../../app/device/run-devices.ts';
import { printable } from '../../base/escape.ts';
import { parseByteSize } from '../../config/byte-size.ts';
import { FileError } from '../../files/error.ts';
import { errorEvent } from '../client/failure-line.ts';
import { isOn, type Options, textOf } from '../client/flag-values.ts';
import { jsonLine } from '../client/json-line.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { imageFailure } from '../image-failure.ts';
import type { World } from '../world.ts';

function sizeOf(options: Options): number | undefined {
  const text = textOf(options, 'size');
  const bytes = text === undefined ? undefined : parseByteSize(text);
  if (text !== undefined && bytes === undefined)
    throw new CommandError(EXIT.wrongUsage, `--size ${text} is no size; write 10M, 1 GiB or a number of bytes`);
  return bytes;
}

function damageOf(options: Options): ImageErrand['damage'] {
  const text = textOf(options, 'damage');
  const found = IMAGE_DAMAGES.find((name) => name === text);
  if (text !== undefined && found === undefined)
    throw new CommandError(EXIT.wrongUsage, `--damage must be one of ${IMAGE_DAMAGES.join(', ')}, and not ${text}`);
  return found;
}

/** A slash at the end says that it must be a folder, so it stays. */
function targetOf(options: Options, { cwd }: World): string {
  const text = textOf(options, 'output') ?? '.';
  return /[/\\]$/.test(text) && text.endsWith(sep) ? resolve(cwd, text) + sep : resolve(cwd, text);
}

const errandOf = (options: Options, world: World, signal: AbortSignal): ImageErrand => ({
  order: {
    platform: textOf(options, 'platform'),
    family: textOf(options, 'family'),
    version: textOf(options, 'version'),
    feature: textOf(options, 'feature'),
    sizeBytes: sizeOf(options),
    form: isOn(options, 'tar') ? 'tar' : 'bin',
  },
  target: targetOf(options, world),
  existing: isOn(options, 'force') ? 'replaced' : 'kept',
  damage: damageOf(options),
  signal,
});

function textFor({ path, sizeBytes, md5, sha512, identity }: MadeImage): string {
  const { imageId, version } = identity;
  return `${printable(path)}\n  ${imageId}, Version ${version}\n  ${sizeBytes} bytes\n  md5     ${md5}\n  sha512  ${sha512}\n`;
}

const jsonFor = ({ path, sizeBytes, md5, sha512, identity }: MadeImage): string =>
  jsonLine({ event: 'image', path, size: sizeBytes, md5, sha512, ...identity });

async function make(options: Options, world: World): Promise<number> {
  world.setTitle('portcall image make');
  const stop = new AbortController();
  const leave = world.onStopSignal(() => stop.abort());
  try {
    const made = await makeImageFile(errandOf(options, world, stop.signal));
    world.stdout.write(isOn(options, 'json') ? jsonFor(made) : textFor(made));
    return EXIT.done;
  } catch (cause) {
    const error = imageFailure(cause, cause instanceof FileError ? cause.path : '');
    if (isOn(options, 'json')) world.stdout.write(jsonLine(errorEvent(error, '')));
    throw error;
  } finally {
    leave();
  }
}

export const imageMakeCommand: CommandRow = {
  name: 'image make',
  summary: 'write a synthetic IOS image, of any size, for virtual devices and tests',
  examples: [
    ["portcall image make --platform c2911 --version '15.7(3)M8' --size 90M", 'an image for a 2911'],
    ["portcall image make --platform c2960 --version '15.2(7)E10' --tar -o images/", 'an archive for a 2960'],
    ['portcall image make --family cat9k --version 17.3.1', 'a bundle of IOS XE with its packages'],
    ['portcall image make --platform c2911 --damage byte -o bad/', 'to rehearse what a bad download does'],
  ],
  options: [
    { flags: '--platform <name>', summary: `the device that it is for: ${[...PLATFORM_TITLES.keys()].join(', ')}` },
    { flags: '--family <name>', summary: 'its family instead, such as c2900, c2960x or cat9k' },
    { flags: '--version <version>', summary: 'such as 15.7(3)M8 or 17.3.1 (default: the platform’s own)' },
    { flags: '--feature <set>', summary: 'its feature set (default: the usual one)' },
    { flags: '--size <size>', summary: 'of the image (default: 1 MiB)' },
    { flags: '--tar', summary: 'as the archive that archive download-sw takes' },
    { flags: '--damage <how>', summary: 'spoil it: byte turns one bit over, cut leaves its second half away' },
    { flags: '-o, --output <path>', summary: 'a file, or a folder (default: here, under its usual name)' },
    { flags: '--force', summary: 'replace what is there' },
    { flags: '--json', summary: 'tell what was made as JSON' },
  ],
  run: make,
};
