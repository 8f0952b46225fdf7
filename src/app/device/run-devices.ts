/** Makes virtual devices and switches them on: each with its store, its doors, its software and its configuration. */
import { generateKeyPair, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Clock, systemClock } from '../../base/clock.ts';
import type { DeviceSettings, LabSettings } from '../../config/device-settings.ts';
import { present } from '../../config/present.ts';
import { ConfigurationError } from '../../config/problem.ts';
import {
  Device,
  type DeviceOptions,
  type DeviceWorld,
  FAULTS,
  type FaultOrder,
  FaultSyntaxError,
  grammarsOf,
  layFactorySoftware,
  leastFactoryBytes,
  parseFault,
  type Platform,
  PLATFORMS,
  STARTUP_CONFIG,
  StateError,
  writeText,
} from '../../device/index.ts';
import type { Observer } from '../../observe/event.ts';
import { openConsoleDoor } from './console-door.ts';
import { defaultConfiguration } from './default-configuration.ts';
import { folderStore, memoryStore, type OpenStore } from './device-store.ts';
import { NetworkDoors } from './network-doors.ts';
import { deviceTransfers, type TransferOptions } from './transfers.ts';

export interface DeviceListener {
  readonly protocol: 'telnet' | 'ssh' | 'tftp' | 'console';
  readonly host: string;
  readonly port: number;
  /** The host name that the device was given. */
  readonly device: string;
}

export interface DeviceSurroundings {
  readonly observe: Observer;
  /** What is spoken on the control connections of copies. */
  readonly observeTransfers?: TransferOptions['observe'];
  readonly clock?: Clock;
}

/** Devices that are there; none of them is switched on yet. */
export interface Lab extends AsyncDisposable {
  readonly devices: readonly Device[];
  /** Resolves when all of them run, or stand at their loader. Throws when a door cannot be opened. */
  powerOn(): Promise<readonly DeviceListener[]>;
}

/** OpenSSL makes no smaller ones, and nobody asks a lab for a weaker key than it can have. */
const LEAST_RSA_BITS = 1024;
const DEFAULT_RSA_BITS = 2048;

async function makeRsaKey(bits: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const encoding = {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  } as const;
  generateKeyPair('rsa', { modulusLength: Math.max(bits, LEAST_RSA_BITS), ...encoding }, (error, _open, secret) => {
    if (error === null) resolve(secret);
    else reject(error);
  });
  return await promise;
}

function platformOf({ platform, where }: DeviceSettings): Platform {
  const found = PLATFORMS.get(platform);
  if (found !== undefined) return found;
  const what = `there is no platform ${platform}; there are ${[...PLATFORMS.keys()].join(', ')}`;
  throw new ConfigurationError([{ where, what }]);
}

function faultsOf({ faults, where }: DeviceSettings): FaultOrder {
  try {
    return new Map(faults.map(parseFault));
  } catch (error) {
    if (!(error instanceof FaultSyntaxError)) throw error;
    throw new ConfigurationError([{ where: where === '--platform' ? '--fault' : where, what: error.message }]);
  }
}

function readConfig(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new ConfigurationError([{ where: '--config', what: `${file} cannot be read (${code})` }]);
  }
}

/** The platforms by name, each with what it is. */
export const PLATFORM_TITLES: ReadonlyMap<string, string> = new Map(
  [...PLATFORMS.values()].map(({ name, title }) => [name, title]),
);

/** Each fault by its name, with what its value means. */
export const FAULT_SENTENCES: readonly string[] = Object.entries(FAULTS).map(([name, what]) => `${name} (${what})`);

export { attachConsole, type LineTerminal } from '../../device/index.ts';

/** What all devices of a lab share: grammars are large, and keys take long. */
class Workshop {
  readonly #grammars = new Map<Platform, ReturnType<typeof grammarsOf>>();
  #rsaKey: Promise<string> | undefined;

  grammars(platform: Platform): ReturnType<typeof grammarsOf> {
    const found = this.#grammars.get(platform) ?? grammarsOf(platform);
    this.#grammars.set(platform, found);
    return found;
  }

  /** The key that new devices come with. */
  rsaKey(): Promise<string> {
    this.#rsaKey ??= makeRsaKey(DEFAULT_RSA_BITS);
    return this.#rsaKey;
  }
}

interface Making {
  readonly settings: DeviceSettings;
  readonly pace: number;
  readonly surroundings: DeviceSurroundings;
  readonly workshop: Workshop;
}

interface Made {
  readonly device: Device;
  readonly store: OpenStore;
  readonly doors: NetworkDoors;
  readonly settings: DeviceSettings;
}

