/** Attacks on the reader of commands: lengths, floods, Telnet, control bytes, and text that other programs would run. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertAlive } from '../support/alive.ts';
import { startTestServer } from '../support/ftp-server.ts';
import { RawFtp } from '../support/raw-ftp.ts';
import { within } from '../support/wait.ts';

test('a line too long is refused, skipped, and the session goes on', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  for (const length of [4097, 64 * 1024, 1024 * 1024]) {
    client.write(`${'A'.repeat(length)}\r\n`);
    await client.expect(500);
    await client.expect(500, `RETR ${'x'.repeat(length)}`);
  }
  await client.expect(257, 'PWD');
});

test('megabytes without a line end cost no memory, and answer no command', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  const before = process.memoryUsage().rss;
  const piece = Buffer.alloc(1024 * 1024, 'PWD ');
  for (let megabytes = 0; megabytes < 32; megabytes += 1)
    if (!client.socket.write(piece)) await new Promise((resolve) => client.socket.once('drain', resolve));
  client.write('\r\n');
  await client.expect(500);
  await client.expect(257, 'PWD');
  assert.ok(process.memoryUsage().rss - before < 64 * 1024 * 1024);
  await assertAlive(server);
});

test('a line in single bytes, and many lines in one segment', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  for (const byte of 'PWD\r\n') {
    client.write(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.match((await client.reply()).text, /^"\/"/);
  client.write('NOOP\r\n'.repeat(1000) + 'PWD\r\n');
  for (let count = 0; count < 1000; count += 1) await client.expect(200);
  await client.expect(257);
});

test('a flood of commands whose replies nobody reads is held back, then ended', async () => {
  await using server = await startTestServer({ limits: { replyStallMs: 300, loginMs: 600_000 } });
  const flood = await RawFtp.login(server.port);
  flood.socket.pause();
  const lines = Buffer.from('HELP\r\n'.repeat(20_000));
  const ended = server.event('session-closed');
  const isOver = (): boolean => server.events.some(({ kind }) => kind === 'session-closed');
  for (let count = 0; count < 200 && !isOver(); count += 1)
    // Either the server takes more or, reading no longer, it ends the session.
    if (!flood.socket.write(lines)) await Promise.race([once(flood.socket, 'drain').catch(() => undefined), ended]);
  flood.socket.resume();
  await ended;
  flood.socket.destroy();
  await assertAlive(server);
});

test('Telnet is taken out, wherever it stands, and never hangs the reader', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  const dressed = [
    '\xff\xf4\xff\xf2PWD',
    '\xff\xfd\x06PWD',
    '\xff\xfb\x03\xff\xfc\x03PWD',
    'P\xff\xf1WD',
    '\xf2PWD',
    '\xf4\xf2PWD',
  ];
  for (const line of dressed) await client.expect(257, line);
  client.write('PWD\xff');
  client.write('\xf1\r\n');
  await client.expect(257);
  client.write('\xff'.repeat(10_000));
  client.write('\r\n');
  const { code } = await client.reply();
  assert.equal(code, 500);
  await client.expect(257, 'PWD');
  // What the server refuses in Telnet it need not say: after the reply nothing else comes.
  await client.expect(200, '\xff\xfe\x01NOOP');
});

test('an IAC in a name is doubled on the way in and on the way out', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  const { lines } = await client.expect(257, 'MKD a\xff\xffb');
  assert.match(lines[0] ?? '', /"\/a\xff\xffb"/);
  assert.deepEqual(await readdir(server.root, { encoding: 'buffer' }), [Buffer.from('a\xffb', 'latin1')]);
  await client.expect(250, 'CWD a\xff\xffb');
});

test('verbs that are not letters, and lines that are nothing', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  for (const line of [
    '',
    ' ',
    ' PWD',
    '\xe9\xe9\xe9',
    'PWD\t',
    'P WD',
    '123',
    '%n%n%n%n',
    '\0',
    'PWD\0',
    'ＰＷＤ',
    'QUIT;',
  ])
    await client.expect(500, line);
  await client.expect(257, 'PWD');
});

test('NUL in the argument of any command is refused without a side effect', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  const verbs =
    'CWD MKD RMD DELE RNFR SIZE MDTM MLST STOR RETR APPE STOU LIST NLST MLSD STAT TYPE STRU MODE PORT EPRT EPSV REST ALLO HELP CLNT'.split(
      ' ',
    );
  for (const verb of verbs) {
    const { code } = await client.command(`${verb} a\0b`);
    assert.ok(code >= 500, `${verb} answered ${code}`);
  }
  assert.deepEqual(await readdir(server.root), []);
  await client.expect(501, 'SITE CHMOD 600 a\0b');
  await client.expect(257, 'PWD');
});

const TEXTS = [
  '%n%n%s%s%x',
  '${jndi:ldap://127.0.0.1/x}',
  "';--",
  ')(uid=*',
  '`id`',
  '$(id)',
  '%username%',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '__proto__',
  'constructor',
  '|id',
  '&& id',
];

test('text that other programs would run is only ever a name', async () => {
  await using server = await startTestServer();
  for (const text of TEXTS) {
    await using client = await RawFtp.open(server.port);
    await client.expect(331, `USER ${text}`);
    await client.expect(530, `PASS ${text}`);
    await client.expect(331, 'USER u');
    await client.expect(230, 'PASS p');
    await client.send(`STOR ${text.replaceAll('/', '')}`, text);
  }
  for (const text of TEXTS) assert.equal(await readFile(join(server.root, text.replaceAll('/', '')), 'utf8'), text);
  await using client = await RawFtp.login(server.port);
  const names = (await client.fetch('NLST'))
    .toString()
    .split('\r\n')
    .filter((name) => name !== '');
  assert.deepEqual(names.sort(), TEXTS.map((text) => text.replaceAll('/', '')).sort());
});

test('no name in a reply ends its line or begins another', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  await client.expect(257, 'MKD a\r\x00226 Transfer complete.');
  await client.expect(250, 'CWD a\r\x00226 Transfer complete.');
  for (const command of [
    'PWD',
    'MLST',
    'STAT',
    'STAT .',
    'CWD x\r\0y',
    'RETR x\x1b[2J',
    'HELP x\r\0y',
    'CLNT a\r\0b',
  ]) {
    const { lines } = await client.command(command);
    for (const line of lines) assert.doesNotMatch(line, /[\x00-\x08\x0a-\x1f\x7f]/, command);
  }
  const listing = (await client.fetch('LIST /')).toString();
  assert.equal(listing.split('\n').length, 2, listing);
});

test('bad UTF-8 in names is bytes like any other', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  // Overlong slash, lone continuation, surrogate half, cut sequence, beyond U+10FFFF.
  const names = ['\xc0\xafx', '\x80', '\xed\xa0\x80', '\xe2\x82', '\xf4\x90\x80\x80', '\xf8\x88\x80\x80\x80'];
  for (const name of names) await client.expect(257, `MKD ${name}`);
  const found = (await readdir(server.root, { encoding: 'buffer' })).map((name) => name.toString('latin1'));
  assert.deepEqual(found.sort(), [...names].sort());
  for (const name of names) await client.expect(250, `RMD ${name}`);
});

test('parameters with junk, in any case of letters', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  const table: [string, number][] = [
    ['TYPE A junk', 501],
    ['TYPE IA', 501],
    ['TYPE', 501],
    ['type i', 200],
    ['mode s', 200],
    ['stru f', 200],
    ['MODE SS', 501],
    ['FEAT x', 501],
    ['PASV x', 501],
    ['QUIT x', 501],
  ];
  for (const [line, code] of table) await client.expect(code, line);
  for (const line of ['OPTS', 'OPTS junk', 'OPTS UTF8 junk', 'OPTS MLST\0', 'SITE', 'SITE junk'])
    assert.ok((await client.command(line)).code >= 500, line);
});

test('a RETR hidden in an HTTP request is not heard before a login', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.open(server.port);
  client.write('POST / HTTP/1.1\r\nHost: x\r\n\r\nUSER u\r\nRETR /etc/passwd\r\n');
  const codes: number[] = [];
  for (let count = 0; count < 5; count += 1) {
    const reply = await within(client.reply(), 'a reply or the end').catch(() => undefined);
    if (reply === undefined) break;
    codes.push(reply.code);
  }
  assert.ok(codes.length > 0 && codes.every((code) => code >= 400 || code === 331), codes.join(' '));
  await assertAlive(server);
});
