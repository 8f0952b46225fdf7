/** Attacks on the login: commands before it, order, guessing, and what is told of it. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMANDS } from '../../src/protocols/ftp/server/commands/index.ts';
import { assertAlive } from '../support/alive.ts';
import { startTestServer } from '../support/ftp-server.ts';
import { RawFtp } from '../support/raw-ftp.ts';

const BEFORE_LOGIN = [
  'CWD /',
  'CDUP',
  'PWD',
  'LIST',
  'NLST',
  'MLSD',
  'MLST a',
  'STAT',
  'STAT /',
  'SIZE a',
  'MDTM a',
  'RETR a',
  'STOR b',
  'APPE a',
  'STOU',
  'ALLO 1',
  'REST 1',
  'RNFR a',
  'RNTO b',
  'DELE a',
  'MKD d',
  'RMD d',
  'PASV',
  'EPSV',
  'PORT 127,0,0,1,200,10',
  'EPRT |1|127.0.0.1|50000|',
  'MFMT 20200101000000 a',
  'MFCT 20200101000000 a',
  'MFF modify=20200101000000; a',
  'SITE CHMOD 777 a',
  'SITE UTIME 20200101000000 a',
  'SITE SYMLINK a l',
  'ABOR',
  'TYPE I',
];

test('before the login every command that touches files or ports is 530, and touches nothing', async () => {
  await using server = await startTestServer();
  await writeFile(join(server.root, 'a'), 'hello');
  await using client = await RawFtp.open(server.port);
  for (const line of BEFORE_LOGIN) await client.expect(530, line);
  await client.expect(331, 'USER u');
  for (const line of BEFORE_LOGIN) await client.expect(530, line);
  // Not even remembered for later.
  await client.expect(230, 'PASS p');
  await client.expect(503, 'RNTO b');
  assert.deepEqual(await readdir(server.root), ['a']);
  assert.equal(await readFile(join(server.root, 'a'), 'utf8'), 'hello');
});

test('every row of the table that needs a login says so', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.open(server.port);
  for (const { verbs, login } of COMMANDS)
    if (login === 'required') for (const verb of verbs) await client.expect(530, `${verb} x`);
});

test('commands that no one has are no door either', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.open(server.port);
  for (const line of [
    'SITE CPFR /etc/passwd',
    'SITE CPTO /x',
    'SITE EXEC id',
    'HASH a',
    'XSHA256 a',
    'COMB a b',
    'RMDA /',
  ])
    assert.ok((await client.command(line)).code >= 500, line);
});

test('an unknown name, a wrong password and an empty one are answered alike', async () => {
  await using server = await startTestServer({ limits: { passwordTries: 10 } });
  await using client = await RawFtp.open(server.port);
  const answers = new Set<string>();
  for (const [name, password] of [
    ['u', 'wrong'],
    ['nobody', 'p'],
    ['u', ''],
    ['', 'p'],
    ['U', 'p'],
    ['u ', 'p'],
    ['anonymous', 'me@example.com'],
  ] as const) {
    const { code, text } = await client.command(`USER ${name}`);
    if (code === 501) continue;
    assert.equal(text.replace(name, 'NAME'), (await client.command('USER u')).text.replace('u', 'NAME'));
    await client.expect(331, `USER ${name}`);
    const refused = await client.expect(530, `PASS ${password}`);
    answers.add(refused.text);
  }
  assert.equal(answers.size, 1);
});

test('the session ends at the bound of failures, counted over names', async () => {
  await using server = await startTestServer({ limits: { passwordTries: 3 } });
  await using client = await RawFtp.open(server.port);
  for (const [index, name] of ['a', 'b', 'c'].entries()) {
    await client.expect(331, `USER ${name}`);
    await client.expect(index === 2 ? 421 : 530, 'PASS x');
  }
  await client.closed();
  await assertAlive(server);
});

test('a flood of guesses in one segment is not tried beyond the bound', async () => {
  await using server = await startTestServer({ limits: { passwordTries: 3 } });
  await using client = await RawFtp.open(server.port);
  client.write('USER u\r\nPASS x\r\n'.repeat(500));
  await client.closed();
  assert.equal(server.events.filter(({ kind }) => kind === 'login-failed').length, 3);
  await assertAlive(server);
});

test('passwords of odd shape are only ever wrong, and never told', async () => {
  await using server = await startTestServer({ limits: { passwordTries: 20 } });
  await using client = await RawFtp.open(server.port);
  for (const password of [
    'hunter2-secret',
    'p\0',
    ' p',
    'p ',
    'hunter2-secret\xff\xff',
    `hunter2-secret${'x'.repeat(4000)}`,
  ]) {
    await client.expect(331, 'USER u');
    const { code, lines } = await client.command(`PASS ${password}`);
    assert.ok(code === 530 || code === 501, `answered ${code}`);
    assert.ok(!lines.join('').includes('hunter2'));
  }
  client.write(`USER u\r\nPASS hunter2-secret${'x'.repeat(1024 * 1024)}\r\n`);
  await client.expect(331);
  await client.expect(500);
  assert.ok(!JSON.stringify(server.events).includes('hunter2'), 'an event holds the password');
  await assertAlive(server);
});

test('who may only look cannot change, by any verb', async () => {
  await using server = await startTestServer();
  await writeFile(join(server.root, 'a'), 'hello');
  await using client = await RawFtp.login(server.port, 'ro');
  for (const { verbs, permission } of COMMANDS) {
    if (permission === undefined || permission === 'list' || permission === 'read') continue;
    for (const verb of verbs) {
      const { code } = await client.command(`${verb} a`);
      assert.ok(code >= 500, `${verb} answered ${code}`);
    }
  }
  assert.deepEqual(await readdir(server.root), ['a']);
  assert.equal(await readFile(join(server.root, 'a'), 'utf8'), 'hello');
});

test('a new login has nothing of the old one', async () => {
  await using server = await startTestServer();
  await writeFile(join(server.root, 'a'), 'hello');
  await using client = await RawFtp.login(server.port);
  await client.expect(350, 'RNFR a');
  await client.expect(331, 'USER ro');
  await client.expect(230, 'PASS p');
  assert.ok((await client.command('RNTO b')).code >= 500);
  await client.expect(331, 'USER u');
  await client.expect(530, 'RNTO b');
  assert.deepEqual(await readdir(server.root), ['a']);
});
