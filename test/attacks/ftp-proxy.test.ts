/** PROXY headers on real sockets: whose word about the client is believed, and what becomes of headers that are none. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createBanList } from '../../src/accounts/ban-list.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createManualClock } from '../../src/base/manual-clock.ts';
import { assertAlive } from '../support/alive.ts';
import { startTestServer, type TestServer, type TestServerOptions } from '../support/ftp-server.ts';
import { RawFtp, readAll } from '../support/raw-ftp.ts';
import { eventually, within } from '../support/wait.ts';

/** The load balancer; 127.0.0.1, from where all else in these tests comes, is not trusted. */
const PROXY = '127.0.0.3';
const V1 = 'PROXY TCP4 192.0.2.1 198.51.100.7 40000 21\r\n';
const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const IPV4 = [192, 0, 2, 1, 198, 51, 100, 7, 0x9c, 0x40, 0, 21];

const v2 = (command: number, family: number, rest: readonly number[]): Buffer =>
  Buffer.from([...SIGNATURE, command, family, rest.length >> 8, rest.length & 255, ...rest]);

const start = (options: TestServerOptions = {}): Promise<TestServer> =>
  startTestServer({ trustedProxies: [PROXY], ...options });

async function connectFrom(address: string, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: address });
  socket.on('error', () => undefined);
  await within(once(socket, 'connect'), 'a connection');
  return socket.setNoDelay(true);
}

async function viaProxy(server: TestServer, header: string | Buffer = V1): Promise<RawFtp> {
  const client = new RawFtp(await connectFrom(PROXY, server.port));
  client.write(header);
  return client;
}

async function loginViaProxy(server: TestServer, header: string | Buffer = V1): Promise<RawFtp> {
  const client = await viaProxy(server, header);
  await client.expect(220);
  await client.expect(331, 'USER u');
  await client.expect(230, 'PASS p');
  return client;
}

const peersOf = (server: TestServer): readonly string[] =>
  server.events.flatMap((event) => (event.kind === 'session-opened' ? [event.peer] : []));

