/** What the kernel still holds of what was written to a connection. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import { eventually } from '../../../../test/support/wait.ts';
import { unsentBytes } from './unsent.ts';

test('bytes that a peer does not take wait in the kernel, and leave it when the peer reads', async (context) => {
  if (process.platform !== 'linux') {
    context.skip('only Linux tells');
    return;
  }
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  try {
    if (client.connecting) await once(client, 'connect');
    assert.equal(await unsentBytes(client), 0);
    client.write(Buffer.alloc(32 * 1024 * 1024));
    await eventually(() => client.writableLength > 0, 'more to be written than is taken');
    const waiting = await unsentBytes(client);
    assert.ok(waiting !== undefined && waiting > 10_000, String(waiting));
    accepted.resume();
    client.end();
    await once(accepted, 'end');
    await eventually(async () => ((await unsentBytes(client)) ?? 0) === 0, 'all to be taken');
  } finally {
    client.destroy();
    accepted.destroy();
    server.close();
  }
  assert.equal(await unsentBytes(client), undefined, 'a socket that is closed has no queue');
});
