/** Somebody at the console: sees the device boot, types at its loader, and at its command line. */
import { loaderPrompt } from './boot/loader-prompt.ts';
import type { Device } from './device.ts';
import { glossary } from './glossary.ts';
import { lineLogin } from './line-login.ts';
import type { LineTerminal } from './ports.ts';
import { Session } from './session.ts';
import { setupDialog } from './setup-dialog.ts';
import { LineClosedError } from './terminal/key-reader.ts';
import { Teletype } from './terminal/teletype.ts';

type Running = Extract<Device['state'], { kind: 'running' }>;

const CONSOLE = { kind: 'con', number: 0, absolute: 0 } as const;

class Console {
  readonly #device: Device;
  readonly #teletype: Teletype;
  readonly #closed: AbortSignal;
  /** Somebody was there before. */
  #hasLeft = false;

  constructor(device: Device, teletype: Teletype, closed: AbortSignal) {
    this.#device = device;
    this.#teletype = teletype;
    this.#closed = closed;
  }

  /** One stay in one power state. */
  async turn(): Promise<void> {
    const { state } = this.#device;
    if (state.kind === 'running') await this.#atSystem(state);
    else if (state.kind === 'loader') await this.#atLoader();
    else await this.#device.untilChange(this.#closed);
  }

  async #atLoader(): Promise<void> {
    const { platform, world, hardware, volumes } = this.#device;
    const signal = this.#closed;
    const decision = await loaderPrompt({ platform, world, hardware, volumes, teletype: this.#teletype, signal });
    if (decision.outcome === 'reset') this.#device.reset();
    else await this.#device.bootImage(decision);
  }

  async #atSystem(state: Running): Promise<void> {
    const { system, stop } = state;
    const signal = AbortSignal.any([this.#closed, stop.signal]);
    try {
      if (state.isFresh) {
        await setupDialog(system, this.#teletype, signal);
        state.isFresh = false;
      }
      await this.#teletype.print(
        this.#hasLeft ? '\n\nPress RETURN to get started.\n\n' : '\n\nPress RETURN to get started!\n\n',
      );
      this.#hasLeft = false;
      await this.#teletype.untilEnter(signal);
      await this.#session(state, signal);
      if (stop.signal.aborted) return;
      await this.#teletype.print(`\n\n${system.hostname} con0 is now available\n\n\n`);
      this.#hasLeft = true;
    } catch (error) {
      // The system went down under the session: the boot that follows is what the console shows.
      if (!stop.signal.aborted || this.#closed.aborted) throw error;
    }
  }

  async #session({ system }: Running, signal: AbortSignal): Promise<void> {
    const login = await lineLogin({ system, teletype: this.#teletype, line: CONSOLE, signal });
    if (login === undefined) return;
    const session = new Session({
      system,
      teletype: this.#teletype,
      line: CONSOLE,
      grammars: this.#device.grammars,
      glossary,
      peer: undefined,
      signal,
      ...(login.user !== undefined && { user: login.user }),
    });
    system.attach(session);
    try {
      await session.run();
    } finally {
      system.detach(session);
    }
  }
}

/** Serves the console until its terminal closes. */
export async function attachConsole(device: Device, terminal: LineTerminal, signal: AbortSignal): Promise<void> {
  const teletype = new Teletype(terminal, device.world.clock);
  device.watchConsole(teletype);
  const console = new Console(device, teletype, signal);
  try {
    while (!signal.aborted && !teletype.keys.exhausted) await console.turn();
  } catch (error) {
    if (!(error instanceof LineClosedError) && !signal.aborted) throw error;
  } finally {
    device.watchConsole(undefined);
    teletype.close();
  }
}
