/** A Telnet server against bytes on the wire: RFC 854 and its options, line ends, and peers that mean no good. */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { startTelnetServer, type TelnetServer, type TelnetSession } from '../../src/protocols/telnet/index.ts';
import { eventually, within } from '../support/wait.ts';

const [IAC, DONT, DO, WONT, WILL, SB, SE] = [255, 254, 253, 252, 251, 250, 240];
const [BINARY, ECHO, SGA, TTYPE, NAWS] = [0, 1, 3, 24, 31];
/** WILL ECHO, WILL SUPPRESS-GO-AHEAD, DO TERMINAL-TYPE, DO NAWS. */
const OPENING = [IAC, WILL, ECHO, IAC, WILL, SGA, IAC, DO, TTYPE, IAC, DO, NAWS];

/** What a server was told and what it was sent, byte for byte. */
class Peer implements AsyncDisposable {
  readonly server: TelnetServer;
  readonly socket: Socket;
  session: TelnetSession | undefined;
  typed = '';
  readonly #seen: Buffer[] = [];
  readonly #ended: Promise<void>;

  private constructor(server: TelnetServer, socket: Socket) {
    this.server = server;
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => this.#seen.push(bytes));
    socket.on('error', () => undefined);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    socket.on('close', () => resolve(undefined));
    this.#ended = promise;
  }

  static async meet(
    serve: (session: TelnetSession, peer: Peer) => Promise<void> = (session, peer) => peer.read(session),
  ): Promise<Peer> {
    const { promise, resolve } = Promise.withResolvers<TelnetSession>();
    const { promise: met, resolve: meet } = Promise.withResolvers<Peer>();
    const server = await startTelnetServer({
      host: '127.0.0.1',
      port: 0,
      async onSession(session) {
        resolve(session);
        await serve(session, await met);
      },
    });
    const peer = new Peer(server, connect(server.port, '127.0.0.1'));
    meet(peer);
    peer.session = await within(promise, 'a session');
    await peer.sees(OPENING);
    return peer;
  }

  /** Keeps what is typed. */
  async read(session: TelnetSession): Promise<void> {
    for await (const bytes of session.input) this.typed += Buffer.from(bytes).toString('latin1');
  }

  send(...bytes: readonly (number | string)[]): void {
    this.socket.write(
      Buffer.concat(bytes.map((one) => (typeof one === 'string' ? Buffer.from(one) : Buffer.from([one])))),
    );
  }

