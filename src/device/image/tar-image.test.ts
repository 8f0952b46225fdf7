/** Tar images of switches, and archives that would do harm. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FileError } from '../../files/error.ts';
import { checkTarImage } from './check-tar-image.ts';
import { identifyImage, type ImageIdentity } from './image-facts.ts';
import { makeTarImage, tarImageBytes } from './make-tar-image.ts';
import { readImageFacts } from './read-image-facts.ts';
import { readTar, type TarBounds } from './read-tar.ts';
import { writeTarHeader } from './tar-header.ts';
import { readTarInfo } from './tar-info.ts';

const identity = (family: string, version: string): ImageIdentity => {
  const made = identifyImage({ family, version });
  return made.ok ? made.identity : assert.fail(made.reason);
};

const order = { facts: identity('C2960', '15.0(2)SE11'), sizeBytes: 20_000 };
const tar = Buffer.concat([...makeTarImage(order)]);
const DIR = 'c2960-lanbasek9-mz.150-2.SE11';

/** The entries with their contents; an error ends the list with its kind. */
async function listing(bytes: Buffer, pieceBytes = 999, bounds: TarBounds = {}): Promise<string[]> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) =>
    bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
  const lines: string[] = [];
  try {
    for await (const each of readTar(pieces, bounds))
      if (each.part === 'entry') lines.push(`${each.entry.path} ${each.entry.kind} ${each.entry.sizeBytes}`);
  } catch (error) {
    lines.push(error instanceof FileError ? error.kind : assert.fail(String(error)));
  }
  return lines;
}

/** A header whose checksum is right, with some bytes overwritten. */
function forged(path: string, changes: Readonly<Record<number, string>>): Buffer {
  const header = writeTarHeader({ path, kind: 'file', sizeBytes: 0 }, 0);
  for (const [at, text] of Object.entries(changes)) header.write(text, Number(at), 'latin1');
  header.fill(' ', 148, 156);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
    'latin1',
  );
  return Buffer.concat([header, Buffer.alloc(1024)]);
}

describe('a tar image', () => {
  test('holds what archive download-sw extracts, in this order', async () => {
    const lines = await listing(tar);
    assert.deepEqual(
      lines.map((line) => line.replace(/ \d+$/, '')),
      [
        'info file',
        `${DIR} directory`,
        `${DIR}/html directory`,
        `${DIR}/html/homepage.htm file`,
        `${DIR}/html/layers.js file`,
        `${DIR}/${DIR}.bin file`,
        `${DIR}/info file`,
      ],
    );
    assert.ok(lines.includes(`${DIR}/${DIR}.bin file 20000`));
    assert.equal(tarImageBytes(order), tar.length);
    assert.deepEqual(await listing(tar, 1), lines);
  });

  test('says in info what is in it', async () => {
    const { state, info, image } = await checkTarImage([tar]);
    assert.deepEqual([state, image?.state], ['whole', 'whole']);
    assert.deepEqual(info, {
      systemType: '0x00000000',
      directory: DIR,
      versionSuffix: 'lanbasek9-150-2.SE11',
      imageName: `${DIR}.bin`,
      iosImageBytes: 20_000,
      totalImageBytes: 20_142,
      feature: 'LAYER_2|MIN_DRAM_MEG=64',
      family: 'C2960',
    });
    const reading = await readImageFacts([tar]);
    assert.ok(reading.ok);
    assert.deepEqual([reading.facts.kind, reading.facts.imageId], ['tar', 'C2960-LANBASEK9-M']);
  });

  test('damage within its files and headers, and every cut, is found', async () => {
    const at = tar.indexOf('\x7fELF');
    for (const place of [at, at + 10_000, at + 19_999, 5, 130, at - 300]) {
      const bytes = Buffer.from(tar);
      bytes[place] = (bytes[place] ?? 0) ^ 0x10;
      assert.equal((await checkTarImage([bytes])).state, 'damaged', `byte ${place}`);
    }
    for (const length of [0, 100, 600, at + 5000, at + 20_000, tar.lastIndexOf('info_end') + 10])
      assert.equal((await checkTarImage([tar.subarray(0, length)])).state, 'cut', `${length} bytes`);
  });

  test('only families of switches have one', () => {
    assert.throws(() => tarImageBytes({ facts: identity('C2900', '15.1(4)M4'), sizeBytes: 8192 }), RangeError);
  });

  test('an info file as the configuration guide of the 3560 shows it', () => {
    const text =
      'system_type:0x00000000:c3560-i5-mz.121-19.EA1\n image_family:C3560\n stacking_number:1.0\n info_end:\n\n' +
      'version_suffix:i5-mz.121-19.EA1\nversion_directory:c3560-i5-mz.121-19.EA1\nimage_system_type_id:0x00000000\n' +
      'image_name:c3560-i5-mz.121-19.EA1.bin\nios_image_file_size:3973632\ntotal_image_file_size:5929472\n' +
      'image_feature:LAYER_3|MIN_DRAM_MEG=64\nimage_family:C3560\nboard_ids:0x00000008\ninfo_end:\n';
    const info = readTarInfo(text);
    assert.deepEqual(
      [info?.directory, info?.totalImageBytes, info?.family],
      ['c3560-i5-mz.121-19.EA1', 5_929_472, 'C3560'],
    );
    assert.equal(readTarInfo('info_end:\n'), undefined);
    fc.assert(fc.property(fc.string(), (any) => void readTarInfo(any)));
  });
});

describe('archives that would do harm', () => {
  test('names that lead elsewhere are refused', async () => {
    for (const name of ['../x\0', '/etc/x\0', 'a/../b\0', 'a//b\0', '.\0', 'flash:x\0', 'a\\b\0', 'a\x1b[1m\0', '\0'])
      assert.deepEqual(await listing(forged('aaaaaaaaaaa', { 0: name })), ['unsafe'], JSON.stringify(name));
    assert.deepEqual(await listing(forged('etc', { 345: '..' })), ['unsafe']);
    assert.deepEqual(await listing(forged('etc', { 345: '/' })), ['unsafe']);
  });

  test('links and devices are refused', async () => {
    for (const type of ['1', '2', '3', '4', '6', 'x', 'L'])
      assert.deepEqual(await listing(forged('a', { 156: type })), ['unsafe'], type);
  });

  test('sizes that are none, wrong checksums, and more than the bounds', async () => {
    assert.deepEqual(await listing(forged('a', { 124: '9'.repeat(11) })), ['integrity']);
    assert.deepEqual(await listing(Buffer.alloc(512, 'x')), ['integrity']);
    assert.deepEqual(await listing(tar, 999, { maxEntries: 2 }), [...(await listing(tar)).slice(0, 2), 'limit']);
    assert.equal((await listing(tar, 999, { maxBytes: 20_000 })).at(-1), 'limit');
  });

  test('names that the format can hold only in two pieces come back whole', async () => {
    const path = `${'d'.repeat(90)}/${'e'.repeat(90)}`;
    const header = writeTarHeader({ path, kind: 'file', sizeBytes: 0 }, 0);
    assert.deepEqual(await listing(Buffer.concat([header, Buffer.alloc(1024)])), [`${path} file 0`]);
    assert.throws(() => writeTarHeader({ path: 'e'.repeat(101), kind: 'file', sizeBytes: 0 }, 0), RangeError);
    assert.throws(() => writeTarHeader({ path: '../e', kind: 'file', sizeBytes: 0 }, 0), RangeError);
  });

  test('no bytes do more than end with a reason', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
        await listing(Buffer.from(bytes));
      }),
    );
  });
});
