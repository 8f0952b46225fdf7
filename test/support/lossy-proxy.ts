/**
 * A bad network between two real TFTP programs: forwards datagrams and loses some of them.
 *
 * A client asks the proxy's port; each port that the server answers from shows to the client as a port of its own, so
 * that both sides know their transfers by ports as they would without it (RFC 1350 §4).
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

export interface LossyProxyOptions {
  readonly server: { readonly host: string; readonly port: number };
  /** Which part of all packets is lost, either way; 0.05 unless told. */
  readonly loss?: number;
  /** The same seed loses the same packets, as far as they come in the same order. */
  readonly seed?: number;
}

export interface LossyProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** How many packets came, and how many of them were lost. */
  readonly count: { readonly packets: number; readonly lost: number };
}

/** One client's request and all that came of it. */
interface Exchange {
  readonly client: RemoteInfo;
  /** What the server takes for the client. */
  readonly asClient: Socket;
  /** What the client takes for the server, by the server's ports. */
  readonly asServer: Map<number, Promise<Socket>>;
}

const HOST = '127.0.0.1';

/** Numbers from 0 to 1 that look like chance (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function open(): Promise<Socket> {
  const socket = createSocket('udp4');
  // A port that refuses is a port that does not answer.
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.bind(0, HOST, resolve));
  socket.setRecvBufferSize(1024 * 1024);
  return socket;
}

export async function startLossyProxy({ server, loss = 0.05, seed = 1 }: LossyProxyOptions): Promise<LossyProxy> {
  const random = chance(seed);
  const count = { packets: 0, lost: 0 };
  const exchanges = new Map<string, Promise<Exchange>>();
  const sockets: Socket[] = [];
  let isOver = false;

  const opened = async (): Promise<Socket> => {
    const socket = await open();
    if (isOver) socket.close();
    else sockets.push(socket);
    return socket;
  };
  const forward = (from: Socket, bytes: Uint8Array, to: { readonly address: string; readonly port: number }): void => {
    if (!isOver) from.send(bytes, to.port, to.address);
  };
  const isLost = (): boolean => {
    count.packets += 1;
    if (random() >= loss) return false;
    count.lost += 1;
    return true;
  };

  const socketFor = async (exchange: Exchange, tid: RemoteInfo): Promise<Socket> => {
    const socket = await opened();
    socket.on('message', (bytes, from) => {
      if (from.port === exchange.client.port && !isLost()) forward(exchange.asClient, bytes, tid);
    });
    return socket;
  };

  const begin = async (client: RemoteInfo): Promise<Exchange> => {
    const exchange: Exchange = { client, asClient: await opened(), asServer: new Map() };
    exchange.asClient.on('message', (bytes, tid) => {
      if (isLost()) return;
      const socket = exchange.asServer.get(tid.port) ?? socketFor(exchange, tid);
      exchange.asServer.set(tid.port, socket);
      void socket.then((ready) => forward(ready, bytes, client));
    });
    return exchange;
  };

  const front = await opened();
  front.on('message', (bytes, client) => {
    if (isLost()) return;
    const key = `${client.address} ${client.port}`;
    const exchange = exchanges.get(key) ?? begin(client);
    exchanges.set(key, exchange);
    void exchange.then(({ asClient }) => forward(asClient, bytes, { address: server.host, port: server.port }));
  });

  return {
    host: HOST,
    port: front.address().port,
    count,
    [Symbol.asyncDispose]() {
      isOver = true;
      for (const socket of sockets) socket.close();
      return Promise.resolve();
    },
  };
}
