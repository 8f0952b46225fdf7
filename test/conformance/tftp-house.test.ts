/** TFTP within a whole server: the same folders, rules, names, bans and logs as FTP has. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { connectFtp } from '../../src/protocols/ftp/client/connect-ftp.ts';
import { connectTftp } from '../../src/protocols/tftp/index.ts';
import { RawTftp, rrq, wrq } from '../support/raw-tftp.ts';
import { newFolder, startHouse, type TestHouse } from '../support/house.ts';
import { eventually } from '../support/wait.ts';
import { assertFails, get, path, put } from './files-probe.ts';

const BOTH = "listeners: ['ftp://127.0.0.1:0', 'tftp://127.0.0.1:0']\nstate: state\n";
const EVERYTHING = `${BOTH}
accounts: [{ name: ann, password: secret }]
networks: [{ clients: 127.0.0.0/8, allow: [{ path: /, access: read-write }] }]
`;

const tftpOf = (house: TestHouse): { host: string; port: number } => ({
  host: '127.0.0.1',
  port: house.serving.listeners[1]?.port ?? 0,
});

describe('TFTP beside FTP', () => {
  test('a file that was put by one is there by the other at once', async () => {
    await using house = await startHouse(EVERYTHING);
    await using ftp = await connectFtp({ host: '127.0.0.1', port: house.port, user: 'ann', password: 'secret' });
    await using tftp = await connectTftp(tftpOf(house));
    await put(tftp, '/by-tftp', 'device');
    assert.equal(await get(ftp, '/by-tftp'), 'device');
    await put(ftp, '/by-ftp', 'engineer');
    assert.equal(await get(tftp, '/by-ftp'), 'engineer');
  });

  test('both are told of in the audit log and the xferlog', async () => {
    await using house = await startHouse(`${EVERYTHING}audit: { file: audit.jsonl }\nxferlog: xferlog\n`);
    await using tftp = await connectTftp(tftpOf(house));
    await put(tftp, '/f', 'x');
    const read = (name: string): string => readFileSync(join(house.folder, name), 'utf8');
    await eventually(() => read('xferlog').includes('/f'), 'a line of the xferlog');
    await eventually(() => read('audit.jsonl').includes('/f'), 'a line of the audit');
    assert.match(read('audit.jsonl'), /"protocol":"tftp"|tftp/);
  });

  test('who shows a transfer that runs, and kick ends it with an ERROR', async () => {
    await using house = await startHouse(EVERYTHING);
    using device = await RawTftp.open(tftpOf(house));
    assert.equal(await device.ask(wrq('f', 'octet')), 'ACK 0');
    const sessions = house.serving.controls.who();
    assert.equal(sessions.length, 1);
    assert.ok(house.serving.controls.kick(sessions[0]?.session ?? '', 'maintenance'));
    assert.match(await device.next(), /^ERROR 0 /);
    assert.deepEqual(house.serving.controls.who(), []);
  });
});

describe('who may do what over TFTP', () => {
  const RULES = `${BOTH}
accounts: [{ name: ann, password: secret }]
networks:
  - clients: 127.0.0.1
    protocols: [tftp]
    allow:
      - { path: /images, access: read-only }
      - { path: '/configs/{address}-*', allow: [write, overwrite] }
`;
  const prepared = async (): Promise<TestHouse> => {
    const house = await startHouse(RULES);
    await using ftp = await connectFtp({ host: '127.0.0.1', port: house.port, user: 'ann', password: 'secret' });
    for (const name of ['/images', '/configs']) await ftp.makeDirectory(path(name));
    await put(ftp, '/images/a.bin', 'image');
    await put(ftp, '/secret', 'secret');
    return house;
  };

  test('a device reads images, writes its own configuration, and nothing else', async () => {
    await using house = await prepared();
    await using tftp = await connectTftp(tftpOf(house));
    assert.equal(await get(tftp, '/images/a.bin'), 'image');
    await put(tftp, '/configs/127.0.0.1-confg', 'hostname R1');
    await put(tftp, '/configs/127.0.0.1-confg', 'hostname R2');
    await assertFails(get(tftp, '/configs/127.0.0.1-confg'), 'denied', 'not-found');
    await assertFails(put(tftp, '/configs/127.0.0.2-confg', 'x'), 'denied', 'not-found');
    await assertFails(put(tftp, '/images/a.bin', 'x'), 'denied');
    await assertFails(get(tftp, '/secret'), 'denied', 'not-found');
    await assertFails(get(tftp, '/../secret'), 'denied', 'not-found', 'bad-name');
  });

  test('who is in none of the networks is told so at once', async () => {
    await using house = await prepared();
    using stranger = await RawTftp.open(tftpOf(house), { address: '127.0.0.2' });
    assert.match(await stranger.ask(rrq('images/a.bin', 'octet')), /^ERROR 2 /);
    assert.match(await stranger.ask(wrq('x', 'octet')), /^ERROR 2 /);
  });

  test('an address that is banned is not answered', async () => {
    await using house = await startHouse(`${EVERYTHING}clients: { deny: [127.0.0.2] }\n`);
    using denied = await RawTftp.open(tftpOf(house), { address: '127.0.0.2' });
    denied.send(rrq('f', 'octet'));
    assert.ok(await denied.isSilent());
  });
});

describe('names that are asked for', () => {
  const NAMES = `${EVERYTHING}
tftp:
  names:
    boot.bin: /images/c2960.bin
    network-confg: '/configs/{address}-confg'
  nameMap: names.map
`;
  const prepared = async (): Promise<TestHouse> => {
    const folder = newFolder();
    writeFileSync(join(folder, 'names.map'), 'ri ^flash:/* images/\na \\.key$\n');
    const house = await startHouse(NAMES, { folder });
    await using ftp = await connectFtp({ host: '127.0.0.1', port: house.port, user: 'ann', password: 'secret' });
    for (const name of ['/images', '/configs']) await ftp.makeDirectory(path(name));
    await put(ftp, '/images/c2960.bin', 'image');
    await put(ftp, '/configs/127.0.0.1-confg', 'configuration');
    return house;
  };

  test('stand for other files, by table and by rule', async () => {
    await using house = await prepared();
    await using tftp = await connectTftp(tftpOf(house));
    assert.equal(await get(tftp, '/boot.bin'), 'image');
    assert.equal(await get(tftp, '/network-confg'), 'configuration');
    assert.equal(await get(tftp, '/Flash:/c2960.bin'), 'image');
    assert.equal(await get(tftp, '/images/c2960.bin'), 'image');
    await assertFails(get(tftp, '/server.key'), 'denied');
  });

  test('a map that was changed holds after a reload, and a broken one leaves the old in force', async () => {
    await using house = await prepared();
    await using tftp = await connectTftp(tftpOf(house));
    const map = join(house.folder, 'names.map');
    writeFileSync(map, 'r ^x$ images/c2960.bin\n');
    assert.ok((await house.serving.controls.reload()).ok);
    assert.equal(await get(tftp, '/x'), 'image');
    writeFileSync(map, 'r (\n');
    assert.match((await house.serving.controls.reload()).text, /names\.map:1: has a pattern/);
    assert.equal(await get(tftp, '/x'), 'image');
  });
});
