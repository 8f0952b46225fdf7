/** SSH as a device offers it: its command line, single commands, and SCP; passwords of its own users, its own key. */
import type { Authenticator } from '../../accounts/account.ts';
import { permissionsOf } from '../../accounts/permission.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import { LEGACY_ALGORITHMS } from '../../base/legacy-algorithm.ts';
import { type Device, serveVisitor, type System, userFor } from '../../device/index.ts';
import type { Observer } from '../../observe/event.ts';
import { isScpCommand } from '../../protocols/scp/index.ts';
import {
  type LegacyRow,
  type Program,
  type ProgramRequest,
  type SshLogin,
  type SshServer,
  startSshServer,
} from '../../protocols/ssh/index.ts';
import { serveDeviceScp } from './device-scp.ts';
import { deviceTree } from './device-tree.ts';
import { channelTerminal } from './visitor-terminal.ts';

export interface DoorSurroundings {
  readonly host: string;
  readonly port: number;
  readonly device: Device;
  readonly observe: Observer;
}

/** What programs know the devices by. */
const IDENTIFICATION = 'Cisco-1.25';
const NO_SUBSYSTEM = 'This device serves a command line and SCP only.';

/** Devices of before IOS XE know nothing but what has been given up since; here it comes behind what is good. */
const LEGACY: readonly LegacyRow[] = [
  {
    clients: ['0.0.0.0/0', '::/0'],
    algorithms: LEGACY_ALGORITHMS,
    reason: 'the device is as old as its software',
    untilMs: Number.POSITIVE_INFINITY,
  },
];

const LIMITS = {
  loginTries: 3,
  loginMs: 120_000,
  connections: 64,
  connectionsPerAddress: 64,
  connectionsPerMinute: 10_000,
  loginsPerMinute: 10_000,
};

const isOld = ({ platform: { style } }: Device): boolean =>
  style === 'classic' || style === 'isr-g2' || style === 'catalyst';

function runningSystem({ state }: Device): System | undefined {
  return state.kind === 'running' ? state.system : undefined;
}

/** The users of the configuration; the privilege of each goes with its account. */
class DeviceUsers implements Authenticator {
  readonly #device: Device;
  readonly #privileges = new WeakMap<object, number>();

  constructor(device: Device) {
    this.#device = device;
  }

  async login({ name, password }: Parameters<Authenticator['login']>[0]): ReturnType<Authenticator['login']> {
    const system = runningSystem(this.#device);
    const user = system === undefined ? undefined : await userFor(system, name, password);
    if (user === undefined) return { outcome: 'refused', reason: 'no such user, or another password' };
    const account = {
      name,
      files: deviceTree(this.#device),
      permissions: permissionsOf('read-write'),
      anonymous: false,
    };
    this.#privileges.set(account, user.privilege);
    return { outcome: 'accepted', account };
  }

  privilegeOf({ account }: SshLogin): number {
    return this.#privileges.get(account) ?? 1;
  }
}

export function openSshDoor(door: DoorSurroundings, hostKey: string): Promise<SshServer> {
  const { host, port, device, observe } = door;
  const users = new DeviceUsers(device);
  return startSshServer({
    host,
    port,
    observe: (event) =>
      observe('protocol' in event && event.protocol === 'sftp' ? { ...event, protocol: 'ssh' } : event),
    authenticator: users,
    hostKeys: [{ text: hostKey, where: 'the key of the device' }],
    terminals: 'offered',
    identification: IDENTIFICATION,
    legacy: isOld(device) ? LEGACY : [],
    limits: LIMITS,
    clock: device.world.clock,
    programs: (request, login) => programFor(request, { door, login, privilege: users.privilegeOf(login) }),
  });
}

interface Guest {
  readonly door: DoorSurroundings;
  readonly login: SshLogin;
  readonly privilege: number;
}

function programFor(request: ProgramRequest, guest: Guest): Program | { readonly refusal: string } {
  if (request.kind === 'subsystem') return { refusal: NO_SUBSYSTEM };
  if (request.kind === 'exec' && isScpCommand(request.command)) return scpFor(request.command, guest);
  const { door, login, privilege } = guest;
  return (channel) =>
    serveVisitor(door.device, {
      terminal: channelTerminal(channel, request.kind === 'shell' ? request.terminal : undefined),
      peer: login.address,
      door: 'ssh',
      user: { name: login.account.name, privilege },
      signal: login.signal,
      ...(request.kind === 'exec' && { command: request.command }),
    });
}

function scpFor(command: string, { door, login, privilege }: Guest): Program | { readonly refusal: string } {
  const { device, observe } = door;
  const system = runningSystem(device);
  if (system === undefined) return { refusal: 'The device is not ready.' };
  const clock: Clock = systemClock;
  return (channel) => serveDeviceScp(channel, { device, system, login, privilege, command, observe, clock });
}
