/** The configuration changes while the server runs: what is right is taken at once, what is wrong changes nothing. */
import assert from 'node:assert/strict';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createManualClock } from '../../src/base/manual-clock.ts';
import { startHouse } from '../support/house.ts';
import { RawFtp, readAll } from '../support/raw-ftp.ts';
import { eventually } from '../support/wait.ts';

const account = (name: string, more = ''): string => `  - {name: ${name}, password: p${more}}\n`;
const BOTH = `accounts:\n${account('u')}${account('v')}`;

test('accounts that are gone or others end behind their running transfer, the rest stays', async () => {
  await using house = await startHouse(BOTH);
  writeFileSync(join(house.folder, 'files/big'), Buffer.alloc(30_000_000, 1));
  await using gone = await RawFtp.login(house.port, 'u');
  await using stays = await RawFtp.login(house.port, 'v');
  await gone.expect(200, 'TYPE I');
  const data = await gone.passive();
  await gone.expect(150, 'RETR big');
  house.configure(`accounts:\n${account('v')}`);
  const { ok, text } = await house.serving.controls.reload();
  assert.ok(ok, text);
  assert.match(text, /1 of them changed/);
  assert.equal((await readAll(data)).length, 30_000_000);
  await gone.expect(226);
  assert.match((await gone.expect(421)).text, /account was changed/);
  await gone.closed();
  await stays.expect(200, 'NOOP');
  await using again = await RawFtp.open(house.port);
  await again.expect(331, 'USER u');
  await again.expect(530, 'PASS p');
});

test('a broken file keeps the old accounts in force, and the log says where it is broken', async () => {
  await using house = await startHouse(BOTH);
  house.configure(`${BOTH}${account('w', ', access: everything')}`);
  const { ok, text } = await house.serving.controls.reload();
  assert.ok(!ok);
  assert.match(text, /portcall\.yaml:\d+: accounts\[2\]\.access/);
  await using client = await RawFtp.login(house.port, 'u');
  await client.expect(200, 'NOOP');
});

test('a new password takes the old one out of force and ends no session', async () => {
  await using house = await startHouse(`login: {failureDelaySeconds: 0}\n${BOTH}`);
  await using before = await RawFtp.login(house.port, 'u');
  house.configure(`login: {failureDelaySeconds: 0}\n${BOTH.replace('password: p', 'password: q')}`);
  assert.ok((await house.serving.controls.reload()).ok);
  await before.expect(200, 'NOOP');
  await using client = await RawFtp.open(house.port);
  await client.expect(331, 'USER u');
  await client.expect(530, 'PASS p');
  await client.expect(331, 'USER u');
  await client.expect(230, 'PASS q');
});

test('a change of the file is found without being told', async () => {
  const clock = createManualClock(Date.UTC(2026, 10, 23));
  await using house = await startHouse(`accounts:\n${account('u')}`, { clock });
  house.configure(BOTH);
  await eventually(() => {
    clock.advance(2_000);
    return house.events.some((event) => event.kind === 'note' && event.text.startsWith('reloaded: 2 accounts'));
  }, 'the new file is taken');
});

test('guests whose rules have changed are guests no longer', async () => {
  await using house = await startHouse(`anonymous: {}\naccounts:\n${account('u')}`);
  await using guest = await RawFtp.login(house.port, 'anonymous');
  await using named = await RawFtp.login(house.port, 'u');
  house.configure(`accounts:\n${account('u')}`);
  assert.ok((await house.serving.controls.reload()).ok);
  await guest.expect(421);
  await named.expect(200, 'NOOP');
});

test('a file that was cut off takes nobody away, and one that cannot be looked at ends nothing', async () => {
  const clock = createManualClock(Date.UTC(2026, 10, 23));
  await using house = await startHouse(BOTH, { clock });
  await using client = await RawFtp.login(house.port, 'u');
  writeFileSync(join(house.folder, 'portcall.yaml'), '');
  assert.match((await house.serving.controls.reload()).text, /names no account any more/);
  rmSync(join(house.folder, 'portcall.yaml'));
  symlinkSync('portcall.yaml', join(house.folder, 'portcall.yaml'));
  for (let look = 0; look < 5; look += 1) clock.advance(2_000);
  await client.expect(200, 'NOOP');
});
