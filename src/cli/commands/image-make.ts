/** `portcall image make`: writes a synthetic image that a virtual device boots, and that is no one's property. */
import { resolve } from 'node:path';
import { makeImageFile } from '../../app/device/image-files.ts';
import { PLATFORM_TITLES } from '../../app/device/run-devices.ts';
import { parseByteSize } from '../../config/byte-size.ts';
import { printable } from '../../base/escape.ts';
import { isOn, type Options, textOf } from '../client/flag-values.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';

function sizeOf(options: Options): number | undefined {
  const text = textOf(options, 'size');
  const bytes = text === undefined ? undefined : parseByteSize(text);
  if (text !== undefined && bytes === undefined)
    throw new CommandError(EXIT.wrongUsage, `--size ${text} is no size; write 10M, 1 GiB or a number of bytes`);
  return bytes;
}

export const imageMakeCommand: CommandRow = {
  name: 'image make',
  summary: 'write a synthetic IOS image, of any size, for virtual devices and tests',
  examples: [
    ["portcall image make --platform c2911 --version '15.7(3)M8' --size 90M", 'an image for a 2911'],
    ["portcall image make --platform c2960 --version '15.2(7)E10' --tar -o images/", 'an archive for a 2960'],
    ['portcall image make --family cat9k --version 17.3.1', 'a bundle of IOS XE with its packages'],
  ],
  options: [
    { flags: '--platform <name>', summary: `the device that it is for: ${[...PLATFORM_TITLES.keys()].join(', ')}` },
    { flags: '--family <name>', summary: 'its family instead, such as c2900, c2960x or cat9k' },
    { flags: '--version <version>', summary: 'such as 15.7(3)M8 or 17.3.1 (default: the platform’s own)' },
    { flags: '--feature <set>', summary: 'its feature set (default: the usual one)' },
    { flags: '--size <size>', summary: 'of the image (default: 1 MiB)' },
    { flags: '--tar', summary: 'as the archive that archive download-sw takes' },
    { flags: '-o, --output <path>', summary: 'a file, or a folder (default: here, under its usual name)' },
    { flags: '--force', summary: 'replace what is there' },
    { flags: '--json', summary: 'tell what was made as JSON' },
  ],
  async run(options, world) {
    world.setTitle('portcall image make');
    const made = await makeImageFile({
      platform: textOf(options, 'platform'),
      family: textOf(options, 'family'),
      version: textOf(options, 'version'),
      feature: textOf(options, 'feature'),
      sizeBytes: sizeOf(options),
      form: isOn(options, 'tar') ? 'tar' : 'bin',
      target: resolve(world.cwd, textOf(options, 'output') ?? '.'),
      existing: isOn(options, 'force') ? 'replaced' : 'kept',
    });
    const { path, sizeBytes, md5, sha512, identity } = made;
    if (isOn(options, 'json'))
      world.stdout.write(`${JSON.stringify({ event: 'image', path, size: sizeBytes, md5, sha512, ...identity })}\n`);
    else
      world.stdout.write(
        `${printable(path)}\n  ${identity.imageId}, Version ${identity.version}\n  ${sizeBytes} bytes\n  md5     ${md5}\n  sha512  ${sha512}\n`,
      );
    return EXIT.done;
  },
};
