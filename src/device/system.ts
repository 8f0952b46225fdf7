/** The software that runs on a device from one boot to the next reload: its configuration, its lines, its log. */
import type { LineSession, ReloadPlan, ReloadRequest, RunningImage, RunningSystem, SyslogMessage } from './command.ts';
import { type ConfigTyping, typeConfiguration } from './type-configuration.ts';
import type { Platform } from './platforms/platform.ts';
import type { Faults } from './faults.ts';
import { physicalInterfaces } from './platforms/interface-names.ts';
import type { DeviceWorld } from './ports.ts';
import { configurationLines } from './render/running-config.ts';
import { syslogLine } from './render/syslog.ts';
import { Configuration } from './state/configuration.ts';
import type { Hardware } from './state/hardware.ts';
import { writeText, type Volumes } from './state/volumes.ts';
import { bootListOf } from './boot-list.ts';
import { STARTUP_CONFIG } from './startup.ts';

/** Lines of the logging buffer; older ones go. */
const MOST_LOGGED = 500;

/** What the running system needs of the box that it runs in. */
export interface Box {
  readonly platform: Platform;
  readonly world: DeviceWorld;
  readonly hardware: Hardware;
  readonly volumes: Volumes;
  /** Ends the running system and boots again. */
  readonly reload: (request: ReloadRequest) => void;
  /** Called when a door may have to open or close. */
  readonly doorsChanged: (system: RunningSystem) => Promise<void>;
  readonly clock: DeviceClock;
  readonly faults: Faults;
}

/** The device's own time, which outlives a reload where hardware keeps it. */
export interface DeviceClock {
  offsetMs: number;
  isSet: boolean;
}

/** A session as the system deals with it. */
export interface AttachedLine extends LineSession {
  /** Shows a line that nobody asked for. */
  notify(text: string): void;
}

export class System implements RunningSystem {
  readonly platform: Platform;
  readonly world: DeviceWorld;
  readonly image: RunningImage;
  readonly hardware: Hardware;
  readonly volumes: Volumes;
  readonly config = new Configuration();
  readonly startedMs: number;
  readonly #box: Box;
  readonly #sessions = new Set<AttachedLine>();
  readonly #logged: string[] = [];
  readonly #typing: ConfigTyping;
  modified = false;
  #lastChange: RunningSystem['lastChange'];
  #plan: ReloadPlan | undefined;
  #cancelPlan: (() => void)[] = [];
  readonly #stop = new AbortController();

  constructor(box: Box, image: RunningImage, typing: ConfigTyping) {
    this.#box = box;
    this.platform = box.platform;
    this.world = box.world;
    this.hardware = box.hardware;
    this.volumes = box.volumes;
    this.image = image;
    this.#typing = typing;
    this.startedMs = box.world.clock.monotonic();
  }

  get hostname(): string {
    return this.config.value('hostname') ?? this.platform.hostname;
  }

  get sessions(): ReadonlySet<AttachedLine> {
    return this.#sessions;
  }

  get logged(): readonly string[] {
    return this.#logged;
  }

  get lastChange(): RunningSystem['lastChange'] {
    return this.#lastChange;
  }

  get plannedReload(): ReloadPlan | undefined {
    return this.#plan;
  }

  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  get faults(): Faults {
    return this.#box.faults;
  }

  get defaultInterface(): string {
    return physicalInterfaces(this.platform).find(({ group }) => group.kind !== 'Vlan')?.name ?? 'Vlan1';
  }

  get clockIsSet(): boolean {
    return this.#box.clock.isSet;
  }

  now(): number {
    return this.world.clock.now() + this.#box.clock.offsetMs;
  }

  setClock(nowMs: number): void {
    this.#box.clock.offsetMs = nowMs - this.world.clock.now();
    this.#box.clock.isSet = true;
  }

  attach(session: AttachedLine): void {
    this.#sessions.add(session);
  }

