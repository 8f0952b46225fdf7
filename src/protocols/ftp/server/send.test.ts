import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { describe, test } from 'node:test';
import { systemClock } from '../../../base/clock.ts';
import { ROOT } from '../../../base/virtual-path.ts';
import type { FileReader } from '../../../files/file-system.ts';
import { BufferPool } from './buffer-pool.ts';
import { sendFile } from './send.ts';
import { Transfer } from './transfer.ts';

const plan = {
  verb: 'RETR',
  direction: 'download',
  path: ROOT,
  opening: '',
  move: () => Promise.resolve(''),
} as const;

describe('a transfer that is aborted', () => {
  test('when its last byte is out and the connection has been closed already, ends all the same', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address !== 'string');
    const socket = connect(address.port, address.address);
    await once(socket, 'connect');
    /** A file whose end is found only once the socket is gone. */
    const reader: Pick<FileReader, 'read'> = {
      async read() {
        socket.destroy();
        await once(socket, 'close');
        return 0;
      },
    };
    const transfer = new Transfer(plan, systemClock);
    const tools = { buffers: new BufferPool(64 * 1024, 1), clock: systemClock };
    await assert.rejects(sendFile(reader as FileReader, socket, transfer, tools), { name: 'ClosedEarly' });
    server.close();
  });
});
