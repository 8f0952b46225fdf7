/** A UDP port of ours: packets in, packets out. */
import { createSocket, type Socket } from 'node:dgram';

export interface Peer {
  readonly address: string;
  readonly port: number;
}

export interface DatagramPortOptions {
  readonly address: string;
  /** 0: any free one, which the system picks at random. */
  readonly port: number;
  readonly onPacket: (bytes: Uint8Array, from: Peer) => void;
  /** What the port suffers later; it stays open. */
  readonly onError: (error: Error) => void;
}

export interface DatagramPort extends Peer {
  /** `onFailure` is told when the system cannot send it, which else is a packet lost like another. */
  send(packet: Uint8Array, to: Peer, onFailure?: (error: Error) => void): void;
  /** Lets the program end although the port is open. */
  unref(): void;
  close(): void;
}

/** A window that comes at once must find room; the system grants less where it must. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;

type Found = (error: Error | null, address: string, family: number) => void;

/** Addresses are addresses here: there is nothing to look up, and nothing to wait for. */
function asItIs(host: string, options: unknown, found?: Found): void {
  const tell = typeof options === 'function' ? (options as Found) : found;
  tell?.(null, host, host.includes(':') ? 6 : 4);
}

/** Opens a port; rejects with the system's error when it cannot. */
export async function openDatagramPort({
  address,
  port,
  onPacket,
  onError,
}: DatagramPortOptions): Promise<DatagramPort> {
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', lookup: asItIs });
  const opened = Promise.withResolvers<undefined>();
  socket.once('error', opened.reject);
  socket.bind({ address, port, exclusive: true }, () => opened.resolve(undefined));
  try {
    await opened.promise;
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.off('error', opened.reject);
  socket.on('error', onError);
  socket.on('message', onPacket);
  enlarge(socket);
  const bound = socket.address();
  let isOpen = true;
  return {
    address: bound.address,
    port: bound.port,
    send(packet, to, onFailure) {
      if (!isOpen) return;
      if (onFailure === undefined) socket.send(packet, to.port, to.address);
      else socket.send(packet, to.port, to.address, (error) => error !== null && onFailure(error));
    },
    unref: () => void socket.unref(),
    close() {
      if (isOpen) socket.close();
      isOpen = false;
    },
  };
}

/** A system that refuses serves with what it has. */
function enlarge(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  } catch {
    // Nothing is lost but speed: a window that overflows is sent again.
  }
}

/** One spelling for a peer. */
export const peerKey = ({ address, port }: Peer): string => `${address} ${port}`;
