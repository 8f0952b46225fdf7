/** Software is installed, and the plug is pulled between any two changes of flash: and of what the hardware remembers. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type DeviceStore, type Platform, PLATFORMS } from '../../src/device/index.ts';
import { madeImage, madeTarImage, type MadeImage } from '../support/images.ts';
import { copyOfStore, liveAndDie, preparedStore, versionAfterBoot } from '../support/pulled-plug.ts';
import { putFile } from '../support/scp.ts';

const platformOf = (name: string): Platform => PLATFORMS.get(name) ?? assert.fail(name);

interface Installation {
  readonly platform: Platform;
  readonly image: MadeImage;
  readonly startup?: readonly string[];
  readonly command: string;
  readonly end: RegExp;
}

/** Calls back for each moment at which the plug can be pulled, with what is left of the device. */
async function atEachChange(
  { platform, image, startup = [], command, end }: Installation,
  look: (left: DeviceStore, changes: number) => Promise<void>,
): Promise<number> {
  const prepared = await preparedStore(platform, ['no service config', ...startup], (flash) =>
    putFile(flash, `/${image.name}`, image.bytes),
  );
  for (let changes = 0; ; changes += 1) {
    const store = await copyOfStore(prepared, platform);
    const how = await liveAndDie(store, platform, { changes, command, end });
    await look(await copyOfStore(store, platform), changes);
    if (how === 'ended') return changes;
  }
}

const c9300 = platformOf('c9300');
const newer = madeImage({ family: 'CAT9K_IOSXE', version: '17.3.1' });
const STARTED_AGAIN = /started![^]*started!/;

describe('the plug is pulled while', () => {
  test('install add, activate and commit run: the old or the new software boots', async () => {
    const versions = new Set<string>();
    const changes = await atEachChange(
      {
        platform: c9300,
        image: newer,
        startup: ['boot system flash:packages.conf'],
        command: `install add file flash:${newer.name} activate commit prompt-level none`,
        end: STARTED_AGAIN,
      },
      async (left) => void versions.add(await versionAfterBoot(left, c9300)),
    );
    assert.ok(changes > 15, `only ${changes} changes`);
    assert.deepEqual([...versions], ['16.12.4', '17.3.1']);
  });

  test('software is activated that nobody commits: behind two boots it is the old one again', async () => {
    await atEachChange(
      {
        platform: c9300,
        image: newer,
        startup: ['boot system flash:packages.conf'],
        command: `install add file flash:${newer.name} activate prompt-level none`,
        end: STARTED_AGAIN,
      },
      async (left, changes) => {
        await versionAfterBoot(left, c9300);
        assert.equal(await versionAfterBoot(left, c9300), '16.12.4', `cut behind ${changes} changes`);
      },
    );
  });

  const c2960 = platformOf('c2960');
  const archive = madeTarImage({ family: 'C2960', version: '15.2(7)E10' });
  for (const option of ['/overwrite', '/leave-old-sw'])
    test(`archive download-sw ${option} runs: the old or the new software boots`, async () => {
      const versions = new Set<string>();
      await atEachChange(
        {
          platform: c2960,
          image: archive,
          command: `archive download-sw ${option} flash:${archive.name}`,
          end: /All software images installed/,
        },
        async (left) => void versions.add(await versionAfterBoot(left, c2960)),
      );
      assert.deepEqual([...versions], ['15.0(2)SE11', '15.2(7)E10']);
    });
});