function storeFor({ state, flash }: DeviceSettings, platform: Platform): OpenStore {
  const [main] = platform.volumes;
  const folders = new Map(flash === undefined || main === undefined ? [] : [[main.name.slice(0, -1), flash]]);
  return state === undefined ? memoryStore(folders) : folderStore(state, folders);
}

function worldFor({ pace, surroundings }: Making, store: OpenStore): DeviceWorld {
  return {
    clock: surroundings.clock ?? systemClock,
    pace,
    store,
    transfers: deviceTransfers(present('observe', surroundings.observeTransfers)),
    random: randomBytes,
    makeRsaKey,
  };
}

function confirmImageSize({ imageBytes, where }: DeviceSettings, platform: Platform): void {
  const least = leastFactoryBytes(platform);
  if (imageBytes === undefined || imageBytes >= least) return;
  const what = `must be ${least} bytes or more for a ${platform.name}`;
  throw new ConfigurationError([{ where: where === '--platform' ? '--image-size' : `${where}: image-size`, what }]);
}

/** What a factory, and whoever made it ready, have done before it is first switched on. */
async function prepare(device: Device, { settings, workshop }: Making): Promise<void> {
  const { platform, volumes, hardware, world } = device;
  if (hardware.isNew) await layFactorySoftware(device, present('sizeBytes', settings.imageBytes));
  if (settings.config !== undefined) {
    await writeText(volumes.nvram.files, STARTUP_CONFIG, readConfig(settings.config));
    return;
  }
  if (settings.isBlank || !hardware.isNew) return;
  const text = await defaultConfiguration(platform, settings, world.random);
  await writeText(volumes.nvram.files, STARTUP_CONFIG, text);
  const name = `${settings.hostname}.lab.example`;
  hardware.change({ rsaKey: { pem: await workshop.rsaKey(), name, bits: DEFAULT_RSA_BITS } });
}

/** A state folder that is damaged is the user's to put right. */
function assembled({ where, state }: DeviceSettings, options: DeviceOptions): Device {
  try {
    return new Device(options);
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    throw new ConfigurationError([
      { where: where === '--platform' ? '--state' : where, what: `${state ?? ''}: ${error.message}` },
    ]);
  }
}

async function make(making: Making, undo: DisposableStack): Promise<Made> {
  const { settings, surroundings, workshop } = making;
  const platform = platformOf(settings);
  confirmImageSize(settings, platform);
  const faults = faultsOf(settings);
  const store = undo.use(storeFor(settings, platform));
  const { telnet, ssh, tftp } = settings;
  const addresses = { ...present('telnet', telnet), ...present('ssh', ssh), ...present('tftp', tftp) };
  const doors = new NetworkDoors(addresses, surroundings.observe);
  const device = assembled(settings, {
    platform,
    doors,
    world: worldFor(making, store),
    faults,
    grammars: workshop.grammars(platform),
  });
  doors.attach(device);
  await prepare(device, making);
  return { device, store, doors, settings };
}

class RunningLab implements Lab {
  readonly #made: readonly Made[];
  readonly #observe: Observer;
  readonly #consoles: AsyncDisposable[] = [];

  constructor(made: readonly Made[], observe: Observer) {
    this.#made = made;
    this.#observe = observe;
  }

  get devices(): readonly Device[] {
    return this.#made.map(({ device }) => device);
  }

  async powerOn(): Promise<readonly DeviceListener[]> {
    const listeners = await Promise.all(
      this.#made.map(async (made) => {
        const console = await this.#openConsole(made);
        await made.device.powerOn();
        const device = made.settings.hostname;
        const opened = made.doors.opened().map(({ door, host, port }) => ({ protocol: door, host, port, device }));
        return [...opened, ...console];
      }),
    );
    return listeners.flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#consoles.map((console) => console[Symbol.asyncDispose]()));
    await Promise.all(this.#made.map(({ device }) => device.powerOff()));
    for (const { store } of this.#made) store[Symbol.dispose]();
  }

  async #openConsole({ device, settings }: Made): Promise<readonly DeviceListener[]> {
    if (settings.console === undefined) return [];
    const { host } = settings.console;
    const door = await openConsoleDoor({ ...settings.console, device, observe: this.#observe });
    this.#consoles.push(door);
    return [{ protocol: 'console', host, port: door.port, device: settings.hostname }];
  }
}

/** Makes the devices of a lab. Throws a `ConfigurationError`, also for a state folder that is damaged. */
export async function makeLab({ devices, pace }: LabSettings, surroundings: DeviceSurroundings): Promise<Lab> {
  const workshop = new Workshop();
  const made: Made[] = [];
  using undo = new DisposableStack();
  for (const settings of devices) made.push(await make({ settings, pace, surroundings, workshop }, undo));
  undo.move();
  return new RunningLab(made, surroundings.observe);
}
