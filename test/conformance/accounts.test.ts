/** What the configuration says of accounts, seen by clients: where they may do what, from where, and how much. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { type TestHouse, startHouse } from '../support/house.ts';
import { RawFtp, readAll } from '../support/raw-ftp.ts';
import { SecureFtp } from '../support/tls-ftp.ts';

/** Logs in from an address of loopback. */
async function login({ port }: TestHouse, name: string, localAddress = '127.0.0.1'): Promise<RawFtp> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  await once(socket, 'connect');
  const client = new RawFtp(socket);
  await client.expect(220);
  await client.expect(331, `USER ${name}`);
  await client.expect(230, 'PASS p');
  await client.expect(200, 'TYPE I');
  return client;
}

/** A transfer from beginning to end; gives the code that ended it. */
async function send(client: RawFtp, command: string, bytes: string): Promise<number> {
  const data = await client.passive();
  const first = await client.command(command);
  if (first.code !== 150) return first.code;
  data.end(bytes);
  return (await client.reply()).code;
}

const PLACES = `accounts:
  - name: u
    password: p
    permissions:
      - {path: /, allow: [list]}
      - {path: /images, access: read-only}
      - {path: /inbox, allow: [list, write]}
      - {path: /work, allow: all}
      - {path: /secret, allow: []}
`;

function furnish({ folder }: TestHouse): void {
  for (const name of ['images', 'inbox', 'work', 'secret', 'secretary']) mkdirSync(join(folder, 'files', name));
  for (const name of ['images/a', 'inbox/a', 'work/a', 'secret/a', 'secretary/a'])
    writeFileSync(join(folder, 'files', name), 'what it holds');
  symlinkSync('../secret', join(folder, 'files/work/way'));
}

test('each place allows what its rule says, and no spelling of a path gets around it', async () => {
  await using house = await startHouse(PLACES);
  furnish(house);
  await using client = await login(house, 'u');
  assert.equal((await client.fetch('RETR /images/a')).toString(), 'what it holds');
  for (const [command, code] of [
    ['STOR /images/new', 550],
    ['APPE /images/a', 550],
    ['STOR /inbox/a', 550],
    ['APPE /inbox/a', 550],
    ['STOR /inbox/new', 226],
    ['STOR /work/a', 226],
    ['APPE /work/a', 226],
  ] as const)
    assert.equal(await send(client, command, 'x'), code, command);
  for (const [command, code] of [
    ['DELE /images/a', 550],
    ['MKD /images/new', 550],
    ['SITE CHMOD 600 /images/a', 550],
    ['DELE /inbox/a', 550],
    ['MKD /inbox/new', 550],
    ['MKD /work/new', 257],
    ['RMD /work/new', 250],
    ['SITE CHMOD 600 /work/a', 200],
    ['DELE /work/a', 250],
  ] as const)
    assert.equal((await client.command(command)).code, code, command);
  for (const path of ['/secret/a', '/work/../secret/a', '//secret//a', '/./secret/a', '/work/way/a', '/SECRET/a']) {
    assert.notEqual((await client.command(`SIZE ${path}`)).code, 213, path);
    assert.equal(await send(client, `RETR ${path}`, ''), 550, path);
  }
  const names = (await client.fetch('NLST /')).toString();
  assert.ok(names.includes('secretary') && !/secret\r/.test(names), names);
});

test('a rename needs leave at both ends', async () => {
  await using house = await startHouse(PLACES);
  furnish(house);
  await using client = await login(house, 'u');
  await client.expect(350, 'RNFR /work/a');
  await client.expect(550, 'RNTO /images/a');
  await client.expect(350, 'RNFR /work/a');
  await client.expect(550, 'RNTO /secret/b');
  assert.ok(existsSync(join(house.folder, 'files/work/a')));
});

test('an account is kept to its networks, its doors and its date', async () => {
  await using house = await startHouse(`login: {failureDelaySeconds: 0}
accounts:
  - {name: near, password: p, networks: [127.0.0.2/32]}
  - {name: encrypted, password: p, protocols: [ftps]}
  - {name: over, password: p, expires: 2020-01-01}
`);
  (await login(house, 'near', '127.0.0.2')).socket.destroy();
  for (const name of ['near', 'encrypted', 'over']) {
    await using client = await RawFtp.open(house.port);
    await client.expect(331, `USER ${name}`);
    await client.expect(530, 'PASS p');
    await house.event('login-failed', ({ account }) => account === name);
  }
  await using secured = await SecureFtp.explicit(house.port);
  await secured.expect(331, 'USER encrypted');
  await secured.expect(230, 'PASS p');
});

