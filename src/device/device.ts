/** A device: a box that is switched on, boots what it finds, runs it, and reloads. */
import type { RunningImage } from './command.ts';
import { type BoxFacts, bootstrapText, loadingText, startedText } from './boot/boot-text.ts';
import { type Booting, chooseImage, type Choice } from './boot/choose-image.ts';
import { judgeTrial, rollBack, trialLeftMs } from './install/trial.ts';
import { layFactoryLines } from './factory-lines.ts';
import { Faults, type FaultOrder } from './faults.ts';
import { grammarsOf } from './grammars.ts';
import type { Grammars } from './interpret.ts';
import type { Platform } from './platforms/platform.ts';
import type { DeviceWorld } from './ports.ts';
import { STARTUP_CONFIG } from './startup.ts';
import { Hardware } from './state/hardware.ts';
import { entriesOf, readText, Volumes } from './state/volumes.ts';
import { ROOT } from '../base/virtual-path.ts';
import { FileError } from '../files/index.ts';
import { type DeviceClock, System } from './system.ts';
import { doorWishes } from './door-wishes.ts';
import type { Doors } from './ports.ts';

export interface DeviceOptions {
  readonly platform: Platform;
  readonly world: DeviceWorld;
  readonly doors: Doors;
  readonly faults?: FaultOrder;
  /** Compiled once for all devices of a platform. */
  readonly grammars?: Grammars;
}

/** What the box does now. */
export type PowerState =
  | { readonly kind: 'off' }
  | { readonly kind: 'booting' }
  | { readonly kind: 'loader' }
  /** `fresh`: there was no configuration to start from, and nobody has been asked yet. */
  | { readonly kind: 'running'; readonly system: System; readonly stop: AbortController; isFresh: boolean };

/** Somebody who looks at the console. */
export interface ConsoleView {
  print(text: string): Promise<void>;
  /** Shows what was logged and waits still. */
  flush(): Promise<void>;
}

/** Register bit 6: the startup configuration is left alone. */
const IGNORE_CONFIG = 0x40;
const LOAD_MARKS = 40;

export class Device {
  readonly platform: Platform;
  readonly world: DeviceWorld;
  readonly hardware: Hardware;
  readonly volumes: Volumes;
  readonly grammars: Grammars;
  readonly faults: Faults;
  readonly #doors: Doors;
  readonly #clock: DeviceClock = { offsetMs: 0, isSet: false };
  readonly #changes = new Set<() => void>();
  #state: PowerState = { kind: 'off' };
  #console: ConsoleView | undefined;
  #booting: Promise<void> = Promise.resolve();

  constructor({ platform, world, doors, faults = new Map(), grammars }: DeviceOptions) {
    this.platform = platform;
    this.world = world;
    this.hardware = new Hardware(platform, world);
    this.volumes = new Volumes(platform, world.store, world.clock);
    this.grammars = grammars ?? grammarsOf(platform);
    this.faults = new Faults(faults, world.clock);
    this.#doors = doors;
  }

  get state(): PowerState {
    return this.#state;
  }

  /** Switches it on; resolves when it runs, or stands at its loader's prompt. */
  async powerOn(): Promise<void> {
    this.#booting = this.#boot();
    await this.#booting;
  }

  /** Pulls the plug. */
  async powerOff(): Promise<void> {
    this.#halt();
    this.#to({ kind: 'off' });
    await this.#doors.drop();
    await this.#booting.catch(() => undefined);
  }

  /** The console's view of what happens; `undefined` when nobody looks any more. */
  watchConsole(view: ConsoleView | undefined): void {
    this.#console = view;
  }

  /** Resolves at the next change of the power state, or when `signal` is aborted. */
  async untilChange(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const wake = (): void => resolve(undefined);
    this.#changes.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    await promise;
    this.#changes.delete(wake);
    signal.removeEventListener('abort', wake);
  }

  /** Runs an image that was chosen at the loader's prompt. */
  async bootImage(choice: Extract<Choice, { outcome: 'image' }>): Promise<void> {
    this.#to({ kind: 'booting' });
    await this.#load(choice);
  }

  /** Starts over, as the reset command of the loader does. */
  reset(): void {
    this.#booting = this.#boot();
  }

  /** The questions of the loader's prompt, answered from here. */
  get booting(): Booting {
    return { platform: this.platform, hardware: this.hardware.facts, volumes: this.volumes };
  }

  #to(state: PowerState): void {
    this.#state = state;
    for (const wake of [...this.#changes]) wake();
  }

  async #say(text: string): Promise<void> {
    await this.#console?.print(text);
  }

