/** Waits and walks that a client could make endless: commands during a transfer, costly patterns, links in circles, the server's own ports. */
import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTestServer } from '../support/ftp-server.ts';
import { RawFtp } from '../support/raw-ftp.ts';
import { eventually } from '../support/wait.ts';

test('commands that are answered during a transfer wait in the same bounded queue: a flood is not read', async () => {
  await using server = await startTestServer();
  await writeFile(join(server.root, 'big'), Buffer.alloc(64 * 1024 * 1024));
  await using client = await RawFtp.login(server.port);
  await client.expect(200, 'TYPE I');
  const data = await client.passive();
  data.pause();
  await client.expect(150, 'RETR big');
  client.socket.pause();
  const flood = Buffer.from('NOOP\r\n'.repeat(100_000));
  // Far more than the kernel holds for both sides: what is left over is what the server does not read.
  for (let megabytes = 0; megabytes < 40; megabytes++) client.socket.write(flood);
  await eventually(async () => {
    const before = client.socket.writableLength;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return before > 0 && client.socket.writableLength === before;
  }, 'the server has stopped reading');
  client.socket.destroy();
  data.destroy();
});

test('a pattern with many alternatives ends in time and lets others be answered', async () => {
  await using server = await startTestServer({ limits: { globMs: 300 } });
  for (let index = 0; index < 512; index++)
    await writeFile(join(server.root, `${'a'.repeat(245)}${String(index).padStart(4, '0')}`), '');
  await using slow = await RawFtp.login(server.port);
  await using other = await RawFtp.login(server.port);
  slow.socket.write(`STAT ${'{,}'.repeat(6)}*${'a'.repeat(125)}b\r\n`);
  const beganMs = performance.now();
  await other.expect(200, 'NOOP');
  await slow.reply();
  assert.ok(performance.now() - beganMs < 5_000);
});

test('LIST -LR does not go round in circles of links', async () => {
  await using server = await startTestServer();
  await symlink('.', join(server.root, 'a'));
  await symlink('.', join(server.root, 'b'));
  await using client = await RawFtp.login(server.port);
  const lines = (await client.fetch('LIST -LR')).toString().trimEnd().split('\r\n');
  assert.equal(lines.length, 2);
});

test("PORT to the server's own ports is refused", async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  const own = `${String(server.port >> 8)},${String(server.port & 255)}`;
  await client.expect(501, `PORT 127,0,0,1,${own}`);
  const passive = await client.passivePort();
  await client.expect(501, `EPRT |1|127.0.0.1|${String(passive)}|`);
});
