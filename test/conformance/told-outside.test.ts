/** What a server tells outside: the audit log, the xferlog, and the hook for uploads. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { verifyAuditLines } from '../../src/observe/audit.ts';
import { startHouse } from '../support/house.ts';
import { RawFtp } from '../support/raw-ftp.ts';
import { SecureFtp } from '../support/tls-ftp.ts';
import { eventually } from '../support/wait.ts';

const ACCOUNT = 'accounts:\n  - {name: u, password: p}\n';
const SECRET = 'a-secret-of-a-test-and-long-enough';

/** A web server that remembers what it was told, and answers as told. */
async function receiver(status: number) {
  const told: { readonly body: string; readonly signature: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      told.push({ body, signature: String(request.headers['x-portcall-signature']) });
      response.writeHead(status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    told,
    url: `http://127.0.0.1:${port}/uploaded`,
    [Symbol.asyncDispose]: async (): Promise<void> => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('the audit log chains its lines, and the xferlog has its own form', async () => {
  await using house = await startHouse(`audit: {file: audit.jsonl}\nxferlog: xferlog\n${ACCOUNT}`);
  await using client = await RawFtp.login(house.port, 'u');
  await client.expect(200, 'TYPE I');
  await client.send('STOR a b', 'some bytes');
  assert.equal((await client.fetch('RETR a b')).toString(), 'some bytes');
  await client.expect(250, 'DELE a b');
  await client.expect(221, 'QUIT');
  await house.event('session-closed');
  await house.serving.close({ graceMs: 0 });
  const lines = readFileSync(join(house.folder, 'audit.jsonl'), 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { kind: string }).kind),
    ['login', 'transfer', 'transfer', 'changed', 'session-closed'],
  );
  assert.ok(verifyAuditLines(lines).ok);
  assert.ok(!verifyAuditLines(lines.toSpliced(2, 1)).ok, 'a line is missing');
  const xferlog = readFileSync(join(house.folder, 'xferlog'), 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    xferlog.map((line) => line.replace(/^\w{3} \w{3} +\d+ [\d:]{8} \d{4} \d+ /, '')),
    ['i', 'o', 'd'].map((direction) => `127.0.0.1 ${direction === 'd' ? 0 : 10} /a_b b _ ${direction} r u ftp 0 * c`),
  );
});

test('an upload is told with size, hash, and what shows that it is whole', async () => {
  await using hook = await receiver(204);
  await using house = await startHouse(`uploadHook: {url: '${hook.url}', secret: ${SECRET}}\n${ACCOUNT}`);
  await using clear = await RawFtp.login(house.port, 'u');
  await clear.expect(200, 'TYPE I');
  await clear.send('STOR a', 'some bytes');
  await clear.command('ALLO 10');
  await clear.send('STOR b', 'some bytes');
  await using secured = await SecureFtp.private(house.port);
  (await secured.openData('STOR c')).end('some bytes');
  await secured.expect(226);
  await eventually(() => hook.told.length === 3, 'three uploads are told');
  const sha256 = createHash('sha256').update('some bytes').digest('hex');
  for (const { body, signature } of hook.told)
    assert.equal(signature, `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`);
  const notices = hook.told.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  assert.deepEqual(
    notices
      .map(({ path, sizeBytes, sha256: hash, evidence, account }) => [
        path,
        sizeBytes,
        hash === sha256,
        evidence,
        account,
      ])
      .sort(),
    [
      ['/a', 10, true, 'likely', 'u'],
      ['/b', 10, true, 'proven', 'u'],
      ['/c', 10, true, 'proven', 'u'],
    ],
  );
});

test('a hook that decides keeps what it refuses from being published; so does one that is dead', async () => {
  await using hook = await receiver(403);
  for (const url of [hook.url, 'http://127.0.0.1:1/nobody']) {
    await using house = await startHouse(`uploadHook: {url: '${url}', decides: true, timeoutSeconds: 5}\n${ACCOUNT}`);
    await using client = await RawFtp.login(house.port, 'u');
    const data = await client.passive();
    await client.expect(150, 'STOR a');
    data.end('unwanted');
    await client.expect(550);
    assert.ok(!existsSync(join(house.folder, 'files/a')));
    await client.expect(200, 'NOOP');
  }
});

test('a hook that is only told blocks nobody when it is dead', async () => {
  await using house = await startHouse(`uploadHook: {url: 'http://127.0.0.1:1/nobody'}\n${ACCOUNT}`);
  await using client = await RawFtp.login(house.port, 'u');
  await client.send('STOR a', 'wanted');
  assert.ok(existsSync(join(house.folder, 'files/a')));
});
