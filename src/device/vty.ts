/** Somebody who comes in over the network: takes a free vty, logs in, and works. */
import type { Device, PowerState } from './device.ts';
import { glossary } from './glossary.ts';
import { bannerText, lineLogin } from './line-login.ts';
import { transportsOf, vtyCount } from './lines.ts';
import type { LineTerminal } from './ports.ts';
import { Session } from './session.ts';
import type { System } from './system.ts';
import { LineClosedError } from './terminal/key-reader.ts';
import { Teletype } from './terminal/teletype.ts';
import type { LineSession } from './command.ts';

export interface Visitor {
  readonly terminal: LineTerminal;
  readonly peer: string;
  readonly door: 'telnet' | 'ssh';
  /** Where the door has done the login. */
  readonly user?: { readonly name: string; readonly privilege: number };
  /** Aborted when the connection goes. */
  readonly signal: AbortSignal;
  /** An `exec` request: one command and no prompt. */
  readonly command?: string;
}

type Running = Extract<PowerState, { kind: 'running' }>;

/** The first line that is free and answers at this door; switches count theirs from 1, routers behind the aux port. */
function freeLine(device: Device, system: System, door: 'telnet' | 'ssh'): LineSession['line'] | undefined {
  const taken = new Set([...system.sessions].filter(({ line }) => line.kind === 'vty').map(({ line }) => line.number));
  const busy = device.faults.value('vty-busy') ?? 0;
  const first = device.platform.members.length > 0 ? 1 : 2;
  for (let number = busy; number < vtyCount(system); number += 1)
    if (!taken.has(number) && transportsOf(system, { kind: 'vty', number }).has(door))
      return { kind: 'vty', number, absolute: number + first };
  return undefined;
}

async function work(device: Device, { system, stop }: Running, visitor: Visitor): Promise<void> {
  const line = freeLine(device, system, visitor.door);
  if (line === undefined) return;
  const signal = AbortSignal.any([visitor.signal, stop.signal]);
  const teletype = new Teletype(visitor.terminal, device.world.clock);
  const drop = (): void => teletype.close();
  signal.addEventListener('abort', drop, { once: true });
  try {
    const login = visitor.user === undefined ? await lineLogin({ system, teletype, line, signal }) : visitor;
    if (visitor.user !== undefined && visitor.command === undefined) await teletype.print(bannerText(system, 'motd'));
    if (login === undefined) return;
    const options = { system, teletype, line, grammars: device.grammars, glossary, peer: visitor.peer, signal };
    const session = new Session(login.user === undefined ? options : { ...options, user: login.user });
    system.attach(session);
    try {
      if (visitor.command === undefined) await session.run();
      else await session.runOne(visitor.command);
    } finally {
      system.detach(session);
    }
  } catch (error) {
    if (!(error instanceof LineClosedError) && !signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', drop);
    teletype.close();
  }
}

/** Serves a visitor until it goes; one that finds no free line is turned away. */
export async function serveVisitor(device: Device, visitor: Visitor): Promise<void> {
  const { state } = device;
  if (state.kind === 'running') await work(device, state, visitor);
  visitor.terminal.close();
}
