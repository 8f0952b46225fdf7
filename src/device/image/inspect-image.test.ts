/** What is said of files that may be images: those that were made here, those of Cisco, and others. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { makePackagesConf } from './bundle.ts';
import { identifyImage, type ImageIdentity } from './image-facts.ts';
import { HEAD_BYTES } from './image-head.ts';
import { inspectImage } from './inspect-image.ts';
import { makeImage } from './make-image.ts';
import { makeTarImage } from './make-tar-image.ts';
import { paddingOf, writeTarHeader } from './tar-header.ts';
import { writeTarInfo } from './tar-info.ts';

const identity = (family: string, version: string): ImageIdentity => {
  const made = identifyImage({ family, version });
  return made.ok ? made.identity : assert.fail(made.reason);
};

const C2960 = identity('C2960', '15.0(2)SE11');
const router = Buffer.concat([...makeImage({ facts: identity('C2900', '15.1(4)M4'), sizeBytes: 20_000 })]);
const archive = Buffer.concat([...makeTarImage({ facts: C2960, sizeBytes: 20_000 })]);

const pieces = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );

function turnedOver(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** An image as Cisco makes them: fields, and nothing that we know to check. */
const realImage = (fill: number): Buffer =>
  Buffer.concat([
    Buffer.from('\x7fELF', 'latin1'),
    Buffer.alloc(fill, 0xa5),
    Buffer.from('CW_FAMILY$C2960$\0CW_IMAGE$C2960-LANBASEK9-M$\0CW_VERSION$15.0(2)SE11$\0', 'latin1'),
  ]);

function tarOf(...files: readonly (readonly [path: string, content: Buffer])[]): Buffer {
  const members = files.flatMap(([path, content]) => [
    writeTarHeader({ path, kind: 'file', sizeBytes: content.length }, 0),
    content,
    Buffer.alloc(paddingOf(content.length)),
  ]);
  return Buffer.concat([...members, Buffer.alloc(1024)]);
}

const DIR = 'c2960-lanbasek9-mz.150-2.SE11';
/** As configuration guides show it: the size is that of whole blocks. */
const info = (iosImageBytes: number): Buffer =>
  Buffer.from(
    writeTarInfo({
      systemType: '0x00000000',
      directory: DIR,
      versionSuffix: 'lanbasek9-150-2.SE11',
      imageName: `${DIR}.bin`,
      iosImageBytes,
      totalImageBytes: 2 * iosImageBytes,
      feature: 'LAYER_2|MIN_DRAM_MEG=64',
      family: 'C2960',
    }),
  );

describe('an image of ours', () => {
  test('has the digests of its bytes, however they come', async () => {
    const hash = (algorithm: string): string => createHash(algorithm).update(router).digest('hex');
    for (const size of [13, 511, 4096, router.length]) {
      const { state, origin, sizeBytes, digests, usualName } = await inspectImage(pieces(router, size));
      assert.deepEqual([state, origin, sizeBytes], ['sound', 'portcall', 20_000]);
      assert.deepEqual(digests, { md5: hash('md5'), sha1: hash('sha1'), sha512: hash('sha512') });
      assert.equal(usualName, 'c2900-universalk9-mz.SPA.151-4.M4.bin');
    }
  });
  test('is damaged wherever a bit is turned over, also in what it says of itself', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(router.length - 1), async (at) => {
        assert.equal((await inspectImage([turnedOver(router, at)])).state, 'damaged');
      }),
    );
    const { state, facts, origin } = await inspectImage([turnedOver(router, router.indexOf('CW_FAMILY'))]);
    assert.deepEqual([state, facts, origin], ['damaged', undefined, 'portcall']);
  });
  test('is cut wherever it ends behind its head', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: HEAD_BYTES, max: router.length - 1 }), async (length) => {
        const { state, reason } = await inspectImage([router.subarray(0, length)]);
        assert.deepEqual([state, reason], ['cut', `has ${length} bytes and should have 20000`]);
      }),
    );
  });
  test('that has grown is damaged', async () => {
    const { state, reason } = await inspectImage([router, Buffer.from('!')]);
    assert.deepEqual([state, reason], ['damaged', 'has 20001 bytes and should have 20000']);
  });
  test('as an archive is sound, damaged with its image, and cut before and within it', async () => {
    const at = archive.indexOf('\x7fELF');
    for (const [bytes, state, reason] of [
      [archive, 'sound', undefined],
      [turnedOver(archive, at + 9000), 'damaged', 'holds an image that is not what the digest within it says'],
      [archive.subarray(0, at + 9000), 'cut', 'is no whole archive: the archive ends in the middle; it was cut'],
      [archive.subarray(0, 600), 'cut', 'is no whole archive: the archive ends in the middle; it was cut'],
    ] as const) {
      const inspection = await inspectImage(pieces(bytes, 700));
      assert.deepEqual([inspection.state, inspection.reason], [state, reason]);
      assert.equal(inspection.sizeBytes, bytes.length);
    }
  });
});

