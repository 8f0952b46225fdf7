/** What an operator sees of FTP sessions, and that a kicked one goes: its transfer first, with a reason for everybody. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createManualClock } from '../../src/base/manual-clock.ts';
import { startTestServer } from '../support/ftp-server.ts';
import { RawFtp } from '../support/raw-ftp.ts';
import { eventually, within } from '../support/wait.ts';

test('a session as an operator sees it, before its login and during a transfer', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.open(server.port);
  const [fresh] = server.sessions();
  assert.deepEqual(
    [fresh?.state, fresh?.account, fresh?.encrypted, fresh?.transfer],
    ['logging in', undefined, 'no', undefined],
  );
  await client.command('USER u');
  await client.expect(230, 'PASS p');
  assert.deepEqual([server.sessions()[0]?.state, server.sessions()[0]?.account], ['idle', 'u']);
  await client.expect(200, 'TYPE I');
  const data = await client.passive();
  await client.expect(150, 'STOR a');
  data.write('hello');
  await eventually(() => server.sessions()[0]?.transfer?.bytes === 5, 'five bytes');
  const [busy] = server.sessions();
  assert.equal(busy?.state, 'transferring');
  assert.deepEqual([busy.transfer?.verb, busy.transfer?.path], ['STOR', '/a']);
  assert.equal(busy.peer, `127.0.0.1:${client.socket.localPort}`);
  assert.ok(busy.sinceMs >= busy.idleMs && busy.idleMs >= 0);
  data.destroy();
});

test('kicked while idle: 421 with the reason, and the log has it', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  const [{ session } = { session: '' }] = server.sessions();
  assert.equal(server.kick('nobody', 'x'), false);
  assert.equal(server.kick(session, 'kicked for maintenance'), true);
  assert.match((await client.expect(421)).text, /kicked for maintenance/);
  client.socket.end();
  assert.equal((await server.event('session-closed')).reason, 'kicked for maintenance');
  assert.deepEqual(server.sessions(), []);
});

test('kicked during a download and an upload: the transfer is aborted with 426, then 421; the upload is kept', async () => {
  await using server = await startTestServer();
  await writeFile(join(server.root, 'big'), new Uint8Array(64 * 1024 * 1024));
  for (const command of ['RETR big', 'STOR new']) {
    const client = await RawFtp.login(server.port);
    await client.expect(200, 'TYPE I');
    const data = await client.passive();
    await client.expect(150, command);
    if (command.startsWith('STOR')) {
      data.write('hello');
      await eventually(() => server.sessions()[0]?.transfer?.bytes === 5, 'five bytes');
    }
    const closed = once(data, 'close');
    const [{ session } = { session: '' }] = server.sessions();
    assert.equal(server.kick(session, 'enough'), true);
    data.resume();
    await client.expect(426);
    assert.match((await client.expect(421)).text, /enough/);
    await within(closed, 'the data connection to close');
    client.socket.end();
    const { outcome, reason } = await server.event('transfer', ({ verb }) => command.startsWith(verb));
    assert.deepEqual([outcome, reason], ['aborted', 'Transfer aborted by the operator of the server.']);
    await eventually(() => server.sessionCount === 0, 'the session to end');
  }
  await using again = await RawFtp.login(server.port);
  await again.expect(200, 'TYPE I');
  assert.equal((await again.expect(213, 'SIZE new')).text, '5');
});

test('a kicked client that takes no replies is cut off', async () => {
  const clock = createManualClock();
  await using server = await startTestServer({ clock });
  await using client = await RawFtp.login(server.port);
  client.socket.pause();
  const [{ session } = { session: '' }] = server.sessions();
  server.kick(session, 'enough');
  clock.advance(5_000);
  await eventually(() => server.sessionCount === 0, 'the session to end');
});
