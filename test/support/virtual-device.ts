/** A virtual device for one test: in this process, its files in memory, its time standing still until the test moves it. */
import { createManualClock } from '../../src/base/manual-clock.ts';
import { resolvePath, ROOT } from '../../src/base/virtual-path.ts';
import {
  attachConsole,
  Device,
  type DeviceOptions,
  type DeviceStore,
  type Doors,
  type DoorWishes,
  type FaultOrder,
  grammarsOf,
  layFactorySoftware,
  type Platform,
  PLATFORMS,
  serveVisitor,
  STARTUP_CONFIG,
  type TransferPort,
  writeText,
} from '../../src/device/index.ts';
import { FileError, type FileSystem, memoryFileSystem } from '../../src/files/index.ts';
import { Screen } from './screen.ts';

type ManualClock = ReturnType<typeof createManualClock>;

/** The first of March, so that dates have a day of one digit. */
const START_MS = Date.UTC(2026, 2, 1);

export interface VirtualDeviceOptions {
  /** A name of the catalogue; `c2911` unless told. */
  readonly platform?: string;
  /** Changes of the platform, such as a smaller flash. */
  readonly adjust?: (platform: Platform) => Platform;
  /** The startup configuration; a device without one begins with the setup dialog. */
  readonly startup?: string;
  readonly transfers?: TransferPort;
  readonly faults?: FaultOrder;
  /** Whether the factory's image lies in the main volume; it does unless told. */
  readonly factory?: 'there' | 'missing';
}

export interface VirtualDevice extends AsyncDisposable {
  readonly device: Device;
  readonly clock: ManualClock;
  /** What the doors were told last. */
  readonly wishes: DoorWishes | undefined;
  /** Attaches the console; another attaches in its place. */
  console(): Screen;
  /** Somebody comes in over the network, from 10.0.0.7 unless told. */
  visit(how?: Partial<Pick<Parameters<typeof serveVisitor>[1], 'door' | 'user' | 'command' | 'peer'>>): Screen;
  /** The file system of a volume by its name with the colon. */
  files(volume: string): FileSystem;
  /** Writes a file whole. */
  put(volume: string, path: string, bytes: Uint8Array): Promise<void>;
}

/** Alarms that are due at once go off at once; the others wait for the test. */
function deviceClock(): ManualClock {
  const clock = createManualClock(START_MS);
  return {
    ...clock,
    get waiting() {
      return clock.waiting;
    },
    after(delayMs, callback) {
      if (delayMs > 0) return clock.after(delayMs, callback);
      const soon = setImmediate(callback);
      return () => clearImmediate(soon);
    },
  };
}

/** Bytes that are the same in each run. */
function countedBytes(): (count: number) => Uint8Array {
  let next = 0;
  return (count) => Uint8Array.from({ length: count }, () => (next = (next + 7) % 256));
}

function memoryStore(clock: ManualClock): DeviceStore {
  const volumes = new Map<string, FileSystem>();
  let hardware: string | undefined;
  return {
    volume(name) {
      const found = volumes.get(name) ?? memoryFileSystem({ clock });
      volumes.set(name, found);
      return found;
    },
    load: () => hardware,
    save(text) {
      hardware = text;
    },
  };
}

const grammars = new Map<string, ReturnType<typeof grammarsOf>>();

/** Compiled once for a platform that nothing adjusts. */
function grammarsFor(platform: Platform): ReturnType<typeof grammarsOf> {
  const found = grammars.get(platform.name) ?? grammarsOf(platform);
  grammars.set(platform.name, found);
  return found;
}

const NO_NETWORK: TransferPort = { open: ({ path }) => Promise.reject(new FileError('unreachable', path)) };

function platformOf({ platform: name = 'c2911', adjust = (one) => one }: VirtualDeviceOptions): Platform {
  const found = PLATFORMS.get(name);
  if (found === undefined) throw new RangeError(`there is no platform ${name}`);
  return adjust(found);
}

function deviceOptions(
  options: VirtualDeviceOptions,
  { clock, doors }: { readonly clock: ManualClock; readonly doors: Doors },
): DeviceOptions {
  const platform = platformOf(options);
  const world = {
    clock,
    pace: 0,
    store: memoryStore(clock),
    transfers: options.transfers ?? NO_NETWORK,
    random: countedBytes(),
    makeRsaKey: (bits: number) => Promise.resolve(`a key of ${bits} bits`),
  };
  const faults = options.faults ?? new Map();
  return { platform, world, doors, faults, grammars: grammarsFor(platform) };
}

/** Makes one that is switched off; disposing pulls the plug. */
export async function virtualDevice(options: VirtualDeviceOptions = {}): Promise<VirtualDevice> {
  const clock = deviceClock();
  let wishes: DoorWishes | undefined;
  const doors: Doors = {
    set: (wished) => Promise.resolve(void (wishes = wished)),
    drop: () => Promise.resolve(void (wishes = undefined)),
  };
  const device = new Device(deviceOptions(options, { clock, doors }));
  const filesOf = (volume: string): FileSystem => {
    const found = device.volumes.named(volume);
    if (found === undefined) throw new RangeError(`the device has no ${volume}`);
    return found.files;
  };
  const attached = new AbortController();
  const open = (serve: (screen: Screen, signal: AbortSignal) => Promise<void>): Screen => {
    const screen = new Screen();
    screen.watch(serve(screen, AbortSignal.any([attached.signal, screen.gone])));
    return screen;
  };
  if (options.factory !== 'missing') await layFactorySoftware(device, { sizeBytes: factoryBytes(device.platform) });
  if (options.startup !== undefined) await writeText(device.volumes.nvram.files, STARTUP_CONFIG, options.startup);
  return {
    device,
    clock,
    get wishes() {
      return wishes;
    },
    console: () => open((screen, signal) => attachConsole(device, screen.terminal, signal)),
    visit: (how = {}) =>
      open((screen, signal) =>
        serveVisitor(device, { peer: '10.0.0.7', door: 'telnet', ...how, terminal: screen.terminal, signal }),
      ),
    files: filesOf,
    async put(volume, path, bytes) {
      const upload = await filesOf(volume).openUpload(resolvePath(ROOT, path) ?? ROOT);
      await upload.write(bytes, 0);
      await upload.commit();
    },
    async [Symbol.asyncDispose]() {
      attached.abort(new Error('the test is over'));
      await device.powerOff();
    },
  };
}

/** As small as the family's images may be. */
const factoryBytes = ({ style }: Platform): number =>
  style === 'catalyst-9k' || style === 'isr-xe' ? 1024 * 1024 : 65_536;
