/** Images from making to reading: what they say of themselves, and that damage is found. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkImage } from './check-image.ts';
import { IMAGE_FAMILIES } from './image-families.ts';
import { identifyImage, type ImageIdentity } from './image-facts.ts';
import { makeImage, minimumImageBytes } from './make-image.ts';
import { readImageFacts } from './read-image-facts.ts';

const identity = (family: string, version: string): ImageIdentity => {
  const made = identifyImage({ family, version });
  return made.ok ? made.identity : assert.fail(made.reason);
};

const C2900 = identity('C2900', '15.1(4)M4');
const CAT9K = identity('cat9k', '17.03.01');

const bytesOf = (facts: ImageIdentity, sizeBytes: number, seed = 0): Buffer =>
  Buffer.concat([...makeImage({ facts, sizeBytes, seed })]);

const pieces = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );

describe('an image that was made', () => {
  for (const family of IMAGE_FAMILIES)
    test(`${family.name} says what it is, and is whole`, async () => {
      const facts = identity(family.name, family.versions === 'xe' ? '17.3.1' : '15.1(4)M4');
      const sizeBytes = minimumImageBytes(facts) + 1;
      const bytes = bytesOf(facts, sizeBytes);
      assert.equal(bytes.length, sizeBytes);
      const verdict = await checkImage([bytes]);
      const kind = family.versions === 'xe' ? 'install-bundle' : 'bin';
      assert.equal(verdict.state, 'whole');
      assert.deepEqual(await readImageFacts([bytes]), {
        ok: true,
        facts: { ...facts, kind, sizeBytes, digest: verdict.embedded },
      });
    });

  test('has the facts and the digest of this table', async () => {
    const reading = await readImageFacts(makeImage({ facts: C2900, sizeBytes: 8192 }));
    assert.ok(reading.ok);
    const { digest, ...facts } = reading.facts;
    assert.match(digest ?? '', /^[0-9a-f]{128}$/);
    assert.deepEqual(facts, {
      family: 'C2900',
      imageId: 'C2900-UNIVERSALK9-M',
      feature: 'universalk9',
      version: '15.1(4)M4',
      release: 'RELEASE SOFTWARE (fc1)',
      compiled: 'Thu 01-Jan-15 00:00 by portcall',
      kind: 'bin',
      sizeBytes: 8192,
    });
  });

  test('is the same whenever it is made, another for another seed, and cannot be compressed away', () => {
    const hash = (seed: number): string =>
      createHash('sha256')
        .update(bytesOf(C2900, 100_000, seed))
        .digest('hex');
    assert.equal(hash(1), hash(1));
    assert.notEqual(hash(1), hash(2));
    const counts = new Map<number, number>();
    for (const byte of bytesOf(C2900, 1_000_000).subarray(4096)) counts.set(byte, (counts.get(byte) ?? 0) + 1);
    for (const count of counts.values()) assert.ok(count > 3500 && count < 4300, `a byte comes ${count} times`);
  });

  test('begins as its machine’s boot loader wants it', () => {
    const head = bytesOf(C2900, 8192);
    assert.deepEqual([...head.subarray(0, 6)], [0x7f, 0x45, 0x4c, 0x46, 1, 2]);
    assert.equal(head.readUInt16BE(18), 8);
    assert.equal(bytesOf(identity('C2960', '15.0(2)SE11'), 8192).readUInt16BE(18), 20);
    assert.equal(bytesOf(CAT9K, 1_048_576).readUInt16LE(18), 62);
  });

  test('is refused below its least size and for unknown families', () => {
    assert.throws(() => makeImage({ facts: C2900, sizeBytes: 8191 }), RangeError);
    assert.throws(() => makeImage({ facts: { ...C2900, family: 'C1' }, sizeBytes: 8192 }), RangeError);
    assert.throws(() => makeImage({ facts: C2900, sizeBytes: 9000.5 }), RangeError);
  });
});

describe('what became of an image', () => {
  const whole = bytesOf(C2900, 20_000);
  const state = async (bytes: Buffer): Promise<string> => (await checkImage(pieces(bytes, 1000))).state;

  test('any flipped bit is damage', async () => {
    const flips = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 7 }));
    await fc.assert(
      fc.asyncProperty(flips, async ([at, bit]) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        assert.equal(await state(bytes), 'damaged');
      }),
    );
  });

  test('any missing end is a cut, once the beginning is there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 4096, max: whole.length - 1 }), async (length) => {
        const { state: found, announcedBytes } = await checkImage([whole.subarray(0, length)]);
        assert.deepEqual([found, announcedBytes], ['cut', 20_000]);
      }),
    );
  });

  test('bytes behind the end, bytes swapped, an image in the place of another', async () => {
    assert.equal(await state(Buffer.concat([whole, Buffer.from('\n')])), 'damaged');
    assert.equal(await state(Buffer.concat([whole.subarray(0, 9000), whole.subarray(9001)])), 'damaged');
    assert.equal(await state(Buffer.concat([whole.subarray(0, 9000), whole])), 'damaged');
  });

  test('a line end made of another, as a transfer in ASCII does', async () => {
    const ascii = Buffer.from(whole.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
    assert.equal(await state(ascii), 'damaged');
  });

  test('what carries no digest of ours is not judged', async () => {
    const foreign = Buffer.from(
      whole
        .toString('latin1')
        .replace(/CW_PORTCALL[^\0]*/, '')
        .slice(0, -256),
      'latin1',
    );
    assert.deepEqual(await checkImage([foreign]), {
      state: 'unsigned',
      sizeBytes: foreign.length,
      computed: createHash('sha512').update(foreign).digest('hex'),
    });
  });
});

