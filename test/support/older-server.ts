/** Makes an older server of one: a relay before it that knows some verbs no more. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface OlderServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Command lines of all connections, as the client sent them. */
  readonly lines: readonly string[];
}

/** A verb that no server knows: the answer comes from the server, in its turn. */
const UNKNOWN = 'XNON';

/** Relays control connections; `without` are the verbs that become unknown. Data connections go straight to the server. */
export async function olderServer(
  server: { readonly host: string; readonly port: number },
  without: readonly string[],
): Promise<OlderServer> {
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const translated = (line: string): string => {
    lines.push(line);
    const verb = line.split(' ', 1)[0] ?? '';
    return without.includes(verb.toUpperCase()) ? `${UNKNOWN}${line.slice(verb.length)}` : line;
  };
  const relay = createServer((client) => {
    const behind = connect(server.port, server.host);
    let rest = '';
    for (const socket of [client, behind]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        behind.destroy();
      });
    }
    behind.pipe(client);
    client.on('data', (chunk: Buffer) => {
      const parts = `${rest}${chunk.toString('latin1')}`.split('\r\n');
      rest = parts.pop() ?? '';
      behind.write(parts.map((line) => `${translated(line)}\r\n`).join(''), 'latin1');
    });
    client.on('end', () => behind.end());
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  return {
    host: '127.0.0.1',
    port: (relay.address() as AddressInfo).port,
    lines,
    async [Symbol.asyncDispose]() {
      const closed = once(relay, 'close');
      relay.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
