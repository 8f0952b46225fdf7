/** A device whose plug is pulled between two changes of what it keeps, and one that is switched on again behind it. */
import { resolvePath, ROOT, type VirtualPath } from '../../src/base/virtual-path.ts';
import { memoryStore } from '../../src/app/device/device-store.ts';
import {
  attachConsole,
  Device,
  type DeviceStore,
  type DeviceWorld,
  grammarsOf,
  layFactorySoftware,
  type Platform,
  STARTUP_CONFIG,
  writeText,
} from '../../src/device/index.ts';
import { FileError, type FileSystem } from '../../src/files/index.ts';
import { IosScreen, stoppedClock } from './ios-screen.ts';

const never = (): Promise<never> => new Promise(() => undefined);

/** Counts what changes once it is armed; from the one on that is too many, nothing changes any more and nothing is answered. */
class Plug {
  #left = Number.POSITIVE_INFINITY;
  readonly #pulled = Promise.withResolvers<'pulled'>();

  get pulled(): Promise<'pulled'> {
    return this.#pulled.promise;
  }

  arm(changes: number): void {
    this.#left = changes;
  }

  /** Whether one more change comes about. */
  take(): boolean {
    this.#left -= 1;
    if (this.#left < 0) this.#pulled.resolve('pulled');
    return this.#left >= 0;
  }

  change<T>(act: () => Promise<T>): Promise<T> {
    return this.take() ? act() : never();
  }
}

function pluggedFiles(files: FileSystem, plug: Plug): FileSystem {
  return {
    ...files,
    remove: (path) => plug.change(() => files.remove(path)),
    removeDirectory: (path) => plug.change(() => files.removeDirectory(path)),
    makeDirectory: (path) => plug.change(() => files.makeDirectory(path)),
    rename: (from, to) => plug.change(() => files.rename(from, to)),
    async openUpload(path, options) {
      const upload = await files.openUpload(path, options);
      return {
        startBytes: upload.startBytes,
        write: (bytes, position) => upload.write(bytes, position),
        commit: () => plug.change(() => upload.commit()),
        keep: () => upload.keep(),
        discard: () => upload.discard(),
      };
    },
  };
}

function pluggedStore(store: DeviceStore, plug: Plug): DeviceStore {
  const volumes = new Map<string, FileSystem>();
  return {
    volume(name) {
      const found = volumes.get(name) ?? pluggedFiles(store.volume(name), plug);
      volumes.set(name, found);
      return found;
    },
    load: () => store.load(),
    save(text) {
      if (plug.take()) store.save(text);
    },
  };
}

const grammars = new Map<string, ReturnType<typeof grammarsOf>>();

function grammarsFor(platform: Platform): ReturnType<typeof grammarsOf> {
  const found = grammars.get(platform.name) ?? grammarsOf(platform);
  grammars.set(platform.name, found);
  return found;
}

/** A box on a store: switched on, switched off, and on again. */
export function boxOn(store: DeviceStore, platform: Platform, other: Partial<DeviceWorld> = {}): Device {
  const world: DeviceWorld = {
    clock: stoppedClock,
    pace: 0,
    store,
    transfers: { open: () => Promise.reject(new FileError('unreachable', ROOT)) },
    random: (bytes) => new Uint8Array(bytes),
    makeRsaKey: () => Promise.resolve('a key'),
  };
  return new Device({
    platform,
    world: Object.assign(world, other),
    doors: { set: () => Promise.resolve(), drop: () => Promise.resolve() },
    grammars: grammarsFor(platform),
  });
}

/** What the store holds on which a device was prepared; `startup` are lines of its configuration. */
export async function preparedStore(
  platform: Platform,
  startup: readonly string[],
  put: (flash: FileSystem) => Promise<void>,
): Promise<DeviceStore> {
  const store = memoryStore(new Map(), stoppedClock);
  const device = boxOn(store, platform);
  await layFactorySoftware(device);
  await put(device.volumes.main.files);
  await writeText(device.volumes.nvram.files, STARTUP_CONFIG, startup.join('\n'));
  return store;
}

/** What was kept at this moment, for another life. */
export async function copyOfStore(store: DeviceStore, { volumes }: Platform): Promise<DeviceStore> {
  const copy = memoryStore(new Map(), stoppedClock);
  const kept = store.load();
  if (kept !== undefined) copy.save(kept);
  for (const { name } of volumes) await copyTree(store.volume(name.slice(0, -1)), copy.volume(name.slice(0, -1)));
  return copy;
}

async function copyTree(from: FileSystem, to: FileSystem, folder: VirtualPath = ROOT): Promise<void> {
  for await (const batch of from.list(folder))
    for (const { name, type, sizeBytes } of batch) {
      const path = resolvePath(folder, name) ?? ROOT;
      if (type === 'directory') {
        await to.makeDirectory(path);
        await copyTree(from, to, path);
        continue;
      }
      const bytes = new Uint8Array(sizeBytes);
      await using reader = await from.openReader(path);
      await reader.read(bytes, 0);
      const upload = await to.openUpload(path);
      await upload.write(bytes, 0);
      await upload.commit();
    }
}

export interface Life {
  /** Changes until the plug is pulled. */
  readonly changes: number;
  /** Typed at its console, in privileged mode. */
  readonly command: string;
  /** What the screen shows when the command has come to its end. */
  readonly end: RegExp;
}

/** Switches on, types a command, and pulls the plug at a change; `ended`: the command was over before. */
export async function liveAndDie(store: DeviceStore, platform: Platform, life: Life): Promise<'pulled' | 'ended'> {
  const plug = new Plug();
  const device = boxOn(pluggedStore(store, plug), platform);
  const screen = new IosScreen();
  const closed = new AbortController();
  await device.powerOn();
  const done = attachConsole(device, screen.terminal, closed.signal);
  screen.type('\renable\r');
  await screen.until((shown) => shown.endsWith('#'), 'a prompt');
  plug.arm(life.changes);
  screen.type(`${life.command}\r`);
  const ended = screen.until((shown) => life.end.test(shown), String(life.end)).then(() => 'ended' as const);
  const how = await Promise.race([plug.pulled, ended]);
  closed.abort();
  screen.terminal.close();
  // What waits for an answer of the store waits for ever.
  if (how === 'ended') await done;
  return how;
}

/** Switches on what was kept; the version that runs, or the state in which it stands instead. */
export async function versionAfterBoot(store: DeviceStore, platform: Platform): Promise<string> {
  const device = boxOn(store, platform);
  await device.powerOn();
  const { state } = device;
  const found = state.kind === 'running' ? state.system.image.version : state.kind;
  await device.powerOff();
  return found;
}
