/** Replies in their order and in one piece, whatever a client does with the control connection (RFC 959 §4.2, §5.4). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { FileError } from '../../src/files/index.ts';
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

test('a listing that breaks off in a STAT says so, and does not take the end of the transfer with it', async () => {
  const reached = Promise.withResolvers<undefined>();
  const breakOff = Promise.withResolvers<undefined>();
  await using server = await startTestServer({
    wrap: (files) => ({
      name: files.name,
      stat: (path, options) => files.stat(path, options),
      openReader: (path, options) => files.openReader(path, options),
      openUpload: (path, options) => files.openUpload(path, options),
      remove: (path, options) => files.remove(path, options),
      removeDirectory: (path, options) => files.removeDirectory(path, options),
      makeDirectory: (path, options) => files.makeDirectory(path, options),
      rename: (from, to, options) => files.rename(from, to, options),
      async *list(path) {
        // More than is sorted, so that it streams.
        const entry = await files.stat(path);
        yield Array.from({ length: 2000 }, (_, index) => ({ ...entry, name: `f${String(index)}` }));
        reached.resolve(undefined);
        await breakOff.promise;
        throw new FileError('io', path);
      },
    }),
  });
  await using client = await RawFtp.login(server.port);
  await client.expect(200, 'TYPE I');
  const data = await client.passive();
  await client.expect(150, 'STOR new');
  client.socket.write('STAT /\r\n');
  await reached.promise;
  data.end('x');
  await server.event('transfer');
  breakOff.resolve(undefined);
  const broken = await client.reply();
  assert.equal(broken.code, 212);
  assert.match(broken.lines.at(-1) ?? '', /Broken off/);
  await client.expect(226);
  await client.expect(200, 'NOOP');
});
