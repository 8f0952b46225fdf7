/** The listener of a TFTP server: takes requests within bounds and runs a transfer for each. */
import { addressGroup } from '../../../accounts/address-group.ts';
import { createPlaces, type Places } from '../../../accounts/places.ts';
import { createRateLimit, type RateLimit } from '../../../accounts/rate-limit.ts';
import { authority, hostOf } from '../../../base/authority.ts';
import { canonicalAddress } from '../../../base/cidr.ts';
import { type Clock, systemClock } from '../../../base/clock.ts';
import type { ServerEvent } from '../../../observe/event.ts';
import type { SessionInfo } from '../../../observe/session-info.ts';
import { type Peer, peerKey } from '../channel/datagram-port.ts';
import { DEFAULT_TIMING } from '../transfer/round-trip.ts';
import { ERROR_CODE } from '../wire/error-code.ts';
import { type Malformed, OPCODE, parsePacket, printError, type Request } from '../wire/packet.ts';
import { type Door, Doors } from './doors.ts';
import { DEFAULT_TFTP_LIMITS, type TftpLimits, type TftpServer, type TftpServerOptions } from './options.ts';
import type { ServerContext } from './asked.ts';
import { ServedRequest } from './served-request.ts';
import { OwnLine, sharedLine } from './transfer-line.ts';

/**
 * Ports of services that answer whatever comes, this one among them: a request that claims to come from there would make
 * two servers talk to each other for ever.
 */
const SERVICE_PORTS: ReadonlySet<number> = new Set([
  0, 7, 9, 13, 17, 19, 37, 53, 69, 111, 123, 137, 161, 389, 520, 1900,
]);
/** Events of requests refused, for each address; the others are only counted: devices probe for names that are not there. */
const REFUSALS_TOLD = { perMinute: 60, burst: 30, keys: 1_000 };
/** Answers to what is no proper request, for each address: they go to whoever is named as the sender. */
const COMPLAINTS = { perMinute: 60, burst: 10, keys: 10_000 };
const DEFAULT_GRACE_MS = 10_000;
/**
 * Of a window where all goes through one port. Who knows that port can acknowledge in another's name, and each such word
 * sends a window there: it is a small one.
 */
const SINGLE_PORT_WINDOW_BYTES = 8 * 1024;
const EVERYBODY = '';

/** Starts a server; rejects when it cannot listen. */
export async function startTftpServer(options: TftpServerOptions): Promise<TftpServer> {
  const server = new Listener(options);
  await server.open();
  return server;
}

class Listener implements TftpServer {
  readonly #options: TftpServerOptions;
  readonly #context: ServerContext;
  readonly #doors: Doors;
  readonly #clock: Clock;
  readonly #limits: TftpLimits;
  /** By the address that was asked and the client's port. */
  readonly #running = new Map<string, ServedRequest>();
  readonly #serving = new Set<Promise<void>>();
  readonly #all: Places = createPlaces();
  readonly #perGroup: Places = createPlaces();
  readonly #refusalsTold: RateLimit;
  readonly #complaints: RateLimit;
  readonly #nextSession: () => string;
  #refusalsUntold = 0;
  #closed: Promise<void> | undefined;
  readonly host: string;

