/** Names of image files as Cisco gives them, and what they say. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { identifyImage, systemDescription } from './image-facts.ts';
import { IMAGE_FAMILIES } from './image-families.ts';
import { imageFileName, readImageFileName } from './image-file-name.ts';
import { parseImageVersion, xeReleaseName } from './image-version.ts';

/** Name, family, feature set, version, image id. */
const NAMES = [
  ['c2900-universalk9-mz.SPA.151-4.M4.bin', 'C2900', 'universalk9', '15.1(4)M4', 'C2900-UNIVERSALK9-M'],
  ['c1900-universalk9-mz.SPA.157-3.M8.bin', 'C1900', 'universalk9', '15.7(3)M8', 'C1900-UNIVERSALK9-M'],
  ['c3900-universalk9_npe-mz.SPA.154-3.S.bin', 'C3900', 'universalk9_npe', '15.4(3)S', 'C3900-UNIVERSALK9_NPE-M'],
  ['c2960-lanbasek9-mz.150-2.SE11.bin', 'C2960', 'lanbasek9', '15.0(2)SE11', 'C2960-LANBASEK9-M'],
  ['c2960-lanbasek9-tar.150-2.SE11.tar', 'C2960', 'lanbasek9', '15.0(2)SE11', 'C2960-LANBASEK9-M'],
  ['c2960x-universalk9-mz.152-7.E4.bin', 'C2960X', 'universalk9', '15.2(7)E4', 'C2960X-UNIVERSALK9-M'],
  ['c3750-ipservicesk9-mz.122-55.SE12.bin', 'C3750', 'ipservicesk9', '12.2(55)SE12', 'C3750-IPSERVICESK9-M'],
  ['c2600-ipbase-mz.123-26.bin', 'C2600', 'ipbase', '12.3(26)', 'C2600-IPBASE-M'],
  ['cat9k_iosxe.17.03.01.SPA.bin', 'CAT9K_IOSXE', 'universalk9', '17.3.1', 'CAT9K_IOSXE'],
  ['isr4300-universalk9.17.03.01a.SPA.bin', 'ISR4300', 'universalk9', '17.3.1a', 'X86_64_LINUX_IOSD-UNIVERSALK9-M'],
] as const;

describe('names of image files', () => {
  for (const [name, family, feature, version, imageId] of NAMES)
    test(name, () => {
      const made = identifyImage({ family: family.toLowerCase(), feature, version });
      assert.ok(made.ok);
      assert.equal(imageFileName(made.identity, name.endsWith('.tar') ? 'tar' : 'bin'), name);
      const { paddedVersion, kind, ...read } = readImageFileName(name) ?? assert.fail('not read');
      assert.deepEqual(read, { family, imageId, feature, version });
      assert.equal(made.identity.imageId, imageId);
      assert.equal(made.identity.paddedVersion, paddedVersion);
      const isXe = paddedVersion !== undefined;
      assert.equal(kind, name.endsWith('.tar') ? 'tar' : isXe ? 'install-bundle' : 'bin');
    });

  test('names of other things say nothing', () => {
    for (const name of [
      'config.text',
      'c2900-universalk9-mz.SPA.151-4.M4.tar',
      'c2960-lanbasek9-tar.150-2.SE11.bin',
      'c9999-universalk9-mz.SPA.151-4.M4.bin',
      'c2900-universalk9-mz.SPA.17.03.01.bin',
      'cat9k_iosxe.151-4.M4.SPA.bin',
      'c2960-lanbasek9-mz.150-2.SE11.bin.part',
      `c2960-lanbasek9-mz.${'1'.repeat(300)}.bin`,
      '',
    ])
      assert.equal(readImageFileName(name), undefined, name);
  });

  test('no name is too strange to be asked about', () => {
    fc.assert(fc.property(fc.string(), (name) => void readImageFileName(name)));
  });
});

describe('versions', () => {
  test('each spelling leads to the same version', () => {
    assert.deepEqual(parseImageVersion('17.3.1'), parseImageVersion('17.03.01'));
    assert.deepEqual(parseImageVersion('17.9.6a'), parseImageVersion('17.09.06a'));
    assert.deepEqual(parseImageVersion('15.1(4)M4'), parseImageVersion('151-4.M4'));
  });

  test('releases of IOS XE have names', () => {
    const name = (text: string): string | undefined => xeReleaseName(parseImageVersion(text) ?? assert.fail());
    assert.deepEqual(['16.12.4', '17.3.1', '17.9.6a', '17.12.4', '17.15.1', '15.1(4)M4'].map(name), [
      'Gibraltar',
      'Amsterdam',
      'Cupertino',
      'Dublin',
      'IOSXE',
      undefined,
    ]);
  });

  test('what is no version is refused', () => {
    for (const text of ['', '15', '15.1', '15.1(4', '17.3', '1.2.3', '15.1(4)M4 ', '９9.9.9', 'x'.repeat(1000)])
      assert.equal(parseImageVersion(text), undefined, text);
  });
});

describe('what an image is', () => {
  test('is described as show version begins', () => {
    const lines = (family: string, version: string): string[] => {
      const made = identifyImage({ family, version });
      return systemDescription(made.ok ? made.identity : assert.fail(made.reason)).split('\r\n');
    };
    assert.deepEqual(lines('C2900', '15.1(4)M4'), [
      'Cisco IOS Software, C2900 Software (C2900-UNIVERSALK9-M), Version 15.1(4)M4, RELEASE SOFTWARE (fc1)',
      'Compiled Thu 01-Jan-15 00:00 by portcall',
    ]);
    assert.deepEqual(lines('C2600', '12.3(26)').slice(0, 2), [
      'Cisco Internetwork Operating System Software ',
      'IOS (tm) C2600 Software (C2600-IPBASE-M), Version 12.3(26), RELEASE SOFTWARE (fc1)',
    ]);
    assert.equal(
      lines('cat9k', '17.03.01')[0],
      'Cisco IOS Software [Amsterdam], Catalyst L3 Switch Software (CAT9K_IOSXE), Version 17.3.1, RELEASE SOFTWARE (fc1)',
    );
  });

  test('is refused with what there is instead', () => {
    const reason = (family: string, version: string, feature?: string): string => {
      const made = identifyImage({ family, version, ...(feature === undefined ? {} : { feature }) });
      return made.ok ? assert.fail('taken') : made.reason;
    };
    assert.match(reason('c9999', '15.1(4)M4'), /no family c9999; there are C2600, C1900/);
    assert.match(reason('c2900', '15.1(4)M4', 'ipbase'), /no feature set ipbase; it has universalk9/);
    assert.match(reason('c2900', '17.3.1'), /one looks like 15\.1\(4\)M4/);
    assert.match(reason('cat9k', '15.1(4)M4'), /one looks like 17\.3\.1/);
  });

  test('families have parts that make a whole', () => {
    for (const { packages } of IMAGE_FAMILIES)
      if (packages)
        assert.equal(
          packages.map(([, percent]) => percent).reduce((a, b) => a + b),
          100,
        );
  });
});
