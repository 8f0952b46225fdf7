/** Copies of a device over HTTP: what it fetches, what it puts, and what it makes of answers that are none. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { FileError } from '../../files/index.ts';
import { openHttp } from './http-target.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function targetOf(answer: RequestListener, path = 'dir/image.bin', timeoutMs = 5_000) {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server = createServer(answer);
  server.listen(0, '127.0.0.1', () => resolve(undefined));
  await promise;
  const { port } = server.address() as AddressInfo;
  const { signal } = new AbortController();
  return openHttp(
    { scheme: 'http', host: '127.0.0.1', port, user: 'ann', password: 'pw', path },
    { timeoutMs, signal },
  );
}

const kindOf = (kind: string) => (error: unknown) => error instanceof FileError && error.kind === kind;

describe('a device fetches over HTTP', () => {
  test('a file with its size, piece by piece', async () => {
    const content = Buffer.alloc(300_000, 'abc');
    const { files, path } = await targetOf((request, response) => {
      assert.equal(request.url, '/dir/image.bin');
      assert.equal(request.headers.authorization, `Basic ${Buffer.from('ann:pw').toString('base64')}`);
      response.end(content);
    });
    await using reader = await files.openReader(path);
    assert.equal(reader.entry.sizeBytes, content.length);
    const buffer = Buffer.alloc(content.length);
    let filled = 0;
    for (let count = -1; count !== 0; filled += count) count = await reader.read(buffer.subarray(filled), filled);
    assert.equal(filled, content.length);
    assert.ok(buffer.equals(content));
  });
  for (const [status, kind] of [
    [404, 'not-found'],
    [401, 'login-refused'],
    [403, 'login-refused'],
    [500, 'io'],
    [302, 'rejected'],
  ] as const)
    test(`${status} is ${kind}`, async () => {
      const { files, path } = await targetOf((_request, response) => response.writeHead(status).end('no'));
      await assert.rejects(files.openReader(path), kindOf(kind));
    });
  test('a connection that breaks in the middle is told', async () => {
    const { files, path } = await targetOf((_request, response) => {
      response.writeHead(200, { 'content-length': 100_000 });
      response.write(Buffer.alloc(1000), () => response.destroy());
    });
    await using reader = await files.openReader(path);
    await assert.rejects(async () => {
      for (let position = 0; ;) {
        const count = await reader.read(new Uint8Array(4096), position);
        if (count === 0) break;
        position += count;
      }
    }, kindOf('connection-lost'));
  });
  test('silence is timed out', async () => {
    const { files, path } = await targetOf(() => undefined, 'x', 50);
    await assert.rejects(files.openReader(path), kindOf('timed-out'));
  });
});

describe('a device puts over HTTP', () => {
  test('a file', async () => {
    const came: Buffer[] = [];
    const { files, path } = await targetOf((request, response) => {
      request.on('data', (piece: Buffer) => came.push(piece));
      request.on('end', () => response.writeHead(201).end());
    });
    const upload = await files.openUpload(path, { sizeBytes: 8 });
    await upload.write(Buffer.from('abcd'), 0);
    await upload.write(Buffer.from('efgh'), 4);
    await upload.commit();
    assert.equal(Buffer.concat(came).toString(), 'abcdefgh');
  });
  test('and is told that it may not', async () => {
    const { files, path } = await targetOf((request, response) => {
      request.resume();
      response.writeHead(405).end();
    });
    const upload = await files.openUpload(path, { sizeBytes: 1 });
    await upload.write(Buffer.from('x'), 0);
    await assert.rejects(upload.commit(), kindOf('rejected'));
  });
});
