/** What is left of one transfer does no harm to the next, whose client has the same port. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectTftp } from '../../src/protocols/tftp/client/connect-tftp.ts';
import { ackOf, dataOf, RawTftp, rrq, wrq } from '../support/raw-tftp.ts';
import { getFile } from '../support/tftp-files.ts';
import { startTestTftp } from '../support/tftp-server.ts';
import { sampleBytes } from '../support/tree.ts';

for (const ports of ['one-per-transfer', 'single'] as const)
  for (const [name, before] of [
    ['read', rrq('there', 'octet')],
    ['written', wrq('new', 'octet')],
  ] as const)
    test(`a request from the port of a file that is being ${name} hears nothing of that, ports: ${ports}`, async () => {
      await using server = await startTestTftp({ ports });
      await writeFile(join(server.root, 'there'), sampleBytes(3_000));
      using client = await RawTftp.open(server);
      const front = server.port;
      await client.ask(before);
      client.send(rrq('nothing', 'octet'), front);
      assert.equal(await client.next(), 'ERROR 1 File not found');
      assert.ok(await client.isSilent());
      const { outcome, reason } = await server.event('transfer');
      assert.deepEqual([outcome, reason], ['aborted', 'the client asked for something else']);
    });

test('a packet that answers no request is not taken for the server', async () => {
  using server = await RawTftp.open({ host: '127.0.0.1', port: 9 });
  using other = await RawTftp.open({ host: '127.0.0.1', port: 9 });
  await using files = await connectTftp({ host: '127.0.0.1', port: server.port, options: 'plain' });
  const file = getFile(files, '/f');
  assert.equal(await server.next(), 'RRQ f octet');
  for (const packet of [dataOf(7, 'of another file'), ackOf(0), ackOf(3)]) other.send(packet, server.peer.port);
  // What was sent before comes before.
  await new Promise((resolve) => setImmediate(resolve));
  server.send(dataOf(1, 'of this one'));
  assert.equal((await file).toString(), 'of this one');
});