  detach(session: AttachedLine): void {
    this.#sessions.delete(session);
  }

  log(message: SyslogMessage): void {
    if (this.config.has('logging on') && this.config.get('logging on')?.text.startsWith('no ') === true) return;
    const line = this.stamped(message);
    this.#logged.push(line);
    if (this.#logged.length > MOST_LOGGED) this.#logged.shift();
    const console = this.config.get('logging console')?.text.startsWith('no ') !== true;
    for (const session of this.#sessions)
      if (session.line.kind === 'con' ? console : session.monitor) session.notify(line);
  }

  /** A message as it is logged now. */
  stamped(message: SyslogMessage): string {
    return syslogLine(message, {
      nowMs: this.now(),
      upMs: this.world.clock.monotonic() - this.startedMs,
      clockIsSet: this.clockIsSet,
      stamp: this.config.value('service timestamps log') ?? 'uptime',
    });
  }

  clearLog(): void {
    this.#logged.length = 0;
  }

  /** Shows text on every line, as `send` and reload warnings do. */
  broadcast(text: string): void {
    for (const session of this.#sessions) session.notify(text);
  }

  changed(by: LineSession | undefined): void {
    this.modified = true;
    this.#lastChange = { atMs: this.now(), by: by?.user };
  }

  /** What was merged at boot is how it was. */
  unchanged(): void {
    this.modified = false;
    this.#lastChange = undefined;
  }

  merge(text: string): Promise<readonly string[]> {
    return typeConfiguration(this, text, this.#typing);
  }

  configurationText(): string {
    const version = this.image.version.replace(/^(\d+\.\d+).*$/, '$1');
    return `!\nversion ${version}\n${configurationLines(this.config).join('\n')}`;
  }

  async save(): Promise<void> {
    await writeText(this.volumes.nvram.files, STARTUP_CONFIG, this.configurationText());
    this.modified = false;
    const { bootVariable } = this.platform;
    const { savedBy } = { savedBy: this.image.version };
    this.hardware.change({
      savedBy,
      ...(bootVariable === 'when-saved' && { boot: bootListOf(this.config) }),
      ...(this.faults.has('boot-forgotten') && { boot: '' }),
    });
  }

  reload(request: ReloadRequest): void {
    if (this.stopped.aborted) return;
    this.planReload(undefined);
    this.#box.reload(request);
  }

  planReload(plan: ReloadPlan | undefined): void {
    for (const cancel of this.#cancelPlan) cancel();
    this.#cancelPlan = [];
    this.#plan = plan;
    if (plan === undefined) return;
    const leftMs = plan.atMs - this.now();
    const { clock } = this.world;
    this.#cancelPlan.push(clock.after(leftMs, () => this.#reloadAsPlanned(plan)));
    for (const minutes of WARNINGS_MINUTES)
      if (leftMs >= minutes * MINUTE_MS)
        this.#cancelPlan.push(clock.after(leftMs - minutes * MINUTE_MS, () => this.broadcast(shutdownIn(minutes))));
  }

  #reloadAsPlanned({ by, reason }: ReloadPlan): void {
    const text = `Reload requested by ${by}. Reload Reason: ${reason}.`;
    this.log({ facility: 'SYS', severity: 5, mnemonic: 'RELOAD', text });
    this.reload({ reason: 'reload', by });
  }

  doorsChanged(): Promise<void> {
    return this.#box.doorsChanged(this);
  }

  /** The timers of a system that runs no more. */
  stop(): void {
    this.planReload(undefined);
    this.#stop.abort(new Error('the system is down'));
  }
}

const MINUTE_MS = 60_000;
const WARNINGS_MINUTES = [60, 30, 15, 5, 1];

const shutdownIn = (minutes: number): string => {
  const clock = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:00`;
  return `\n\n***\n*** --- SHUTDOWN in ${clock} ---\n***\n`;
};
