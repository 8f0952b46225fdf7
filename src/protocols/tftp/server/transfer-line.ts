/** The line between one transfer and its client: a port of its own, or the one that all requests come to. */
import { randomInt } from 'node:crypto';
import type { PacketChannel } from '../channel/ending.ts';
import { type DatagramPort, openDatagramPort, type Peer } from '../channel/datagram-port.ts';
import { ERROR_CODE } from '../wire/error-code.ts';
import { type Packet, parsePacket, printError } from '../wire/packet.ts';
import type { Door } from './doors.ts';
import type { TftpServerOptions } from './options.ts';

export interface TransferLine extends PacketChannel {
  /** Packets of the client are told from now on; nothing else is. */
  open(onPacket: (packet: Packet) => void): Promise<void>;
  /** Answers the request itself, from the port that it came to. */
  refuse(packet: Uint8Array): void;
  /** Nothing is sent any more. */
  close(): void;
  /** The largest datagram that goes in one piece, where that is known. */
  readonly mtuBytes: number | undefined;
}

type Ports = Pick<TftpServerOptions, 'transferPorts'>;

/** How many ports of a range are tried. */
const RANGE_TRIES = 50;
/** Strangers are told that nobody here knows them (RFC 1350 §4), but not without end. */
const STRANGERS_TOLD = 16;

const UNKNOWN = printError(ERROR_CODE.unknownTransfer, 'Unknown transfer ID');

/** The one port serves all: whoever reads it brings the packets. */
export function sharedLine(door: Door, client: Peer): TransferLine {
  let isOpen = true;
  const send = (packet: Uint8Array): void => {
    if (isOpen) door.answers.send(packet, client);
  };
  return {
    mtuBytes: door.local.mtuBytes,
    open: () => Promise.resolve(),
    send,
    refuse: send,
    close: () => (isOpen = false),
  };
}

/** A port of its own, by which both sides know the transfer (RFC 1350 §4). */
export class OwnLine implements TransferLine {
  readonly #door: Door;
  readonly #client: Peer;
  readonly #ports: Ports;
  readonly #onFault: (cause: Error) => void;
  #port: DatagramPort | undefined;
  #strangers = 0;
  #isClosed = false;

  constructor(door: Door, client: Peer, ports: Ports, onFault: (cause: Error) => void) {
    this.#door = door;
    this.#client = client;
    this.#ports = ports;
    this.#onFault = onFault;
  }

  get mtuBytes(): number | undefined {
    return this.#door.local.mtuBytes;
  }

  async open(onPacket: (packet: Packet) => void): Promise<void> {
    const { address } = this.#door.local;
    for (let left = this.#ports.transferPorts === undefined ? 1 : RANGE_TRIES; ; left -= 1)
      try {
        this.#port = await openDatagramPort({
          address,
          port: this.#pick(),
          onPacket: (bytes, from) => this.#arrived(bytes, from, onPacket),
          onError: this.#onFault,
        });
        if (this.#isClosed) this.#port.close();
        return;
      } catch (error) {
        if (left === 1) throw error;
      }
  }

  send(packet: Uint8Array): void {
    this.#port?.send(packet, this.#client);
  }

  refuse(packet: Uint8Array): void {
    if (!this.#isClosed) this.#door.answers.send(packet, this.#client);
  }

  close(): void {
    this.#isClosed = true;
    this.#port?.close();
  }

  #pick(): number {
    const { transferPorts } = this.#ports;
    return transferPorts === undefined ? 0 : randomInt(transferPorts.first, transferPorts.last + 1);
  }

  #arrived(bytes: Uint8Array, from: Peer, onPacket: (packet: Packet) => void): void {
    const packet = parsePacket(bytes);
    if (from.port !== this.#client.port || from.address !== this.#client.address) this.#stranger(packet.kind, from);
    else if (packet.kind !== 'malformed') onPacket(packet);
  }

  /** An ERROR is never answered: two servers would answer each other for ever. */
  #stranger(kind: ReturnType<typeof parsePacket>['kind'], from: Peer): void {
    if (kind !== 'data' && kind !== 'ack' && kind !== 'options') return;
    if (this.#strangers >= STRANGERS_TOLD) return;
    this.#strangers += 1;
    this.#port?.send(UNKNOWN, from);
  }
}
