/** `archive download-sw` where something is in its way: a server that falls silent, members of a stack without room. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolvePath, ROOT } from '../../src/base/virtual-path.ts';
import { attachConsole, type Device, type Platform, PLATFORMS, type TransferPort } from '../../src/device/index.ts';
import { memoryFileSystem } from '../../src/files/index.ts';
import { madeTarImage, type MadeImage } from '../support/images.ts';
import { IosScreen } from '../support/ios-screen.ts';
import { boxOn, preparedStore } from '../support/pulled-plug.ts';
import { putFile } from '../support/scp.ts';

const platformOf = (name: string): Platform => PLATFORMS.get(name) ?? assert.fail(name);

/** A server that gives so much of its one file, and then nothing more. */
function silentBehind(bytes: number, { name, bytes: content }: MadeImage): TransferPort {
  return {
    async open() {
      const files = memoryFileSystem({});
      await putFile(files, `/${name}`, content);
      const path = resolvePath(ROOT, name) ?? ROOT;
      return {
        path,
        files: Object.assign(Object.create(files) as typeof files, {
          home: ROOT,
          close: () => Promise.resolve(),
          [Symbol.asyncDispose]: () => Promise.resolve(),
          async openReader() {
            const reader = await files.openReader(path);
            return {
              entry: reader.entry,
              read: async (into: Uint8Array, position: number) =>
                position >= bytes
                  ? await new Promise<number>(() => undefined)
                  : await reader.read(into.subarray(0, bytes - position), position),
              close: () => reader.close(),
              [Symbol.asyncDispose]: () => reader.close(),
            };
          },
        }),
      };
    },
  };
}

async function atConsole(device: Device, act: (screen: IosScreen) => Promise<void>): Promise<void> {
  const screen = new IosScreen();
  const closed = new AbortController();
  await device.powerOn();
  const done = attachConsole(device, screen.terminal, closed.signal);
  screen.type('\renable\r');
  await screen.until((shown) => shown.endsWith('#'), 'a prompt');
  await act(screen);
  closed.abort();
  screen.terminal.close();
  await done;
  await device.powerOff();
}

async function namesIn(device: Device, volume: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const batch of device.volumes.named(volume)?.files.list(ROOT) ?? [])
    names.push(...batch.map(({ name }) => name));
  return names.toSorted();
}

test('Ctrl-C ends a download from a server that is silent, and nothing of it is left', async () => {
  const platform = platformOf('c2960');
  const image = madeTarImage({ family: 'C2960', version: '15.2(7)E10' });
  const store = await preparedStore(platform, ['no service config'], () => Promise.resolve());
  const device = boxOn(store, platform, { transfers: silentBehind(6_000, image) });
  const before = await namesIn(device, 'flash:');
  await atConsole(device, async (screen) => {
    screen.type(`archive download-sw /overwrite tftp://192.0.2.10/${image.name}\r`);
    await screen.until((shown) => shown.includes('.bin (8192 bytes)'), 'the image');
    screen.type('\x03');
    await screen.until((shown) => shown.endsWith('#'), 'a prompt');
    assert.match(screen.shown, /#$/);
  });
  assert.deepEqual(await namesIn(device, 'flash:'), before);
  assert.equal(device.hardware.facts.boot, '');
});

test('each member of a stack must have room, and is looked at before anything is written', async () => {
  const stack = platformOf('c3750');
  const volumes = stack.volumes.map((facts) => (facts.name === 'flash2:' ? { ...facts, bytes: 4_000 } : facts));
  const platform = { ...stack, volumes };
  const image = madeTarImage({ family: 'C3750', version: '15.0(2)SE11' });
  const store = await preparedStore(stack, ['no service config'], (flash) =>
    putFile(flash, `/${image.name}`, image.bytes),
  );
  const device = boxOn(store, platform);
  const before = await namesIn(device, 'flash:');
  await atConsole(device, async (screen) => {
    screen.type(`archive download-sw /overwrite /safe flash:${image.name}\r`);
    await screen.until((shown) => shown.includes('ERROR:'), 'an error');
    assert.match(
      screen.shown,
      /ERROR: Not enough space on flash2: for the new image: \d+ bytes are needed, 4000 are free/,
    );
  });
  assert.deepEqual([await namesIn(device, 'flash:'), await namesIn(device, 'flash2:')], [before, []]);
});
