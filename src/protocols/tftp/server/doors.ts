/**
 * The ports that requests come to: one socket for each address of the machine, so that every answer comes from the
 * address that was asked. Node does not tell where a datagram was sent to, and devices drop answers from elsewhere.
 */
import type { Clock } from '../../../base/clock.ts';
import { type DatagramPort, openDatagramPort, type Peer } from '../channel/datagram-port.ts';
import type { LocalAddress, TftpServerOptions } from './options.ts';

/** A port that is asked, and what answers for it. */
export interface Door {
  /** Where answers come from: another one where everybody was asked. */
  readonly answers: DatagramPort;
  readonly local: LocalAddress;
}

export interface DoorsOptions extends Pick<TftpServerOptions, 'host' | 'port' | 'localAddresses' | 'broadcast'> {
  readonly clock: Clock;
  readonly onPacket: (door: Door, bytes: Uint8Array, from: Peer) => void;
  readonly onFault: (where: string, cause: unknown) => void;
}

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
/** How often addresses that have come or gone are looked for. */
const LOOK_MS = 10_000;
/** Where the port is free to be chosen, one that is free at all addresses is looked for so often. */
const PORT_TRIES = 20;

export class Doors {
  readonly #options: DoorsOptions;
  readonly #open = new Map<string, DatagramPort>();
  readonly #failed = new Set<string>();
  #isClosed = false;
  #stopLooking: () => void = () => undefined;
  port = 0;

  constructor(options: DoorsOptions) {
    this.#options = options;
  }

  /** Opens the doors of all addresses, or none and rejects. */
  async open(): Promise<void> {
    const tries = this.#options.port === 0 ? PORT_TRIES : 1;
    for (let left = tries; ; left -= 1)
      try {
        this.port = this.#options.port;
        await this.#openAll();
        break;
      } catch (error) {
        this.#closeAll();
        if (left === 1) throw error;
      }
    if (this.#isEverywhere) this.#lookAgain();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopLooking();
    this.#closeAll();
  }

  get #isEverywhere(): boolean {
    const { host, localAddresses } = this.#options;
    return WILDCARDS.has(host) && localAddresses !== undefined;
  }

  #addresses(): readonly LocalAddress[] {
    const { host, localAddresses } = this.#options;
    const known = localAddresses?.() ?? [];
    if (!this.#isEverywhere) return [known.find(({ address }) => address === host) ?? { address: host }];
    return host === '::' ? known : known.filter(({ address }) => !address.includes(':'));
  }

  async #openAll(): Promise<void> {
    for (const local of this.#addresses()) await this.#openOne(local);
  }

  async #openOne(local: LocalAddress): Promise<void> {
    const answers = await this.#bind(local.address, (bytes, from) => this.#arrived(local, bytes, from));
    this.port = answers.port;
    const { broadcast } = local;
    if (this.#options.broadcast !== 'answered' || broadcast === undefined || this.#open.has(broadcast)) return;
    await this.#bind(broadcast, (bytes, from) => this.#arrived(local, bytes, from));
  }

  async #bind(address: string, onPacket: (bytes: Uint8Array, from: Peer) => void): Promise<DatagramPort> {
    const onError = (cause: Error): void => this.#options.onFault(`the TFTP port at ${address}`, cause);
    const opened = await openDatagramPort({ address, port: this.port, onPacket, onError });
    this.#open.set(address, opened);
    if (this.#isClosed) opened.close();
    return opened;
  }

  #arrived(local: LocalAddress, bytes: Uint8Array, from: Peer): void {
    const answers = this.#open.get(local.address);
    if (answers !== undefined) this.#options.onPacket({ answers, local }, bytes, from);
  }

  #closeAll(): void {
    for (const door of this.#open.values()) door.close();
    this.#open.clear();
  }

  #lookAgain(): void {
    this.#stopLooking = this.#options.clock.after(LOOK_MS, () => {
      void this.#look().finally(() => {
        if (!this.#isClosed) this.#lookAgain();
      });
    });
  }

  /** An address that cannot be served is told once, until it can or is gone. */
  async #look(): Promise<void> {
    const addresses = this.#addresses();
    const wanted = new Set(addresses.flatMap(({ address, broadcast = '' }) => [address, broadcast]));
    for (const [address, door] of this.#open) {
      if (wanted.has(address)) continue;
      door.close();
      this.#open.delete(address);
    }
    for (const address of this.#failed) if (!wanted.has(address)) this.#failed.delete(address);
    for (const local of addresses) if (!this.#open.has(local.address)) await this.#tryOne(local);
  }

  async #tryOne(local: LocalAddress): Promise<void> {
    try {
      await this.#openOne(local);
      this.#failed.delete(local.address);
    } catch (cause) {
      if (!this.#failed.has(local.address)) this.#options.onFault(`listening at ${local.address}`, cause);
      this.#failed.add(local.address);
    }
  }
}