describe('an image of Cisco', () => {
  test('is known by its fields, and nobody can say whether it is whole', async () => {
    const { state, origin, facts, usualName, reason } = await inspectImage(pieces(realImage(100_000), 4096));
    assert.deepEqual([state, origin, facts?.version], ['unsigned', 'unknown', '15.0(2)SE11']);
    assert.equal(usualName, `${DIR}.bin`);
    assert.match(reason ?? '', /^carries no digest/);
  });
  test('may lie in an archive that tells its size in whole blocks', async () => {
    const image = realImage(10_001);
    const bytes = tarOf(['info', info(10_240)], [`${DIR}/${DIR}.bin`, image]);
    const { state, origin, facts } = await inspectImage([bytes]);
    assert.deepEqual([state, origin, facts?.kind], ['unsigned', 'unknown', 'tar']);
    assert.equal((await inspectImage([bytes.subarray(0, 9000)])).state, 'cut');
  });
  test('is not whole in an archive that lacks half of what it should hold', async () => {
    const lacking = await inspectImage([tarOf([`${DIR}/${DIR}.bin`, realImage(1000)])]);
    assert.deepEqual([lacking.state, lacking.reason], ['damaged', 'lacks its info file']);
    const empty = await inspectImage([tarOf(['info', info(10_240)])]);
    assert.deepEqual([empty.state, empty.reason], ['damaged', 'lacks its image']);
  });
});

describe('a packages.conf', () => {
  const names = ['cat9k-rpboot.17.03.01.SPA.pkg', 'cat9k-rpbase.17.03.01.SPA.pkg'];
  const text = makePackagesConf(names);
  test('of ours is sound until somebody edits it', async () => {
    const { state, origin, packages, usualName } = await inspectImage([Buffer.from(text)]);
    assert.deepEqual([state, origin, usualName], ['sound', 'portcall', 'packages.conf']);
    assert.deepEqual(packages, names);
    const edited = await inspectImage([Buffer.from(text.replace('iso   rp 0 0', 'iso   rp 0 1'))]);
    assert.deepEqual([edited.state, edited.reason], ['damaged', 'is not what the SHA-1 within it says']);
  });
  test('of Cisco is not judged by a rule that is not public', async () => {
    const real = text.replace(
      '#\n\n',
      '#\n# package.conf: provisioned software file for build 2020-07-09_21.53\n#\n\n',
    );
    assert.equal((await inspectImage([Buffer.from(real)])).state, 'unsigned');
  });
});

test('what is no image is none, and says why', async () => {
  for (const [bytes, reason] of [
    [Buffer.alloc(0), /^is empty$/],
    [Buffer.from('hostname R1\n'), /^is no Cisco image/],
    [Buffer.from('\x7fELF and more', 'latin1'), /^is a program without the fields/],
    [tarOf(['notes.txt', Buffer.from('hello')]), /^is a tar archive without a Cisco image/],
  ] as const) {
    const inspection = await inspectImage([bytes]);
    assert.deepEqual([inspection.state, inspection.facts, inspection.origin], ['none', undefined, 'unknown']);
    assert.match(inspection.reason ?? '', reason);
  }
});

test('a stream that fails, fails the inspection', async () => {
  const failing = async function* (): AsyncGenerator<Uint8Array, void> {
    yield archive.subarray(0, 3000);
    throw new Error('the disk is gone');
  };
  await assert.rejects(inspectImage(failing()), /the disk is gone/);
});
