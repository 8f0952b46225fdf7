/** Numbers at and beyond every edge: offsets, sizes, dates, ports. */
import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertAlive } from '../support/alive.ts';
import { startTestServer } from '../support/ftp-server.ts';
import { RawFtp } from '../support/raw-ftp.ts';

const HUGE = [
  '9007199254740992',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551616',
  '1'.repeat(400),
];
const NO_NUMBER = ['-1', '+1', '1.5', '1e3', '0x10', 'NaN', 'Infinity', '', ' ', '1 2', '١'];

test('offsets beyond what a number holds are refused, those beyond the file fail at the transfer', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  await writeFile(join(server.root, 'a'), 'hello');
  await client.expect(200, 'TYPE I');
  for (const offset of [...HUGE, ...NO_NUMBER]) await client.expect(501, `REST ${offset}`);
  for (const [verb, offset] of [
    ['RETR', '9007199254740991'],
    ['STOR', '9007199254740991'],
    ['RETR', '6'],
    ['STOR', '6'],
  ] as const) {
    await client.expect(350, `REST ${offset}`);
    await client.passivePort();
    const { code } = await client.command(`${verb} a`);
    assert.ok(code >= 500, `${verb} behind REST ${offset} answered ${code}`);
  }
  assert.equal(await readFile(join(server.root, 'a'), 'utf8'), 'hello');
  assert.equal((await client.fetch('RETR a')).toString(), 'hello');
  await assertAlive(server);
});

test('room for more than there is', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  for (const bytes of HUGE) assert.ok((await client.command(`ALLO ${bytes}`)).code >= 500, bytes);
  for (const bytes of NO_NUMBER) await client.expect(501, `ALLO ${bytes}`);
  for (const line of ['ALLO 1 R', 'ALLO 1 R x', 'ALLO 1 X 1', 'ALLO R 1']) await client.expect(501, line);
});

test('dates that are none change nothing', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  const path = join(server.root, 'a');
  await writeFile(path, 'x');
  const before = (await stat(path)).mtimeMs;
  const wrong = [
    '20201301000000',
    '20200001000000',
    '20200100000000',
    '20200631000000',
    '20210229000000',
    '20200101240000',
  ];
  const outside = ['00000101000000', '99999', '100000101000000', '-20200101000000', '20200101', '2020010100000x'];
  for (const time of [...wrong, ...outside]) {
    await client.expect(501, `MFMT ${time} a`);
    await client.expect(501, `MFF Modify=${time}; a`);
    await client.expect(501, `SITE UTIME ${time} a`);
  }
  assert.equal((await stat(path)).mtimeMs, before);
});

test('dates at the edges are kept or refused, never bent', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  await writeFile(join(server.root, 'a'), 'x');
  for (const time of [
    '19700101000000',
    '20380119031408',
    '21060207062816',
    '19691231235959',
    '00010101000000',
    '99991231235959',
  ]) {
    const { code } = await client.command(`MFMT ${time} a`);
    if (code === 213) assert.equal((await client.expect(213, 'MDTM a')).text, time);
    else assert.ok(code >= 500, `${time} answered ${code}`);
  }
  // A leap second has no second of its own.
  await client.expect(213, 'MFMT 20161231235960 a');
  assert.equal((await client.expect(213, 'MDTM a')).text, '20161231235959');
  await assertAlive(server);
});

test('a sparse file of eight terabytes has its size, and its end can be fetched', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  const size = 8 * 1024 ** 4;
  const { open } = await import('node:fs/promises');
  {
    await using file = await open(join(server.root, 'huge'), 'w');
    await file.write('end', size - 3);
  }
  await client.expect(200, 'TYPE I');
  assert.equal((await client.expect(213, 'SIZE huge')).text, String(size));
  await client.expect(350, `REST ${size - 5}`);
  assert.equal((await client.fetch('RETR huge')).toString(), '\0\0end');
  assert.match((await client.fetch('LIST huge')).toString(), new RegExp(` ${size} `));
});

test('ports at and beyond the edges', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  for (const port of ['0', '65536', '-1', '99999999999', '1.5', ' 5000', '05000x', ''])
    await client.expect(501, `EPRT |1|127.0.0.1|${port}|`);
  for (const numbers of [
    '127,0,0,1,256,1',
    '127,0,0,1,-1,1',
    '127,0,0,1,4,1,1',
    '127,0,0,1,4',
    '1e2,0,0,1,4,1',
    '127,0,0,1,4,1 x',
  ])
    await client.expect(501, `PORT ${numbers}`);
});
