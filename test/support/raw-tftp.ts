/** A UDP socket for tests that speak TFTP packet by packet, as bytes or in the words of RFC 1350. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

export interface Received {
  readonly bytes: Buffer;
  readonly from: RemoteInfo;
}

/** `RRQ boot octet blksize=512`, `DATA 1 (512)`, `ACK 3`, `OACK blksize=512`, `ERROR 1 File not found`. */
export function words({ bytes }: Received): string {
  const opcode = bytes.readUInt16BE(0);
  const number = bytes.length >= 4 ? bytes.readUInt16BE(2) : 0;
  if (opcode === 3) return `DATA ${number} (${bytes.length - 4})`;
  if (opcode === 4) return `ACK ${number}`;
  if (opcode === 5) return `ERROR ${number} ${bytes.subarray(4, -1).toString('latin1')}`;
  const texts = bytes.subarray(2, -1).toString('latin1').split('\0');
  const name = ['', 'RRQ', 'WRQ', '', '', '', 'OACK'][opcode] ?? `opcode ${opcode}`;
  const plain = opcode === 6 ? [] : texts.splice(0, 2);
  const options = texts.flatMap((text, index) => (index % 2 === 0 ? [`${text}=${texts[index + 1] ?? ''}`] : []));
  return [name, ...plain, ...options].filter((word) => word !== '=').join(' ');
}

export function ackOf(block: number): Buffer {
  return Buffer.from([0, 4, block >> 8, block & 0xff]);
}

export function dataOf(block: number, bytes: Uint8Array | string): Buffer {
  return Buffer.concat([Buffer.from([0, 3, block >> 8, block & 0xff]), Buffer.from(bytes as string)]);
}

export function errorOf(code: number, message = 'no'): Buffer {
  return Buffer.concat([Buffer.from([0, 5, 0, code]), Buffer.from(`${message}\0`)]);
}

export function oackOf(...texts: readonly string[]): Buffer {
  return Buffer.concat([Buffer.from([0, 6]), Buffer.from(texts.map((text) => `${text}\0`).join(''), 'latin1')]);
}

/** `rrq('boot', 'octet', 'blksize', '1428')`; texts are bytes (latin1). */
const requestOf =
  (opcode: number) =>
  (...texts: readonly string[]): Buffer =>
    Buffer.concat([Buffer.from([0, opcode]), Buffer.from(texts.map((text) => `${text}\0`).join(''), 'latin1')]);

export const rrq = requestOf(1);
export const wrq = requestOf(2);

/** How long nothing must come to be sure that nothing comes: longer than the quick waits of tests. */
const SILENCE_MS = 60;

export class RawTftp implements Disposable {
  readonly #socket: Socket;
  readonly #arrived: Received[] = [];
  #waiting: ((received: Received) => void) | undefined;
  /** Where answers go: the port of the last packet that was taken. */
  peer: { address: string; port: number };

  private constructor(socket: Socket, peer: { address: string; port: number }) {
    this.#socket = socket;
    this.peer = peer;
    socket.on('message', (bytes, from) => {
      const received = { bytes, from };
      if (this.#waiting === undefined) this.#arrived.push(received);
      else this.#waiting(received);
      this.#waiting = undefined;
    });
  }

  static async open(
    server: { host: string; port: number },
    bind: { address?: string; port?: number } = {},
  ): Promise<RawTftp> {
    const socket = createSocket(server.host.includes(':') ? 'udp6' : 'udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address: server.host.includes(':') ? '::1' : '127.0.0.1', port: 0, ...bind }, resolve);
    });
    return new RawTftp(socket, { address: server.host, port: server.port });
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** To the peer, or to another port. */
  send(packet: Uint8Array, port = this.peer.port): void {
    this.#socket.send(packet, port, this.peer.address);
  }

  /** The next packet, at most two seconds from now. */
  async packet(): Promise<Received> {
    const received = this.#arrived.shift() ?? (await this.#next(2_000));
    if (received === undefined) throw new Error('no packet came within two seconds');
    return received;
  }

  /** The next packet in words; from now on its sender is the peer. */
  async next(): Promise<string> {
    const received = await this.packet();
    this.peer = { address: received.from.address, port: received.from.port };
    return words(received);
  }

  async ask(packet: Uint8Array): Promise<string> {
    this.send(packet);
    return await this.next();
  }

  /** Whether nothing comes for a while. */
  async isSilent(ms = SILENCE_MS): Promise<boolean> {
    return this.#arrived.length === 0 && (await this.#next(ms)) === undefined;
  }

  /** Takes a file to its end, acknowledging each window; the request is answered by DATA 1 or an OACK. */
  async receive(request: Uint8Array, { blockBytes = 512, windowBlocks = 1, rollover = 0 } = {}): Promise<Buffer> {
    const pieces: Buffer[] = [];
    this.send(request);
    for (let due = 1; ;) {
      const bytes = await this.#dataOrOptions();
      if (bytes === undefined) this.send(ackOf(0));
      else if (bytes.readUInt16BE(2) === due) {
        pieces.push(bytes.subarray(4));
        const isLast = bytes.length < blockBytes + 4;
        if (isLast || pieces.length % windowBlocks === 0) this.send(ackOf(due));
        if (isLast) return Buffer.concat(pieces);
        due = due === 65_535 ? rollover : due + 1;
      }
    }
  }

  /** Sends a file to its end, window by window; the request has been answered. */
  async give(content: Uint8Array, { blockBytes, window }: { blockBytes: number; window: number }): Promise<void> {
    const blocks = Math.floor(content.length / blockBytes) + 1;
    for (let first = 1; first <= blocks; first += window) {
      const last = Math.min(blocks, first + window - 1);
      for (let block = first; block <= last; block += 1)
        this.send(dataOf(block, content.subarray((block - 1) * blockBytes, block * blockBytes)));
      const answer = await this.next();
      if (answer !== `ACK ${last}`) throw new Error(`${answer} came instead of ACK ${last}`);
    }
  }

  /** A DATA packet, or `undefined` for an OACK; its sender is the peer. Throws for anything else. */
  async #dataOrOptions(): Promise<Buffer | undefined> {
    const received = await this.packet();
    const { bytes, from } = received;
    this.peer = { address: from.address, port: from.port };
    const opcode = bytes.readUInt16BE(0);
    if (opcode === 6) return undefined;
    if (opcode !== 3) throw new Error(words(received));
    return bytes;
  }

  async #next(ms: number): Promise<Received | undefined> {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting = undefined;
        resolve(undefined);
      }, ms);
      this.#waiting = (received) => {
        clearTimeout(timer);
        resolve(received);
      };
    });
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}