  get seen(): readonly number[] {
    return [...Buffer.concat(this.#seen)];
  }

  async sees(bytes: readonly number[]): Promise<void> {
    await eventually(
      () => this.seen.length >= bytes.length,
      `${bytes.length} bytes come, and not ${this.seen.join(' ')}`,
    );
    assert.deepEqual(this.seen.slice(0, bytes.length), bytes);
    this.#seen.splice(0, this.#seen.length, Buffer.from(this.seen.slice(bytes.length)));
  }

  async types(text: string): Promise<void> {
    await eventually(() => this.typed.length >= text.length, `${JSON.stringify(text)} is typed`);
    assert.equal(this.typed, text);
  }

  async closed(): Promise<void> {
    await within(this.#ended, 'the end of the connection');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.server[Symbol.asyncDispose]();
  }
}

describe('options', () => {
  test('are offered in the order of IOS, and an answer begins nothing', async () => {
    await using peer = await Peer.meet();
    peer.send(IAC, DO, ECHO, IAC, DO, SGA, IAC, WONT, TTYPE, IAC, WONT, NAWS, 'x\r\n');
    await peer.types('x\r');
    assert.deepEqual(peer.seen, []);
  });
  test('what is so already is not answered; what nobody wants is refused once', async () => {
    await using peer = await Peer.meet();
    peer.send(IAC, DO, ECHO, IAC, DO, ECHO, IAC, DO, ECHO, IAC, DO, 39, IAC, WILL, 39, 'x\r\n');
    await peer.types('x\r');
    assert.deepEqual(peer.seen, [IAC, WONT, 39, IAC, DONT, 39]);
  });
  test('the peer must not echo, and may be binary', async () => {
    await using peer = await Peer.meet();
    peer.send(IAC, WILL, ECHO, IAC, WILL, BINARY, IAC, DO, BINARY, 'x\r\0');
    // Binary is binary: nothing is an Enter there.
    await peer.types('x\r\0');
    assert.deepEqual(peer.seen, [IAC, DONT, ECHO, IAC, DO, BINARY, IAC, WILL, BINARY]);
  });
  test('terminal type and window size are learned, and followed', async () => {
    await using peer = await Peer.meet();
    peer.send(IAC, WILL, TTYPE);
    await peer.sees([IAC, SB, TTYPE, 1, IAC, SE]);
    peer.send(IAC, SB, TTYPE, 0, 'XTERM', IAC, SE, IAC, WILL, NAWS, IAC, SB, NAWS, 0, 132, 0, 50, IAC, SE);
    await eventually(() => peer.session?.rows === 50, 'the size is known');
    assert.deepEqual([peer.session?.terminalType, peer.session?.columns], ['XTERM', 132]);
    peer.send(IAC, SB, NAWS, 1, IAC, IAC, 0, 24, IAC, SE);
    await eventually(() => peer.session?.rows === 24, 'the new size is known');
    assert.equal(peer.session?.columns, 511);
  });
});

describe('what is typed', () => {
  for (const [what, pieces] of [
    ['CR LF', ['a\r\nb\r\n']],
    ['CR NUL', ['a\r\0b\r\0']],
    ['CR', ['a\rb\r']],
    ['LF', ['a\nb\n']],
    ['CR and LF in two packets', ['a\r', '\nb\r', '\n']],
  ] as const)
    test(`${what} is one Enter`, async () => {
      await using peer = await Peer.meet();
      for (const piece of pieces) {
        peer.send(piece);
        await eventually(() => peer.typed.length > 0, 'something is typed');
      }
      await peer.types(what === 'LF' ? peer.typed : 'a\rb\r');
      assert.equal(peer.typed.replaceAll('\n', '\r'), 'a\rb\r');
    });
  test('IAC IAC is one byte of 255, also in two packets', async () => {
    await using peer = await Peer.meet();
    peer.send('a', IAC);
    peer.send(IAC, 'b');
    await peer.types('a\xffb');
  });
  test('IP, EC and EL are keys, and AYT is answered', async () => {
    await using peer = await Peer.meet();
    peer.send('a', IAC, 244, IAC, 247, IAC, 248, IAC, 246);
    await peer.types('a\x03\x7f\x15');
    await eventually(() => Buffer.from(peer.seen).toString().includes('[Yes]'), 'the server says that it is there');
  });
  test('BRK is told to whoever asked for it', async () => {
    await using peer = await Peer.meet();
    let breaks = 0;
    peer.session?.onBreak(() => (breaks += 1));
    peer.send(IAC, 243, 'x');
    await peer.types('x');
    assert.equal(breaks, 1);
  });
});

describe('a peer that means no good', () => {
  test('sends a long subnegotiation: it is passed over', async () => {
    await using peer = await Peer.meet();
    peer.send(IAC, SB, TTYPE, 0, 'x'.repeat(100_000), IAC, SE, 'after\r\n');
    await peer.types('after\r');
    assert.equal(peer.session?.terminalType, undefined);
  });
  test('sends a subnegotiation without end: the connection is given up', async () => {
    await using peer = await Peer.meet();
    peer.send(IAC, SB, TTYPE, 0, 'x'.repeat(1_000_000));
    await peer.closed();
  });
  test('changes options without end: the connection is given up', async () => {
    await using peer = await Peer.meet();
    for (let round = 0; round < 400; round += 1) peer.send(IAC, DO, BINARY, IAC, DONT, BINARY, IAC, DO, 99);
    await peer.closed();
  });
  test('types and is not read: it is held back', async () => {
    const { promise: over, resolve: end } = Promise.withResolvers<undefined>();
    await using peer = await Peer.meet(async () => {
      await over;
    });
    const block = Buffer.alloc(1024 * 1024, 'x');
    for (let sent = 0; sent < 64; sent += 1) peer.socket.write(block);
    await eventually(() => peer.socket.writableLength > 16 * 1024 * 1024, 'the peer is held back');
    end(undefined);
  });
  test('is gone: writing to it never rejects', async () => {
    await using peer = await Peer.meet();
    peer.socket.resetAndDestroy();
    await eventually(() => peer.session?.signal.aborted === true, 'the session is over');
    await peer.session?.write('to nobody');
  });
});

test('a server that closes ends its sessions', async () => {
  await using peer = await Peer.meet();
  await peer.server.close({ graceMs: 1_000 });
  await peer.closed();
  assert.equal(peer.server.sessionCount, 0);
});

test('a place that is taken is told to who comes next', async () => {
  await using server = await startTelnetServer({
    host: '127.0.0.1',
    port: 0,
    limits: { connections: 1 },
    onSession: async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  });
  const first = connect(server.port, '127.0.0.1');
  first.on('error', () => undefined);
  await eventually(() => server.sessionCount === 1, 'somebody is in');
  const second = connect(server.port, '127.0.0.1');
  let told = '';
  second.setEncoding('utf8').on('data', (text: string) => (told += text));
  await within(new Promise((resolve) => second.on('close', resolve)), 'the second is turned away');
  assert.match(told, /^Not now: /);
  first.destroy();
});