describe('what an image says of itself', () => {
  /** As `strings` shows them in images of Cisco; the block of an IOS one lies somewhere in its middle. */
  const IOS = [
    'CW_BEGIN$-c2900-universalk9-m$',
    'CW_IMAGE$C2900-UNIVERSALK9-M$',
    'CW_FAMILY$C2900$',
    'CW_FEATURE$UNIVERSAL$',
    'CW_VERSION$15.1(4)M4$',
    'CW_MEDIA$RAM$',
    'CW_SYSDESCR$Cisco IOS Software, C2900 Software (C2900-UNIVERSALK9-M), Version 15.1(4)M4, RELEASE SOFTWARE (fc1)\r\n' +
      'Technical Support: http://www.cisco.com/techsupport\r\nCompiled Tue 20-Mar-12 18:57 by prod_rel_team$',
    'CW_END$-c2900-universalk9-m$',
  ].join('\0');
  const XE = [
    'CW_BEGIN=$$',
    'CW_FAMILY=$cat9k$',
    'CW_IMAGE=$cat9k_iosxe.16.05.01a.SPA.bin$',
    'CW_VERSION=$16.5.1a$',
    'CW_DESCRIPTION=$Cisco IOS Software, IOS-XE Software$',
    'CW_END=$$',
  ].join('\0\0\0\t\0\0\0\x14');
  const noise = Buffer.from('CW_CW_FAMILY$\x01$CW_FAMILY CW_IMAGE$ CW_'.repeat(40), 'latin1');
  const around = (text: string): Buffer => Buffer.concat([noise, Buffer.from(text, 'latin1'), noise]);

  test('is found in the middle, wherever chunks are cut', async () => {
    const bytes = around(IOS);
    for (const size of [1, 2, 3, 7, 100, 511, 5000]) {
      const reading = await readImageFacts(pieces(bytes, size));
      assert.deepEqual(
        reading,
        {
          ok: true,
          facts: {
            family: 'C2900',
            imageId: 'C2900-UNIVERSALK9-M',
            feature: 'universalk9',
            version: '15.1(4)M4',
            release: 'RELEASE SOFTWARE (fc1)',
            compiled: 'Tue 20-Mar-12 18:57 by prod_rel_team',
            kind: 'bin',
            sizeBytes: bytes.length,
          },
        },
        `chunks of ${size}`,
      );
    }
  });

  test('IOS XE writes its fields with =, and its version both ways', async () => {
    const bytes = around(XE);
    assert.deepEqual(await readImageFacts([bytes]), {
      ok: true,
      facts: {
        family: 'CAT9K_IOSXE',
        imageId: 'CAT9K_IOSXE',
        feature: 'universalk9',
        version: '16.5.1a',
        paddedVersion: '16.05.01a',
        kind: 'install-bundle',
        sizeBytes: bytes.length,
      },
    });
  });

  test('a family that nobody here knows is told as it is', async () => {
    const reading = await readImageFacts([around(IOS.replaceAll('2900', '7200'))]);
    assert.ok(reading.ok);
    assert.equal(reading.facts.family, 'C7200');
  });

  test('other files are no images, and it is said why', async () => {
    const reason = async (text: string): Promise<string> => {
      const reading = await readImageFacts([Buffer.from(text, 'latin1')]);
      return reading.ok ? assert.fail('taken for an image') : reading.reason;
    };
    assert.equal(await reason(''), 'is empty');
    assert.match(await reason('hostname R1\n'), /^is no Cisco image/);
    assert.match(await reason(`\x7fELF${'\0'.repeat(100)}`), /^is a program without/);
    assert.match(await reason(`info${'\0'.repeat(253)}ustar`), /^is a tar archive without/);
    assert.match(await reason(IOS.replace('CW_VERSION', 'CW_VERSlON')), /^is no Cisco image/);
    assert.match(await reason(`CW_FAMILY$C2900$CW_IMAGE$X$CW_VERSION$${'1'.repeat(513)}$`), /^is no Cisco image/);
  });

  test('no bytes are too strange, however they are cut', async () => {
    const part = fc.oneof(
      fc.uint8Array(),
      fc
        .constantFrom('CW_', 'CW_FAMILY', '$', '=$', 'CW_IMAGE=$', '\x7fELF', '#! /usr/binos/bin/packages_conf.sh')
        .map((s) => Buffer.from(s, 'latin1')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part), async (chunks) => {
        const one = await readImageFacts([Buffer.concat(chunks)]);
        assert.deepEqual(await readImageFacts(chunks), one);
        assert.equal((await checkImage(chunks)).state, 'unsigned');
      }),
    );
  });
});
