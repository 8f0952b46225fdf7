/** Install mode and time: what nobody commits, and what a plug interrupts that is pulled while the device works. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createManualClock } from '../../src/base/manual-clock.ts';
import { resolvePath, ROOT } from '../../src/base/virtual-path.ts';
import { expandBundle, readBundle } from '../../src/device/install/provisioning.ts';
import { activate } from '../../src/device/install/trial.ts';
import { attachConsole, type Device, type DeviceStore, type DeviceWorld, PLATFORMS } from '../../src/device/index.ts';
import { madeImage } from '../support/images.ts';
import { IosScreen } from '../support/ios-screen.ts';
import { boxOn, copyOfStore, preparedStore, versionAfterBoot } from '../support/pulled-plug.ts';
import { putFile } from '../support/scp.ts';

const platform = PLATFORMS.get('c9300') ?? assert.fail();
const newer = madeImage({ family: 'CAT9K_IOSXE', version: '17.3.1' });
const MINUTE_MS = 60_000;
const OLD = '16.12.4';
const NEW = '17.3.1';

const prepared = await preparedStore(platform, ['boot system flash:packages.conf'], (flash) =>
  putFile(flash, `/${newer.name}`, newer.bytes),
);

/** Short waits come at once, long ones when the test says so. */
function clockToMove(): ReturnType<typeof createManualClock> {
  const clock = createManualClock(Date.UTC(2026, 2, 1, 12));
  return Object.assign(Object.create(clock) as typeof clock, {
    after(delayMs: number, callback: () => void): () => void {
      if (delayMs > 100) return clock.after(delayMs, callback);
      const soon = setImmediate(callback);
      return () => clearImmediate(soon);
    },
  });
}

interface Scene extends AsyncDisposable {
  readonly device: Device;
  readonly screen: IosScreen;
  /** Types a line and waits for what the screen shows behind it. */
  type(line: string, until: RegExp): Promise<void>;
}

async function sitDown(store: DeviceStore, world: Partial<DeviceWorld>): Promise<Scene> {
  const device = boxOn(store, platform, world);
  const screen = new IosScreen();
  const closed = new AbortController();
  await device.powerOn();
  const done = attachConsole(device, screen.terminal, closed.signal);
  const type = async (line: string, until: RegExp): Promise<void> => {
    const from = screen.shown.length;
    screen.type(`${line}\r`);
    await screen.until((shown) => until.test(shown.slice(from)), String(until));
    assert.match(screen.shown.slice(from), until);
  };
  await type('', />$/);
  await type('enable', /#$/);
  return {
    device,
    screen,
    type,
    async [Symbol.asyncDispose]() {
      closed.abort();
      screen.terminal.close();
      await done;
      await device.powerOff();
    },
  };
}

const runningVersion = ({ state }: Device): string =>
  state.kind === 'running' ? state.system.image.version : state.kind;

async function untilRunning(device: Device, version: string): Promise<void> {
  while (runningVersion(device) !== version) await device.untilChange(AbortSignal.timeout(4_000));
}

const ACTIVATE = `install add file flash:${newer.name} activate prompt-level none`;

describe('software that nobody commits', () => {
  test('is taken back two hours behind its activation, and the device reloads', async () => {
    const clock = clockToMove();
    const store = await copyOfStore(prepared, platform);
    await using scene = await sitDown(store, { clock });
    await scene.type(ACTIVATE, /started!\n\n$/);
    assert.equal(runningVersion(scene.device), NEW);
    await scene.type('', />$/);
    await scene.type('enable', /#$/);
    clock.advance(119 * MINUTE_MS);
    // Nobody has typed for ten minutes: the line is to be entered again.
    await scene.type('', />$/);
    await scene.type('enable', /#$/);
    await scene.type('show install summary', /active on install_activate, time before rollback - 00:01:00/);
    clock.advance(MINUTE_MS);
    await untilRunning(scene.device, OLD);
  });

  test('gets no new two hours when the device was off', async () => {
    const clock = clockToMove();
    const device = boxOn(await copyOfStore(prepared, platform), platform, { clock });
    const spot = { volume: device.volumes.main, path: resolvePath(ROOT, newer.name) ?? ROOT };
    const bundle = await readBundle(spot, platform);
    await expandBundle(spot, bundle);
    await activate(device, { conf: bundle.confPath, nowMs: clock.now() });
    clock.advance(119 * MINUTE_MS);
    await device.powerOn();
    assert.equal(runningVersion(device), NEW);
    clock.advance(MINUTE_MS);
    await untilRunning(device, OLD);
    await device.powerOff();
  });

  test('stays when it is committed', async () => {
    const clock = clockToMove();
    const store = await copyOfStore(prepared, platform);
    await using scene = await sitDown(store, { clock });
    await scene.type(ACTIVATE, /started!\n\n$/);
    await scene.type('', />$/);
    await scene.type('enable', /#$/);
    await scene.type('install commit', /SUCCESS: install_commit/);
    clock.advance(180 * MINUTE_MS);
    assert.equal(runningVersion(scene.device), NEW);
    assert.equal(await versionAfterBoot(store, platform), NEW);
  });
});

describe('a device that is switched off while it installs', () => {
  test('does nothing more, however long its phases would have taken', async () => {
    const clock = clockToMove();
    const store = await copyOfStore(prepared, platform);
    {
      await using scene = await sitDown(store, { clock });
      Object.assign(scene.device.world, { pace: 1 });
      await scene.type(ACTIVATE.replace('activate', 'activate commit'), /\[1\] Add package\(s\) on switch 1/);
      await scene.device.powerOff();
      clock.advance(60 * MINUTE_MS);
    }
    assert.equal(await versionAfterBoot(store, platform), OLD);
  });
});

describe('packages that do not fit', () => {
  test('are refused at once, and nothing is written', async () => {
    const volumes = platform.volumes.map((facts, index) => (index === 0 ? { ...facts, bytes: 2_600_000 } : facts));
    const small = { ...platform, volumes };
    const store = await copyOfStore(prepared, platform);
    const device = boxOn(store, small);
    const before = await device.volumes.main.freeBytes();
    const screen = new IosScreen();
    const closed = new AbortController();
    await device.powerOn();
    const done = attachConsole(device, screen.terminal, closed.signal);
    screen.type(`\renable\r${ACTIVATE}\r`);
    await screen.until((shown) => shown.includes('FAILED: install_add_activate'), 'FAILED');
    assert.match(
      screen.shown,
      /FAILED: There is not enough free disk available to perform this operation on switch 1\. At least \d+ KB of free disk is required/,
    );
    assert.equal(await device.volumes.main.freeBytes(), before);
    closed.abort();
    screen.terminal.close();
    await done;
    await device.powerOff();
  });
});

test('a package that is damaged is not booted', async () => {
  const store = await copyOfStore(prepared, platform);
  await putFile(store.volume('flash'), '/cat9k-wlc.16.12.04.SPA.pkg', newer.bytes.subarray(0, 9_000));
  assert.equal(await versionAfterBoot(store, platform), NEW);
});