test('sessions and transfers at once are bounded, and their places come back', async () => {
  await using house = await startHouse(`accounts:
  - {name: u, password: p, limits: {sessions: 2, transfers: 1}}
`);
  writeFileSync(join(house.folder, 'files/a'), 'x');
  await using one = await login(house, 'u');
  const two = await login(house, 'u');
  await using third = await RawFtp.open(house.port);
  await third.expect(331, 'USER u');
  await third.expect(530, 'PASS p');
  await house.event('limit');
  const data = await one.passive();
  await one.expect(150, 'STOR slow');
  await two.passive();
  await two.expect(450, 'RETR a');
  data.end('done');
  await one.expect(226);
  assert.equal((await two.fetch('RETR a')).toString(), 'x');
  await two.expect(220, 'REIN');
  await third.expect(331, 'USER u');
  await third.expect(230, 'PASS p');
  two.socket.destroy();
});

test('a quota holds when many uploads race, and a deletion gives room back', async () => {
  await using house = await startHouse(`accounts:
  - {name: u, password: p, limits: {quotaBytes: 100000}}
`);
  const clients = await Promise.all([1, 2, 3, 4].map(() => login(house, 'u')));
  const codes = await Promise.all(clients.map((client, index) => send(client, `STOR f${index}`, 'x'.repeat(40_000))));
  const root = join(house.folder, 'files');
  const held = readdirSync(root).reduce((sum, name) => sum + statSync(join(root, name)).size, 0);
  assert.ok(held <= 100_000, `${held} bytes`);
  assert.ok(codes.includes(552), String(codes));
  const [client] = clients;
  assert.ok(client);
  for (const name of readdirSync(root).filter((each) => each.startsWith('f'))) await client.expect(250, `DELE ${name}`);
  assert.equal(await send(client, 'STOR again', 'x'.repeat(90_000)), 226);
  for (const each of clients) each.socket.destroy();
});

test('networks without login read and write what their rule says, and each client only its own files', async () => {
  await using house = await startHouse(`networks:
  - clients: 127.0.0.2
    protocols: [ftp]
    allow:
      - {path: /images, access: read-only}
      - {path: '/configs/{address}-*', allow: [write]}
`);
  for (const name of ['images', 'configs']) mkdirSync(join(house.folder, 'files', name));
  writeFileSync(join(house.folder, 'files/images/ios.bin'), 'image');
  await using device = await login(house, 'anonymous', '127.0.0.2');
  assert.equal((await device.fetch('RETR /images/ios.bin')).toString(), 'image');
  assert.equal(await send(device, 'STOR /configs/127.0.0.2-run', 'x'), 226);
  for (const path of ['/configs/127.0.0.3-run', '/configs/127.0.0.22-run', '/configs/run', '/images/new', '/new'])
    assert.ok((await send(device, `STOR ${path}`, 'x')) >= 550, path);
  await using other = await RawFtp.open(house.port);
  await other.expect(331, 'USER anonymous');
  await other.expect(530, 'PASS p');
});

test('an account whose bandwidth is bounded gets its bytes at that pace', async () => {
  await using house = await startHouse(`accounts:
  - {name: u, password: p, limits: {downloadBytesPerSecond: 200000}}
`);
  writeFileSync(join(house.folder, 'files/a'), Buffer.alloc(300_000));
  await using client = await login(house, 'u');
  const beganMs = performance.now();
  const data = await client.passive();
  await client.expect(150, 'RETR a');
  assert.equal((await readAll(data)).length, 300_000);
  await client.expect(226);
  // One second's worth may come at once.
  assert.ok(performance.now() - beganMs > 400, `${performance.now() - beganMs} ms`);
});

test('an upload that waits for its bandwidth is not taken for one that stalls', async () => {
  await using house = await startHouse(`limits: {stallSeconds: 1}
accounts:
  - {name: u, password: p, limits: {uploadBytesPerSecond: 20000}}
`);
  await using client = await login(house, 'u');
  assert.equal(await send(client, 'STOR a', 'x'.repeat(80_000)), 226);
  assert.equal(statSync(join(house.folder, 'files/a')).size, 80_000);
});