describe('the control connection', () => {
  const good: readonly (readonly [string, string | Buffer, RegExp])[] = [
    ['version 1', V1, /^192\.0\.2\.1:40000$/],
    ['version 1 over IPv6', 'PROXY TCP6 2001:db8::1 2001:db8::2 40000 21\r\n', /^\[2001:db8::1\]:40000$/],
    ['version 1 of the proxy itself', 'PROXY UNKNOWN\r\n', /^127\.0\.0\.3:\d+$/],
    ['version 2', v2(0x21, 0x11, IPV4), /^192\.0\.2\.1:40000$/],
    ['version 2 with fields behind', v2(0x21, 0x11, [...IPV4, 4, 0, 3, 1, 2, 3]), /^192\.0\.2\.1:40000$/],
    ['version 2, LOCAL', v2(0x20, 0, []), /^127\.0\.0\.3:\d+$/],
    ['version 2, UNSPEC', v2(0x21, 0, [1, 2, 3]), /^127\.0\.0\.3:\d+$/],
  ];
  for (const [name, header, peer] of good)
    test(`${name}: the client is who the header says`, async () => {
      await using server = await start();
      await using client = await loginViaProxy(server, header);
      await client.expect(200, 'NOOP');
      assert.match(peersOf(server)[0] ?? '', peer);
      await assertAlive(server);
    });

  test('a header that comes byte by byte, with commands behind it in the last one', async () => {
    await using server = await start();
    for (const header of [Buffer.from(V1), v2(0x21, 0x11, IPV4)]) {
      const socket = await connectFrom(PROXY, server.port);
      await using client = new RawFtp(socket);
      for (const byte of header.subarray(0, -1)) {
        socket.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      socket.write(Buffer.concat([header.subarray(-1), Buffer.from('USER u\r\nPASS p\r\nNOOP\r\n')]));
      for (const code of [220, 331, 230, 200]) await client.expect(code);
    }
    assert.deepEqual(peersOf(server), ['192.0.2.1:40000', '192.0.2.1:40000']);
  });

  test('from anybody else a header is a bad command, and nothing in it is believed', async () => {
    await using server = await start();
    await using client = await RawFtp.open(server.port);
    await client.expect(500, V1.trimEnd());
    await using binary = await RawFtp.open(server.port);
    binary.write(v2(0x21, 0x11, IPV4));
    binary.write('\r\n');
    await binary.expect(500);
    for (const peer of peersOf(server)) assert.match(peer, /^127\.0\.0\.1:/);
    await assertAlive(server);
  });

  test('a second header is a bad command as well', async () => {
    await using server = await start();
    await using client = await loginViaProxy(server);
    await client.expect(500, V1.trimEnd());
  });

  const bad: readonly (readonly [string, string | Buffer])[] = [
    ['none at all', 'USER u\r\n'],
    ['an unknown family', v2(0x21, 0x41, IPV4)],
    ['an unknown command', v2(0x2f, 0x11, IPV4)],
    ['addresses cut short', v2(0x21, 0x11, IPV4.slice(0, 8))],
    ['a line without end', `PROXY TCP4 ${'1'.repeat(200)}`],
    ['far too long', Buffer.from([...SIGNATURE, 0x21, 0x11, 0xff, 0xff])],
  ];
  for (const [name, header] of bad)
    test(`${name}: 421 and the end`, async () => {
      await using server = await start();
      const client = await viaProxy(server, header);
      assert.match((await client.expect(421)).text, /trusted proxy.*PROXY header cannot be read/);
      await client.closed();
      assert.deepEqual(peersOf(server), []);
      await assertAlive(server);
    });

  test('one that stops in the middle is waited for five seconds, and then it is over', async () => {
    const clock = createManualClock();
    await using server = await start({ clock });
    const clients = [await viaProxy(server, ''), await viaProxy(server, 'PROXY TC'), await viaProxy(server, '\r\n')];
    // Two of its own watch for each, and one for the deadlines of sessions.
    await eventually(() => clock.waiting === 4, 'all three are waited for');
    clock.advance(4_999);
    clock.advance(1);
    for (const client of clients) {
      assert.match((await client.expect(421)).text, /no whole PROXY header within 5 s/);
      await client.closed();
    }
    await eventually(() => clock.waiting === 1, 'nothing is waited for any more');
    await assertAlive(server);
  });

  test('a check whether the port is open is no event', async () => {
    await using server = await start();
    for (let count = 0; count < 20; count += 1) {
      const socket = await connectFrom(PROXY, server.port);
      if (count % 2 === 0) socket.resetAndDestroy();
      else await readAll(socket.end());
    }
    await assertAlive(server);
    assert.deepEqual(
      server.events.filter(({ kind }) => kind === 'connection-refused'),
      [],
    );
  });

  test('while a header is waited for the connection counts in the total, and not afterwards', async () => {
    await using server = await start({ limits: { connections: 2 } });
    const waiting = [await viaProxy(server, ''), await viaProxy(server, '')];
    const third = await viaProxy(server);
    await third.expect(421);
    for (const client of waiting) client.socket.destroy();
    await eventually(async () => {
      const client = await viaProxy(server);
      const { code } = await client.reply();
      client.socket.destroy();
      return code === 220;
    }, 'the places are free');
    await eventually(() => server.sessionCount === 0, 'all sessions are gone');
    await assertAlive(server);
  });

  test('the end of the server does not wait for headers', async () => {
    const server = await start();
    const client = await viaProxy(server, 'PROXY');
    await assertAlive(server);
    await within(Promise.resolve(server[Symbol.asyncDispose]()), 'the end of the server');
    await client.closed();
  });
});

describe('what counts by address', () => {
  test('counts the clients, and not the proxy', async () => {
    const bans = createBanList({ clock: systemClock });
    bans.ban('192.0.2.66', { durationMs: 60_000, reason: 'test' });
    await using server = await start({ bans, limits: { connectionsPerAddress: 1 } });
    await using first = await loginViaProxy(server);
    await using second = await loginViaProxy(server, V1.replace('192.0.2.1', '192.0.2.2'));
    await using third = await viaProxy(server);
    assert.match((await third.expect(421)).text, /1 connections from your address/);
    await using banned = await viaProxy(server, V1.replace('192.0.2.1', '192.0.2.66'));
    assert.match((await banned.expect(421)).text, /banned/);
    await first.expect(200, 'NOOP');
    await second.expect(200, 'NOOP');
    const peers = server.events.flatMap((event) => (event.kind === 'connection-refused' ? [event.peer] : []));
    assert.deepEqual(peers, ['192.0.2.1:40000', '192.0.2.66:40000']);
  });
});

describe('data connections', () => {
  const dataVia = async (client: RawFtp, from: string, first: string | Buffer): Promise<Socket> => {
    const socket = await connectFrom(from, await client.passivePort());
    socket.write(first);
    return socket;
  };

  test('carry a header too: a file goes out and comes in, with bytes in the very segment of the header', async () => {
    await using server = await start();
    await writeFile(join(server.root, 'a'), 'hello');
    await using client = await loginViaProxy(server);
    await client.expect(200, 'TYPE I');
    const download = await dataVia(client, PROXY, V1);
    await client.expect(150, 'RETR a');
    assert.equal((await readAll(download)).toString(), 'hello');
    await client.expect(226);
    for (const [index, content] of ['', 'short', 'x'.repeat(3_000_000)].entries())
      for (const header of [Buffer.from(V1), v2(0x21, 0x11, IPV4)]) {
        const upload = await dataVia(client, PROXY, Buffer.concat([header, Buffer.from(content)]));
        upload.end();
        await client.expect(150, `STOR b${index}`);
        await client.expect(226);
        const back = await dataVia(client, PROXY, V1);
        await client.expect(150, `RETR b${index}`);
        assert.equal((await readAll(back)).toString(), content);
        await client.expect(226);
      }
    await assertAlive(server);
  });

  test('bytes that come after the header and the 150 are all there', async () => {
    await using server = await start();
    await using client = await loginViaProxy(server);
    await client.expect(200, 'TYPE I');
    const upload = await dataVia(client, PROXY, V1);
    await client.expect(150, 'STOR late');
    upload.write('first ');
    await new Promise(setImmediate);
    upload.end('second');
    await client.expect(226);
    assert.equal((await client.expect(213, 'SIZE late')).text, '12');
  });

  test('a proxy that breaks off before the command fails that upload only', async () => {
    await using server = await start();
    await using client = await loginViaProxy(server);
    await client.expect(200, 'TYPE I');
    const upload = await dataVia(client, PROXY, V1);
    await client.expect(200, 'NOOP');
    upload.resetAndDestroy();
    await client.expect(200, 'NOOP');
    await client.expect(200, 'NOOP');
    const { code } = await client.command('STOR broken');
    const end = code === 150 ? (await client.reply()).code : code;
    assert.ok(end === 426 || end === 425, `answered ${end}`);
    await client.expect(550, 'SIZE broken');
  });

  test('for another client are a stranger’s, and so is the client’s own address without the proxy’s word', async () => {
    const bans = createBanList({ clock: systemClock });
    await using server = await start({ bans });
    await using client = await loginViaProxy(server);
    const stranger = await dataVia(client, PROXY, V1.replace('192.0.2.1', '192.0.2.99'));
    assert.equal((await readAll(stranger)).length, 0);
    assert.equal((await server.event('stranger')).address, '192.0.2.99');
    const liar = await dataVia(client, '127.0.0.1', V1);
    assert.equal((await readAll(liar)).length, 0);
    await server.event('stranger', ({ address }) => address === '127.0.0.1');
    const proxyItself = await dataVia(client, PROXY, 'PROXY UNKNOWN\r\n');
    assert.equal((await readAll(proxyItself)).length, 0);
    await server.event('stranger', ({ address }) => address === PROXY);
    // One offence each is remembered, for the address that did it.
    assert.equal(bans.offence('192.0.2.99', 'no-login'), 2);
    assert.equal(bans.offence('192.0.2.1', 'no-login'), 1);
  });

  test('with a broken header, or with none, get nothing, and the right one is served still', async () => {
    await using server = await start();
    await writeFile(join(server.root, 'a'), 'hello');
    await using client = await loginViaProxy(server);
    const port = await client.passivePort();
    const silent = await Promise.all(Array.from({ length: 5 }, () => connectFrom(PROXY, port)));
    const broken = await connectFrom(PROXY, port);
    broken.write('GET / HTTP/1.1\r\n');
    assert.equal((await readAll(broken)).length, 0);
    const right = await connectFrom(PROXY, port);
    right.write(V1);
    await client.expect(150, 'RETR a');
    assert.equal((await readAll(right)).toString(), 'hello');
    await client.expect(226);
    await client.expect(221, 'QUIT');
    // The end of the session ends them all.
    await Promise.all(silent.map((socket) => readAll(socket)));
  });

  test('PASV names the address that the client knows, which is the proxy’s', async () => {
    await using server = await start();
    await using client = await loginViaProxy(server);
    assert.match((await client.expect(227, 'PASV')).text, /\(198,51,100,7,/);
  });

  test('a client that is said to be the server itself cannot have it talk to itself', async () => {
    await using server = await start();
    await using client = await loginViaProxy(server, 'PROXY TCP4 127.0.0.1 198.51.100.7 40000 21\r\n');
    await client.expect(501, `PORT 127,0,0,1,${server.port >> 8},${server.port & 255}`);
    const port = await client.passivePort();
    await client.expect(501, `EPRT |1|127.0.0.1|${port}|`);
  });
});

test('a malformed network stops the start', async () => {
  await assert.rejects(
    async () => await start({ trustedProxies: ['10.0.0.0/33'] }),
    /"10\.0\.0\.0\/33" in the trusted/,
  );
});
