/** Bundles of IOS XE: the packages within, each an image of its own, and packages.conf. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isPackagesConfWhole, makePackagesConf, readBundlePackages, readPackagesConf } from './bundle.ts';
import { checkImage } from './check-image.ts';
import { identifyImage, type ImageIdentity } from './image-facts.ts';
import { makeImage } from './make-image.ts';
import { readImageFacts } from './read-image-facts.ts';

const identity = (family: string, version: string): ImageIdentity => {
  const made = identifyImage({ family, version });
  return made.ok ? made.identity : assert.fail(made.reason);
};
const bundle = Buffer.concat([...makeImage({ facts: identity('cat9k', '17.3.1'), sizeBytes: 2_000_003 })]);

const NAMES = [
  'cat9k-cc_srdriver.17.03.01.SPA.pkg',
  'cat9k-espbase.17.03.01.SPA.pkg',
  'cat9k-guestshell.17.03.01.SPA.pkg',
  'cat9k-rpbase.17.03.01.SPA.pkg',
  'cat9k-rpboot.17.03.01.SPA.pkg',
  'cat9k-sipbase.17.03.01.SPA.pkg',
  'cat9k-sipspa.17.03.01.SPA.pkg',
  'cat9k-srdriver.17.03.01.SPA.pkg',
  'cat9k-webui.17.03.01.SPA.pkg',
  'cat9k-wlc.17.03.01.SPA.pkg',
];

describe('a bundle', () => {
  test('tells which packages lie where, from its first bytes alone', async () => {
    const packages = await readBundlePackages([bundle.subarray(0, 3000), bundle.subarray(3000, 5000)]);
    assert.deepEqual(
      packages?.map(({ name }) => name),
      NAMES,
    );
  });

  test('expands to packages that are whole', async () => {
    for (const { name, offset, sizeBytes } of (await readBundlePackages([bundle])) ?? assert.fail()) {
      const bytes = bundle.subarray(offset, offset + sizeBytes);
      const reading = await readImageFacts([bytes]);
      assert.ok(reading.ok, name);
      assert.deepEqual([reading.facts.kind, reading.facts.paddedVersion], ['package', '17.03.01']);
      assert.equal((await checkImage([bytes])).state, 'whole', name);
    }
  });

  test('is damaged when a package is', async () => {
    const bytes = Buffer.from(bundle);
    bytes[1_000_000] = (bytes[1_000_000] ?? 0) ^ 1;
    assert.equal((await checkImage([bytes])).state, 'damaged');
  });

  test('other files are none', async () => {
    const c2900 = makeImage({ facts: identity('C2900', '15.1(4)M4'), sizeBytes: 8192 });
    assert.equal(await readBundlePackages(c2900), undefined);
    assert.equal(await readBundlePackages([]), undefined);
  });

  test('lists that lead out of the file or overlap are refused', async () => {
    for (const packages of [
      'CW_PACKAGE=$a-b.pkg 4096 99999$',
      'CW_PACKAGE=$a-b.pkg 0 5000$',
      'CW_PACKAGE=$../b.pkg 4096 100$',
      'CW_PACKAGE=$a-b.pkg 4096 100$CW_PACKAGE=$a-c.pkg 4100 100$',
      'CW_PACKAGE=$a-b.pkg 4096 100$CW_PACKAGE=$a-b.pkg 5000 100$',
    ])
      assert.equal(
        await readBundlePackages([Buffer.from(`CW_PORTCALL=$1 sha512 9000$${packages}`)]),
        undefined,
        packages,
      );
  });
});

describe('packages.conf', () => {
  const text = makePackagesConf(NAMES);

  test('boots rpboot first, mounts the others, and names each', () => {
    const lines = text.split('\n').filter((line) => /^(boot|iso)/.test(line));
    assert.equal(lines[0], 'boot   rp 0 0   rp_boot cat9k-rpboot.17.03.01.SPA.pkg');
    assert.ok(lines.includes('iso   rp 0 0   rp_iosd cat9k-rpbase.17.03.01.SPA.pkg'));
    assert.deepEqual([...(readPackagesConf(text) ?? [])].sort(), NAMES);
  });

  test('knows whether somebody has edited it', () => {
    assert.ok(isPackagesConfWhole(text));
    assert.ok(!isPackagesConfWhole(text.replace('17.03.01', '17.03.02')));
    assert.ok(!isPackagesConfWhole('boot rp 0 0 rp_boot x.pkg\n'));
  });

  test('is recognised as a file', async () => {
    const reading = await readImageFacts([Buffer.from(text)]);
    assert.ok(reading.ok);
    assert.deepEqual(
      [reading.facts.kind, reading.facts.family, reading.facts.version],
      ['packages-conf', 'CAT9K_IOSXE', '17.3.1'],
    );
    assert.equal(readPackagesConf('hostname R1\n'), undefined);
  });
});
