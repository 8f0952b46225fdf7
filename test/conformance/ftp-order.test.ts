/** Replies in their order and in one piece, whatever a client does with the control connection (RFC 959 §4.2, §5.4). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTestServer } from '../support/ftp-server.ts';
import { RawFtp } from '../support/raw-ftp.ts';

test('a client that ends its side still gets every answer that it asked for', async () => {
  await using server = await startTestServer();
  const socket = connect({ host: '127.0.0.1', port: server.port, allowHalfOpen: true });
  socket.end('USER u\r\nPASS p\r\nPWD\r\nQUIT\r\n');
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
  await once(socket, 'end');
  assert.deepEqual(
    heard.split('\r\n').map((line) => line.slice(0, 3)),
    ['220', '331', '230', '257', '221', ''],
  );
});

test('the end of a transfer does not fall between the lines of a STAT that lists a directory', async () => {
  await using server = await startTestServer();
  for (let index = 0; index < 3000; index++) await writeFile(join(server.root, `f${String(index)}`), '');
  await using client = await RawFtp.login(server.port);
  await client.expect(200, 'TYPE I');
  const data = await client.passive();
  await client.expect(150, 'STOR new');
  client.socket.write('STAT /\r\n');
  data.end('x');
  // Either may be first; neither stands inside the other.
  const replies = [await client.reply(), await client.reply()].sort((one, other) => one.code - other.code);
  assert.deepEqual(
    replies.map(({ code }) => code),
    [212, 226],
  );
  assert.ok((replies[0]?.lines.length ?? 0) > 3000);
  assert.ok(!replies[0]?.lines.some((line) => line.startsWith('226')));
});