  constructor(options: TftpServerOptions) {
    const { clock = systemClock, accountFor, admission, names, timing, limits } = options;
    this.#options = options;
    this.#clock = clock;
    this.host = options.host;
    this.#limits = boundedFor(options.ports, { ...DEFAULT_TFTP_LIMITS, ...limits });
    this.#context = {
      accountFor,
      observe: (event) => this.#observe(event),
      clock,
      admission,
      names,
      limits: this.#limits,
      timing: { ...DEFAULT_TIMING, ...timing },
    };
    this.#refusalsTold = createRateLimit({ ...REFUSALS_TOLD, clock });
    this.#complaints = createRateLimit({ ...COMPLAINTS, clock });
    this.#nextSession = options.nextSession ?? countingSessions();
    this.#doors = new Doors({
      ...options,
      clock,
      onPacket: (door, bytes, from) => this.#arrived(door, bytes, from),
      onFault: (where, cause) => options.observe({ kind: 'fault', where, cause }),
    });
  }

  get port(): number {
    return this.#doors.port;
  }

  async open(): Promise<void> {
    await this.#doors.open();
    this.#options.observe({ kind: 'listening', protocol: 'tftp', host: this.host, port: this.port });
  }

  sessions(): readonly SessionInfo[] {
    return Array.from(this.#running.values(), (served) => served.info());
  }

  endSessions(account: string, reason: string): number {
    const ending = [...this.#running.values()].filter(({ accountName }) => accountName === account);
    for (const served of ending) served.abort(reason);
    return ending.length;
  }

  kick(session: string, reason: string): boolean {
    const kicked = [...this.#running.values()].filter(({ origin }) => origin.session === session);
    for (const served of kicked) served.abort(reason);
    return kicked.length > 0;
  }

  close({ graceMs = DEFAULT_GRACE_MS }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#finish();
    const end = (): void => {
      for (const served of this.#running.values()) served.abort('The server is shutting down');
    };
    if (graceMs === 0) end();
    else this.#clock.after(graceMs, end);
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ graceMs: 0 });
  }

  /** With one port for all, that port stays open until the last transfer has ended. */
  async #finish(): Promise<void> {
    await Promise.all(this.#serving);
    this.#doors.close();
  }

  #arrived(door: Door, bytes: Uint8Array, from: Peer): void {
    const packet = parsePacket(bytes);
    if (packet.kind === 'request') this.#requested(door, packet, from);
    else if (packet.kind === 'malformed') this.#complain(door, packet, from);
    else this.#running.get(keyOf(door, from))?.received(packet);
  }

  /** A request that cannot be read is answered; anything else is met with silence. */
  #complain(door: Door, { opcode, why }: Malformed, from: Peer): void {
    if (opcode !== OPCODE.rrq && opcode !== OPCODE.wrq) return;
    if (SERVICE_PORTS.has(from.port) || this.#closed !== undefined) return;
    const address = canonicalAddress(from.address);
    if (this.#complaints.take(addressGroup(address)) > 0) return;
    if (this.#context.admission?.enter(address, 'claimed').outcome === 'refused') return;
    door.answers.send(printError(ERROR_CODE.illegalOperation, 'Malformed request'), from);
    this.#observe({
      kind: 'connection-refused',
      protocol: 'tftp',
      session: this.#nextSession(),
      peer: authority(address, from.port),
      reason: why,
    });
  }

  /**
   * Who finds no place is not answered: a client asks again by itself, and finds one then. Nothing that comes over UDP
   * leads to a ban, since anybody can send in another's name; bans that others have earned hold here too.
   */
  #requested(door: Door, request: Request, from: Peer): void {
    if (SERVICE_PORTS.has(from.port) || this.#closed !== undefined) return;
    const key = keyOf(door, from);
    const before = this.#running.get(key);
    if (before?.isMeantBy(request) === true) return;
    before?.giveWay();
    const address = canonicalAddress(from.address);
    const origin = { session: this.#nextSession(), address, peer: authority(address, from.port) };
    const places = this.#takePlaces(address);
    if (typeof places === 'string') {
      const { session, peer } = origin;
      this.#observe({ kind: 'connection-refused', protocol: 'tftp', session, peer, reason: places });
      return;
    }
    const served = new ServedRequest(request, origin, this.#lineOf(door, from), this.#context);
    this.#running.set(key, served);
    const serving = served.serve().finally(() => {
      places();
      if (this.#running.get(key) === served) this.#running.delete(key);
      this.#serving.delete(serving);
    });
    this.#serving.add(serving);
  }

  #lineOf(asked: Door, client: Peer) {
    const door = this.#options.fragments === 'avoided' ? asked : { ...asked, local: { address: asked.local.address } };
    if (this.#options.ports === 'single') return sharedLine(door, client);
    return new OwnLine(door, client, this.#options, (cause) =>
      this.#options.observe({ kind: 'fault', where: 'the port of a TFTP transfer', cause }),
    );
  }

  /** Gives back what was taken, or says why nothing is free. */
  #takePlaces(address: string): (() => void) | string {
    const group = addressGroup(address);
    const { transfers, transfersPerAddress } = this.#limits;
    if (this.#all.taken(EVERYBODY) >= transfers) return `${transfers} transfers run already`;
    if (this.#perGroup.taken(group) >= transfersPerAddress)
      return `${transfersPerAddress} transfers of this address run already`;
    const crowd = this.#crowdOfUnproven(group);
    if (crowd !== undefined) return crowd;
    const admitted = this.#context.admission?.enter(address, 'claimed');
    if (admitted?.outcome === 'refused') return admitted.reason;
    const places = [this.#all.take(EVERYBODY), this.#perGroup.take(group), admitted?.leave.bind(admitted)];
    return () => places.forEach((leave) => leave?.());
  }

  /** Half of all places is for clients that have answered: requests in the name of others must not keep them out. */
  #crowdOfUnproven(group: string): string | undefined {
    const { transfers, transfersPerAddress } = this.#limits;
    const unproven = [...this.#running.values()].filter(({ isProven }) => !isProven);
    const here = unproven.filter(({ origin }) => addressGroup(origin.address) === group);
    const isCrowded = unproven.length >= halfOf(transfers) || here.length >= halfOf(transfersPerAddress);
    return isCrowded ? `${unproven.length} clients have asked and not answered` : undefined;
  }

  /** A crowd that is turned away, or a device that probes for names, must not fill the log. */
  #observe(event: ServerEvent): void {
    if (event.kind === 'connection-refused' || event.kind === 'command-failed') {
      if (this.#refusalsTold.take(addressGroup(hostOf(event.peer))) > 0) {
        this.#refusalsUntold += 1;
        return;
      }
      if (this.#refusalsUntold > 0) {
        this.#options.observe({ kind: 'note', text: `${this.#refusalsUntold} more TFTP refusals were not told` });
        this.#refusalsUntold = 0;
      }
    }
    this.#options.observe(event);
  }
}

const halfOf = (bound: number): number => Math.ceil(bound / 2);

function boundedFor(ports: TftpServerOptions['ports'], limits: TftpLimits): TftpLimits {
  if (ports !== 'single') return limits;
  const blockBytes = Math.min(limits.blockBytes, SINGLE_PORT_WINDOW_BYTES);
  return { ...limits, blockBytes, windowBytes: Math.min(limits.windowBytes, SINGLE_PORT_WINDOW_BYTES) };
}

const keyOf = ({ local }: Door, from: Peer): string => `${local.address} ${peerKey(from)}`;

function countingSessions(): () => string {
  let count = 0;
  return () => (count += 1).toString(36);
}
