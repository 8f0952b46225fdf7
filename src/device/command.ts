/** What a command of the device is: a row with its syntax, its place, and what it does. */
import type { Arguments } from './grammar/parse.ts';
import type { Phrase } from './grammar/graph.ts';
import type { ModeName } from './modes.ts';
import type { Faults } from './faults.ts';
import type { Platform } from './platforms/platform.ts';
import type { DeviceWorld } from './ports.ts';
import type { Configuration } from './state/configuration.ts';
import type { Hardware } from './state/hardware.ts';
import type { Spot, Volumes } from './state/volumes.ts';

/** The image that runs. */
export interface RunningImage {
  /** As the loader found it: `flash0:c2900-….bin`. */
  readonly file: string;
  readonly family: string;
  readonly imageId: string;
  readonly featureSet: string;
  readonly version: string;
  /** `RELEASE SOFTWARE (fc1)`. */
  readonly release: string;
  /** `Thu 24-May-12 13:04 by prod_rel_team`. */
  readonly compiled: string;
  readonly mode: 'bundle' | 'install';
}

export interface SyslogMessage {
  readonly facility: string;
  /** 0 (emergency) to 7 (debugging). */
  readonly severity: number;
  readonly mnemonic: string;
  readonly text: string;
}

/** A line of the device, as commands see it. */
export interface LineSession {
  readonly line: { readonly kind: 'con' | 'vty'; readonly number: number; readonly absolute: number };
  /** The other end's address, where there is one. */
  readonly peer: string | undefined;
  readonly user: string | undefined;
  readonly sinceMs: number;
  readonly idleMs: number;
  privilege: number;
  /** Where names begin that name no volume. */
  directory: Spot;
  /** 0: no paging. */
  rows: number;
  columns: number;
  monitor: boolean;
  readonly history: readonly string[];
  historySize: number;
  /** Asks, and gives the answer; `secret` is not shown. Rejects when the line is closed or the command interrupted. */
  ask(question: string, how?: 'shown' | 'secret'): Promise<string>;
  /** Asks for one key behind `[confirm]`: Enter and y are yes. */
  confirm(question: string): Promise<boolean>;
  /**
   * From now on Ctrl-C and Ctrl-Shift-6 call back instead of ending the command, until the returned function is called or
   * the command is over.
   */
  onInterrupt(callback: () => void): () => void;
  /** Shows text at once, past filters and pages. */
  write(text: string): Promise<void>;
  enter(mode: ModeName, sections: readonly Section[]): void;
  leave(to: 'parent' | 'exec'): void;
  /** Ends the session behind this command. */
  end(): void;
  /** Ends it at once, whatever it does. */
  hangUp(): void;
}

/** A part of the configuration that is being typed into. */
export interface Section {
  readonly key: string;
  readonly lines: Configuration;
}

export interface ReloadRequest {
  readonly reason: string;
  readonly by: string;
}

export interface ReloadPlan {
  readonly atMs: number;
  readonly by: string;
  readonly reason: string;
}

/** The software that runs on a device, as commands see it. */
export interface RunningSystem {
  readonly platform: Platform;
  readonly world: DeviceWorld;
  readonly image: RunningImage;
  readonly hardware: Hardware;
  readonly volumes: Volumes;
  readonly config: Configuration;
  readonly startedMs: number;
  readonly sessions: ReadonlySet<LineSession>;
  readonly logged: readonly string[];
  readonly hostname: string;
  /** Whether the configuration has been touched since it was last saved. */
  modified: boolean;
  /** When and by whom the configuration was last changed. */
  readonly lastChange: { readonly atMs: number; readonly by: string | undefined } | undefined;
  readonly clockIsSet: boolean;
  readonly faults: Faults;
  /** The interface through which everything goes that names none. */
  readonly defaultInterface: string;
  /** Milliseconds since 1970 by the device's own clock. */
  now(): number;
  setClock(nowMs: number): void;
  log(message: SyslogMessage): void;
  /** Empties the buffer of the log. */
  clearLog(): void;
  /** What a session typed has changed the configuration. */
  changed(by: LineSession | undefined): void;
  /** Types lines into the running configuration; gives what the device answers to lines that it refuses. */
  merge(text: string): Promise<readonly string[]>;
  /** The running configuration as it would be saved. */
  configurationText(): string;
  save(): Promise<void>;
  reload(request: ReloadRequest): void;
  planReload(plan: ReloadPlan | undefined): void;
  /** Shows text on every line. */
  broadcast(text: string): void;
  readonly plannedReload: ReloadPlan | undefined;
  /** Aborted when it goes down: nothing that it had begun goes on. */
  readonly stopped: AbortSignal;
  /** The doors are asked anew what they should be. */
  doorsChanged(): Promise<void>;
}

/** One line that was typed, understood. */
export interface Call {
  readonly args: Arguments;
  /** In full. */
  readonly words: readonly string[];
  /** As typed, without `no` or `do`. */
  readonly line: string;
  readonly negated: 'no' | 'default' | undefined;
  /** What is being configured; the whole configuration in global mode. */
  readonly sections: readonly Section[];
  readonly session: LineSession;
  readonly system: RunningSystem;
  /** Aborted by Ctrl-C, by Ctrl-Shift-6, and when the line goes. */
  readonly signal: AbortSignal;
}

/** Text with `\n` behind each line; none at all is allowed. */
export type Output = string | undefined | AsyncIterable<string>;

export interface CommandRow extends Phrase {
  /** Where it can be typed; `exec` unless told. */
  readonly modes?: readonly ModeName[];
  /** Left out on devices for which this is false. */
  readonly on?: (platform: Platform) => boolean;
  /** `no` and `default` before it mean something. */
  readonly negatable?: true;
  run(call: Call): Output | Promise<Output>;
}

/** A configuration command that cannot be carried out, with what the device says. */
export class CommandRefusal extends Error {
  override readonly name = 'CommandRefusal';
}
