/** The doors of a device to the network: open while its configuration wants them, shut while it reloads. */
import { ROOT } from '../../base/virtual-path.ts';
import { permissionsOf } from '../../accounts/permission.ts';
import { type Device, type Doors, type DoorWishes, serveVisitor } from '../../device/index.ts';
import type { Observer } from '../../observe/event.ts';
import { startTelnetServer } from '../../protocols/telnet/index.ts';
import { startTftpServer } from '../../protocols/tftp/index.ts';
import { listenError } from '../listen-error.ts';
import { deviceTree, pathInTree } from './device-tree.ts';
import { type DoorSurroundings, openSshDoor } from './ssh-door.ts';
import { telnetTerminal } from './visitor-terminal.ts';

export type DoorName = 'telnet' | 'ssh' | 'tftp';

export interface DoorAddress {
  readonly host: string;
  /** 0: any free one, and from then on that one. */
  readonly port: number;
}

/** Where each door may open; one without an address stays shut. */
export type DoorAddresses = Readonly<Partial<Record<DoorName, DoorAddress>>>;

export interface OpenedDoor extends DoorAddress {
  readonly door: DoorName;
}

interface Listening extends AsyncDisposable {
  readonly port: number;
  readonly sessionCount?: number;
}

type Opening = (surroundings: DoorSurroundings, wishes: DoorWishes) => Promise<Listening>;

const openTelnet: Opening = ({ host, port, device, observe }) =>
  startTelnetServer({
    host,
    port,
    observe,
    limits: { connectionsPerMinute: 10_000, connectionsPerAddress: 64, connections: 64 },
    clock: device.world.clock,
    onSession: (session) =>
      serveVisitor(device, {
        terminal: telnetTerminal(session),
        peer: session.peerAddress,
        door: 'telnet',
        signal: session.signal,
      }),
  });

/** `tftp-server flash:x`: those files and no others. */
const openTftp: Opening = ({ host, port, device, observe }, { tftp }) =>
  startTftpServer({
    host,
    port,
    observe,
    clock: device.world.clock,
    names: (name) => {
      const file = tftp.get(name.replace(/^\/+/, ''));
      return file === undefined ? undefined : (pathInTree(device, file) ?? ROOT);
    },
    accountFor: () => ({
      name: 'tftp-server',
      files: deviceTree(device),
      permissions: permissionsOf('read-only'),
      anonymous: true,
    }),
  });

interface DoorRow {
  /** Tells whether a door that is open is still the right one; `undefined`: it should be shut. */
  readonly key: (wishes: DoorWishes) => string | undefined;
  readonly open: Opening;
}

const DOORS: Readonly<Record<DoorName, DoorRow>> = {
  telnet: { key: ({ telnet }) => (telnet ? 'open' : undefined), open: openTelnet },
  ssh: {
    key: ({ ssh }) => ssh?.hostKey,
    open: (surroundings, { ssh }) => openSshDoor(surroundings, ssh?.hostKey ?? ''),
  },
  tftp: { key: ({ tftp }) => (tftp.size === 0 ? undefined : JSON.stringify([...tftp])), open: openTftp },
};

const NAMES: readonly DoorName[] = ['telnet', 'ssh', 'tftp'];
/** A port that was let go for a reload may be somebody's for a moment. */
const REOPEN_TRIES = 50;
const REOPEN_PAUSE_MS = 100;

const isOfSystem = (error: unknown): boolean => error instanceof Error && 'syscall' in error;

interface OpenDoor {
  readonly key: string;
  readonly listening: Listening;
}

export class NetworkDoors implements Doors, AsyncDisposable {
  readonly #addresses: DoorAddresses;
  readonly #observe: Observer;
  readonly #ports = new Map<DoorName, number>();
  readonly #open = new Map<DoorName, OpenDoor>();
  #device: Device | undefined;
  #turn: Promise<void> = Promise.resolve();
  /** Why a door could not be opened at first; told to whoever switches the device on, and to nobody else. */
  #failure: unknown;
  #isFirst = true;

  constructor(addresses: DoorAddresses, observe: Observer) {
    this.#addresses = addresses;
    this.#observe = observe;
  }

  /** The device behind the doors; before it is switched on. */
  attach(device: Device): void {
    this.#device = device;
  }

  set(wishes: DoorWishes): Promise<void> {
    return this.#inTurn(async () => {
      for (const name of NAMES) await this.#arrange(name, wishes);
    });
  }

  drop(): Promise<void> {
    return this.#inTurn(async () => {
      await Promise.all([...this.#open.keys()].map((name) => this.#shut(name)));
    });
  }

  /** The doors that are open once the device is on. Throws what kept one from opening. */
  opened(): readonly OpenedDoor[] {
    this.#isFirst = false;
    if (this.#failure !== undefined) throw this.#failure as Error;
    return NAMES.flatMap((door) => {
      const found = this.#open.get(door);
      const host = this.#addresses[door]?.host;
      return found === undefined || host === undefined ? [] : [{ door, host, port: found.listening.port }];
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drop();
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(act).catch((cause: unknown) => {
      if (this.#isFirst) this.#failure ??= cause;
      else this.#observe({ kind: 'fault', where: 'a door of the device', cause });
    });
    return this.#turn;
  }

  async #arrange(name: DoorName, wishes: DoorWishes): Promise<void> {
    const key = DOORS[name].key(wishes);
    const open = this.#open.get(name);
    if (open !== undefined && open.key === key) return;
    // Who is in stays in: the one, perhaps, who has just typed it. Who comes now finds no line for this door.
    if (key === undefined && (open?.listening.sessionCount ?? 0) > 0) return;
    if (open !== undefined) await this.#shut(name);
    const address = this.#addresses[name];
    if (key === undefined || address === undefined || this.#device === undefined) return;
    const port = this.#ports.get(name) ?? address.port;
    const surroundings = { host: address.host, port, device: this.#device, observe: this.#observe };
    const listening = await this.#listen(() => DOORS[name].open(surroundings, wishes), name, surroundings);
    this.#ports.set(name, listening.port);
    this.#open.set(name, { key, listening });
  }

  async #listen(open: () => Promise<Listening>, name: DoorName, place: DoorAddress): Promise<Listening> {
    for (let tries = this.#ports.has(name) ? REOPEN_TRIES : 1; ; tries -= 1)
      try {
        return await open();
      } catch (error) {
        if (tries <= 1) throw isOfSystem(error) ? listenError({ ...place, flag: `--${name} ` }, error) : error;
        await this.#pause();
      }
  }

  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#device?.world.clock.after(REOPEN_PAUSE_MS, () => resolve(undefined));
    await promise;
  }

  async #shut(name: DoorName): Promise<void> {
    const open = this.#open.get(name);
    this.#open.delete(name);
    await open?.listening[Symbol.asyncDispose]();
  }
}
