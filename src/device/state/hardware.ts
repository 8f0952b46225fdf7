/**
 * What a device keeps in its hardware: the register, the loader's variables, its serial number and keys. It survives a
 * reload and the end of the program, and is written whole at each change.
 */
import type { Platform } from '../platforms/platform.ts';
import type { DeviceWorld } from '../ports.ts';

export interface Trial {
  /** How often they were booted. */
  readonly boots: number;
  /** `17.03.01`. */
  readonly version: string;
  /** When they are taken back by themselves: milliseconds since 1970 by the world's clock. */
  readonly untilMs: number;
  /** The file that ran before, where that was a bundle. */
  readonly bundle?: string;
}

export interface HardwareFacts {
  readonly serial: string;
  /** Of the base, twelve hexadecimal digits. */
  readonly mac: string;
  readonly register: number;
  /** What the register becomes at the next reload, where that differs. */
  readonly nextRegister?: number | undefined;
  /** The loader's list of images, as saved: `flash0:x.bin,1;flash0:y.bin,1;`. */
  readonly boot: string;
  readonly manualBoot: boolean;
  readonly enableBreak: boolean;
  /** A private key (PEM) and what it is called; none until it is generated. */
  readonly rsaKey?: { readonly pem: string; readonly name: string; readonly bits: number } | undefined;
  /** Why it last stopped running, as `show version` says it. */
  readonly returnedBy: string;
  readonly returnedAtMs?: number | undefined;
  /** Which version wrote the startup configuration. */
  readonly savedBy?: string | undefined;
  /** Install mode: packages that were activated and not committed. */
  readonly trial?: Trial | undefined;
  /** What was committed, one after another: `install rollback to id N`. */
  readonly points?: readonly { readonly id: number; readonly version: string }[];
  /** How operations of install mode went, the oldest first. */
  readonly installLog?: readonly string[];
  /** Variables of ROMMON that people set. */
  readonly variables: Readonly<Record<string, string>>;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789';

function newHardware(platform: Platform, random: DeviceWorld['random']): HardwareFacts {
  const letters = Array.from(random(4), (byte) => LETTERS.charAt(byte % LETTERS.length)).join('');
  return {
    serial: `FTX1840${letters}`,
    mac: `6cfa89${hex(random(3))}`,
    register: platform.register,
    boot: '',
    manualBoot: false,
    enableBreak: false,
    returnedBy: 'power-on',
    variables: {},
  };
}

const isFacts = (value: unknown): value is HardwareFacts =>
  typeof value === 'object' && value !== null && 'serial' in value && 'register' in value && 'boot' in value;

/** The state in the store is not one that this program wrote. */
export class StateError extends Error {
  override readonly name = 'StateError';
}

function read(text: string): HardwareFacts {
  try {
    const value: unknown = JSON.parse(text);
    if (isFacts(value)) return value;
  } catch {
    // Told below, with what to do about it.
  }
  throw new StateError('the state of the device is damaged; name another folder with --state, or remove this one');
}

export class Hardware {
  readonly #world: DeviceWorld;
  /** It has never been switched on before. */
  readonly isNew: boolean;
  #facts: HardwareFacts;

  constructor(platform: Platform, world: DeviceWorld) {
    this.#world = world;
    const kept = world.store.load();
    this.isNew = kept === undefined;
    this.#facts = kept === undefined ? newHardware(platform, world.random) : read(kept);
    if (kept === undefined) this.#save();
  }

  get facts(): HardwareFacts {
    return this.#facts;
  }

  change(changes: Partial<HardwareFacts>): void {
    this.#facts = { ...this.#facts, ...changes };
    this.#save();
  }

  #save(): void {
    this.#world.store.save(`${JSON.stringify(this.#facts, undefined, 2)}\n`);
  }
}
