/** `portcall image inspect`: what images say of themselves, and whether they are whole. */
import { resolve } from 'node:path';
import { type InspectedImage, inspectImageFile } from '../../app/device/image-files.ts';
import { printable } from '../../base/escape.ts';
import { codeOfFailure, errorEvent, failureLine } from '../client/failure-line.ts';
import { isOn, type Options, textOf } from '../client/flag-values.ts';
import { jsonLine } from '../client/json-line.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { codeOfMany } from '../failure.ts';
import { imageFailure } from '../image-failure.ts';
import type { World } from '../world.ts';

type Digests = InspectedImage['digests'];

/** What a digest that somebody published is of, by its number of hexadecimal digits. */
const BY_LENGTH: ReadonlyMap<number, keyof Digests> = new Map([
  [32, 'md5'],
  [40, 'sha1'],
  [128, 'sha512'],
]);

interface Expected {
  readonly name: keyof Digests;
  readonly value: string;
}

function expectedOf(options: Options, names: readonly string[]): Expected | undefined {
  const value = textOf(options, 'expect')?.toLowerCase();
  if (value === undefined) return undefined;
  const name = BY_LENGTH.get(value.length);
  if (name === undefined || !/^[0-9a-f]+$/.test(value))
    throw new CommandError(EXIT.wrongUsage, '--expect takes an MD5, SHA-1 or SHA-512 in hexadecimal');
  if (names.length > 1) throw new CommandError(EXIT.wrongUsage, '--expect is for one file; name one at a time');
  return { name, value };
}

/** What somebody published counts more than what a file says of itself. */
function heldTo(image: InspectedImage, expected: Expected | undefined): InspectedImage {
  if (expected === undefined || image.state === 'damaged' || image.state === 'cut') return image;
  const { name, value } = expected;
  if (image.digests[name] !== value) return { ...image, state: 'damaged', reason: `has another ${name} than ${value}` };
  return image.state === 'unsigned' ? { ...image, state: 'sound', reason: `has the ${name} that was expected` } : image;
}

function factLines({ facts, usualName, naming, packages }: InspectedImage): readonly (readonly [string, string])[] {
  if (facts === undefined) return [];
  return [
    ['family', facts.family],
    ['image', facts.imageId],
    ['version', facts.version],
    ['feature set', facts.feature],
    ['kind', facts.kind],
    ...(usualName === undefined
      ? []
      : [['usual name', naming === 'other' ? `${usualName} (this file has another)` : usualName] as const]),
    ...packages.map((name, index) => [index === 0 ? 'packages' : '', name] as const),
  ];
}

const SOUND = 'it is what the digest within it says';
const WORDS: Readonly<Record<InspectedImage['state'], string>> = {
  sound: 'sound',
  damaged: 'damaged',
  cut: 'cut',
  unsigned: 'unknown',
  none: 'no image',
};

function stateText({ state, reason }: InspectedImage): string {
  const why = reason === undefined ? SOUND : `it ${reason}`;
  return `${WORDS[state]}: ${why}`;
}

function textFor(name: string, image: InspectedImage): string {
  const rows = [
    ...factLines(image),
    ...(image.origin === 'portcall' ? [['made by', 'Portcall; no real device runs it'] as const] : []),
    ['size', `${image.sizeBytes} bytes`],
    ...Object.entries(image.digests),
    ['state', stateText(image)],
  ] as const;
  return `${printable(name)}\n${rows.map(([what, value]) => `  ${what.padEnd(12)}${printable(value)}\n`).join('')}`;
}

function jsonFor(name: string, image: InspectedImage): string {
  const { facts, sizeBytes, digests, state, reason, usualName, naming, origin, packages } = image;
  const said = { state, reason, ...digests, usualName, naming, origin, packages };
  return jsonLine({ event: 'image', file: name, ...facts, size: sizeBytes, sizeBytes: undefined, ...said });
}

const codeOf = ({ state }: InspectedImage): number =>
  state === 'damaged' || state === 'cut' ? EXIT.integrity : state === 'none' ? EXIT.failed : EXIT.done;

/** Damage counts before everything else; of other failures the one, or that some of many failed. */
function exitCodeOf(codes: readonly number[]): number {
  if (codes.includes(EXIT.integrity)) return EXIT.integrity;
  const failures = codes.filter((code) => code !== EXIT.done);
  if (failures.length === 0) return EXIT.done;
  return failures.length === codes.length ? codeOfMany(failures) : EXIT.partial;
}

/** Tells of one file, and gives its exit code: the others are looked at whatever it is. */
async function show(name: string, world: World, { json, expected }: Showing): Promise<number> {
  try {
    const image = heldTo(await inspectImageFile(resolve(world.cwd, name)), expected);
    world.stdout.write(json === 'yes' ? jsonFor(name, image) : textFor(name, image));
    return codeOf(image);
  } catch (cause) {
    const error = imageFailure(cause, name);
    if (!(error instanceof CommandError)) throw error;
    if (json === 'yes') world.stdout.write(jsonLine(errorEvent(error, name)));
    world.stderr.write(`portcall: ${printable(failureLine(error, ''))}\n`);
    return codeOfFailure(error);
  }
}

interface Showing {
  readonly json: 'yes' | 'no';
  readonly expected: Expected | undefined;
}

export const imageInspectCommand: CommandRow = {
  name: 'image inspect',
  summary: 'tell what IOS images are, real and synthetic ones, and whether they are whole',
  examples: [
    ['portcall image inspect c2900-universalk9-mz.SPA.157-3.M8.bin', 'family, version, feature set, digests'],
    ['portcall image inspect --expect MD5 c2960.bin', 'held to the digest that Cisco publishes'],
    ['portcall image inspect --json images/*', 'for programs'],
  ],
  arguments: [{ syntax: '<file...>', summary: 'images' }],
  options: [
    { flags: '--expect <digest>', summary: 'the MD5, SHA-1 or SHA-512 that it should have, in hexadecimal' },
    { flags: '--json', summary: 'a line of JSON for each' },
  ],
  async run(options, world, names) {
    world.setTitle('portcall image inspect');
    const showing = { json: isOn(options, 'json') ? 'yes' : 'no', expected: expectedOf(options, names) } as const;
    const codes: number[] = [];
    for (const name of names) codes.push(await show(name, world, showing));
    return exitCodeOf(codes);
  },
};