  async #wait(realMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.world.clock.after(realMs * this.world.pace, () => resolve(undefined));
    await promise;
  }

  async #boot(): Promise<void> {
    this.#to({ kind: 'booting' });
    const { nextRegister } = this.hardware.facts;
    if (nextRegister !== undefined) this.hardware.change({ register: nextRegister, nextRegister: undefined });
    await this.#say(bootstrapText(this.platform, await this.#boxFacts()));
    await this.#wait(this.platform.bootMs / 10);
    if (this.#wasSwitchedOff()) return;
    if (this.faults.has('rommon-after-reload') && this.hardware.facts.returnedBy !== 'power-on') {
      this.#to({ kind: 'loader' });
      return;
    }
    await judgeTrial(this);
    const choice = await chooseImage(this.booting);
    await this.#say(choice.said);
    if (choice.outcome === 'loader') this.#to({ kind: 'loader' });
    else await this.#load(choice);
  }

  async #boxFacts(): Promise<BoxFacts> {
    const entries = await entriesOf({ volume: this.volumes.main, path: ROOT });
    const directories = entries.filter(({ type }) => type === 'directory').length + 1;
    return { mac: this.hardware.facts.mac, files: entries.length + 1 - directories, directories };
  }

  #wasSwitchedOff(): boolean {
    return this.#state.kind === 'off';
  }

  async #load({ image, sizeBytes }: Extract<Choice, { outcome: 'image' }>): Promise<void> {
    const { begin, mark, end } = loadingText(this.platform, image, sizeBytes);
    await this.#say(begin);
    for (let marks = 0; marks < LOAD_MARKS; marks += 1) {
      await this.#say(mark);
      await this.#wait((this.platform.bootMs * 0.9) / LOAD_MARKS);
      if (this.#wasSwitchedOff()) return;
    }
    await this.#say(`${end}${startedText(this.platform, image)}`);
    await this.#run(image);
  }

  async #run(image: RunningImage): Promise<void> {
    const stop = new AbortController();
    const system = new System(
      {
        platform: this.platform,
        world: this.world,
        hardware: this.hardware,
        volumes: this.volumes,
        clock: this.#clock,
        faults: this.faults,
        reload: ({ reason }) => void this.#reload(reason),
        doorsChanged: async (running) => await this.#doors.set(doorWishes(running)),
      },
      image,
      { graph: (mode) => this.grammars(mode, 15) },
    );
    const ignores = (this.hardware.facts.register & IGNORE_CONFIG) !== 0;
    const startup = ignores ? undefined : await readText(this.volumes.nvram.files, STARTUP_CONFIG);
    layFactoryLines(this.platform, system.config, startup === undefined ? 'blank' : 'configured');
    if (startup !== undefined) await this.#say((await system.merge(startup)).join(''));
    system.unchanged();
    system.log({ facility: 'SYS', severity: 5, mnemonic: 'RESTART', text: 'System restarted --' });
    this.#to({ kind: 'running', system, stop, isFresh: startup === undefined });
    if (this.hardware.facts.trial !== undefined) this.#watchTrial(system, stop.signal);
    await system.doorsChanged();
  }

  /** Packages that nobody commits in time are taken back. */
  #watchTrial(system: System, stopped: AbortSignal): void {
    const leftMs = trialLeftMs(this.hardware.facts, this.world.clock.now());
    const cancel = this.world.clock.after(leftMs, () => {
      if (this.hardware.facts.trial === undefined) return;
      system.log({
        facility: 'INSTALL',
        severity: 5,
        mnemonic: 'INSTALL_AUTO_ABORT_TIMER_PROGRESS',
        text: 'Install auto abort timer has expired',
      });
      void this.#endTrial(system);
    });
    stopped.addEventListener('abort', cancel, { once: true });
  }

  async #endTrial(system: System): Promise<void> {
    try {
      await rollBack(this);
    } catch (error) {
      // What cannot be brought back now is judged again at the boot that follows.
      if (!(error instanceof FileError)) throw error;
    }
    system.reload({ reason: 'reload', by: 'the system' });
  }

  #halt(): void {
    if (this.#state.kind !== 'running') return;
    const { system, stop } = this.#state;
    system.stop();
    stop.abort(new Error('the system reloads'));
  }

  async #reload(reason: string): Promise<void> {
    this.hardware.change({ returnedBy: reason, returnedAtMs: this.world.clock.now() });
    await this.#console?.flush();
    this.#halt();
    this.#to({ kind: 'booting' });
    await this.#doors.drop();
    if (this.faults.has('no-return')) {
      this.#to({ kind: 'off' });
      return;
    }
    this.#booting = this.#boot();
    await this.#booting;
  }
}
