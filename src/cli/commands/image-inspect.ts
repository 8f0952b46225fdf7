/** `portcall image inspect`: what images say of themselves, and whether they are whole. */
import { resolve } from 'node:path';
import { type InspectedImage, inspectImageFile } from '../../app/device/image-files.ts';
import { printable } from '../../base/escape.ts';
import { isOn } from '../client/flag-values.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import type { World } from '../world.ts';

const CODES: Readonly<Record<string, number>> = { ENOENT: EXIT.notFound, EACCES: EXIT.denied };

async function inspected(name: string, { cwd }: World): Promise<InspectedImage> {
  try {
    return await inspectImageFile(resolve(cwd, name));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    const why = code === 'EISDIR' ? 'is a directory; name a file' : `cannot be read (${code})`;
    throw new CommandError(CODES[code] ?? EXIT.failed, `${printable(name)} ${why}`, { cause });
  }
}

function factLines({ facts, usualName }: InspectedImage): readonly (readonly [string, string])[] {
  if (facts === undefined) return [];
  return [
    ['family', facts.family],
    ['image', facts.imageId],
    ['version', facts.version],
    ['feature set', facts.feature],
    ['kind', facts.kind],
    ...(usualName === undefined ? [] : [['usual name', usualName] as const]),
  ];
}

const STATES: Readonly<Record<InspectedImage['state'], string>> = {
  sound: 'sound: it is what the digest within it says',
  damaged: 'damaged',
  cut: 'cut',
  unsigned: 'carries no digest that can be checked here; compare md5 or sha512 with what Cisco publishes',
  none: 'no image',
};

function textFor(name: string, image: InspectedImage): string {
  const { sizeBytes, md5, sha512, state, reason } = image;
  const rows = [
    ...factLines(image),
    ['size', `${sizeBytes} bytes`],
    ['md5', md5],
    ['sha512', sha512],
    ['state', reason === undefined ? STATES[state] : `${STATES[state]}: ${reason}`],
  ] as const;
  return `${printable(name)}\n${rows.map(([what, value]) => `  ${what.padEnd(12)}${printable(value)}\n`).join('')}`;
}

function jsonFor(name: string, image: InspectedImage): string {
  const { facts, sizeBytes, md5, sha512, state, reason, usualName } = image;
  return `${JSON.stringify({ event: 'image', file: name, size: sizeBytes, state, reason, md5, sha512, usualName, ...facts })}\n`;
}

/** The worst of them counts: damage before what is no image. */
function exitCodeOf(images: readonly InspectedImage[]): number {
  if (images.some(({ state }) => state === 'damaged' || state === 'cut')) return EXIT.integrity;
  return images.some(({ state }) => state === 'none') ? EXIT.failed : EXIT.done;
}

export const imageInspectCommand: CommandRow = {
  name: 'image inspect',
  summary: 'tell what IOS images are, real and synthetic ones, and whether they are whole',
  examples: [
    ['portcall image inspect c2900-universalk9-mz.SPA.157-3.M8.bin', 'family, version, feature set, digests'],
    ['portcall image inspect --json images/*', 'for programs'],
  ],
  arguments: [{ syntax: '<file...>', summary: 'images' }],
  options: [{ flags: '--json', summary: 'a line of JSON for each' }],
  async run(options, world, names) {
    world.setTitle('portcall image inspect');
    const images: InspectedImage[] = [];
    for (const name of names) {
      const image = await inspected(name, world);
      world.stdout.write(isOn(options, 'json') ? jsonFor(name, image) : textFor(name, image));
      images.push(image);
    }
    return exitCodeOf(images);
  },
};
