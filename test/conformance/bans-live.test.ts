/** Guessing passwords ends in a ban of the address, which is told, kept over a restart, and lifted by hand. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { newFolder, startHouse } from '../support/house.ts';
import { RawFtp } from '../support/raw-ftp.ts';

const CONFIGURATION = `login: {failureDelaySeconds: 0}
bans: {threshold: 30, banSeconds: 3600}
accounts:
  - {name: u, password: p}
`;

/** A control connection from another address than the other clients'. */
async function from(localAddress: string, port: number): Promise<RawFtp> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  await once(socket, 'connect');
  return new RawFtp(socket);
}

test('an address that guesses is banned, its neighbours are not, and the ban outlives the server', async () => {
  const folder = newFolder();
  try {
    await using house = await startHouse(CONFIGURATION, { folder });
    await using guesser = await from('127.0.0.2', house.port);
    await guesser.expect(220);
    for (let guess = 0; guess < 3; guess += 1) {
      await guesser.expect(331, 'USER u');
      await guesser.command(`PASS guess${guess}`);
    }
    assert.equal((await house.event('banned')).group, '127.0.0.2');
    await using banned = await from('127.0.0.2', house.port);
    assert.match((await banned.expect(421)).text, /\d+ (min|s)/);
    await using neighbour = await RawFtp.login(house.port, 'u');
    await neighbour.expect(200, 'NOOP');
    await house.serving.close({ graceMs: 0 });
    assert.match(readFileSync(join(folder, 'state/bans.json'), 'utf8'), /127\.0\.0\.2/);

    await using again = await startHouse(CONFIGURATION, { folder });
    await using still = await from('127.0.0.2', again.port);
    await still.expect(421);
    const { controls } = again.serving;
    assert.deepEqual(
      controls.bans().map(({ group }) => group),
      ['127.0.0.2'],
    );
    assert.ok(controls.lift('127.0.0.2'));
    assert.ok(!controls.lift('127.0.0.2'));
    await using free = await from('127.0.0.2', again.port);
    await free.expect(220);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('requests of other protocols count too', async () => {
  await using house = await startHouse('bans: {threshold: 50}\naccounts:\n  - {name: u, password: p}\n');
  for (let request = 0; request < 2; request += 1) {
    await using client = await from('127.0.0.3', house.port);
    client.write('GET / HTTP/1.1\r\n\r\n');
    await client.closed();
  }
  assert.equal((await house.event('banned')).group, '127.0.0.3');
});
